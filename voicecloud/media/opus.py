"""Opus (RFC 6716): sound into packets with PyAV, back into sound with libopus itself, which conceals what is lost."""

import ctypes
import ctypes.util
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import av

from shared.errors import Misconfigured
from voicecloud.media.rtp import CLOCK_RATE, FRAME

RATE = 16_000
"""Of decoded speech: wideband, as telephones of today have it."""
STEP = RATE // 50
LONGEST_STEP = RATE * 120 // 1000
"""Samples of the longest packet there is."""
BIT_RATE = 32_000


def encoded(samples: bytes) -> list[bytes]:
    """Packets of 20 ms of 16 bit samples at 48 kHz, one channel; the rest of a packet is dropped."""
    context = av.AudioCodecContext.create("libopus", "w")
    context.sample_rate, context.layout, context.format = CLOCK_RATE, "mono", "s16"
    context.bit_rate, context.options = BIT_RATE, {"application": "voip", "frame_duration": "20"}
    packets = []
    for start in range(0, len(samples) - 2 * FRAME + 1, 2 * FRAME):
        frame = av.AudioFrame(format="s16", layout="mono", samples=FRAME)
        frame.planes[0].update(samples[start : start + 2 * FRAME])
        frame.sample_rate, frame.pts = CLOCK_RATE, start // 2
        packets += [bytes(packet) for packet in context.encode(frame)]
    return packets + [bytes(packet) for packet in context.encode(None)]


class Decoder:
    """One channel of ``RATE``; packets in order, with what is missing told."""

    def __init__(self) -> None:
        error = ctypes.c_int()
        self._library = _library()
        self._state = ctypes.c_void_p(self._library.opus_decoder_create(RATE, 1, ctypes.byref(error)))
        self._samples = (ctypes.c_int16 * LONGEST_STEP)()

    def decode(self, packet: bytes) -> bytes:
        """The sound of a packet; nothing of one that is none."""
        return self._decode(packet, len(packet), LONGEST_STEP, 0)

    def conceal(self, following: bytes | None = None) -> bytes:
        """20 ms of a lost packet: from what the one following it repeats of it, else by going on as before."""
        if following is None:
            return self._decode(None, 0, STEP, 0)
        return self._decode(following, len(following), STEP, 1)

    def close(self) -> None:
        self._library.opus_decoder_destroy(self._state)

    def _decode(self, packet: bytes | None, length: int, most: int, is_repair: int) -> bytes:
        count = self._library.opus_decode(self._state, packet, length, self._samples, most, is_repair)
        return bytes(memoryview(self._samples)[: max(0, count)].cast("B"))


@cache
def _library() -> ctypes.CDLL:
    """The libopus that PyAV brings, else the system's."""
    beside = Path(av.__file__).parent.parent / "av.libs"
    found = next(_candidates(beside), None)
    if found is None:
        raise Misconfigured("setting", "libopus is not installed")
    library = ctypes.CDLL(found)
    library.opus_decoder_create.restype = ctypes.c_void_p
    library.opus_decode.argtypes = [
        *(ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int32),
        *(ctypes.POINTER(ctypes.c_int16), ctypes.c_int, ctypes.c_int),
    ]
    library.opus_decoder_destroy.argtypes = [ctypes.c_void_p]
    return library


def _candidates(beside: Path) -> Iterator[str]:
    yield from (str(one) for one in sorted(beside.glob("libopus*")))
    if name := ctypes.util.find_library("opus"):
        yield name
