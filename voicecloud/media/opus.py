"""Opus (RFC 6716): sound into packets with PyAV, back into sound with libopus itself, which conceals what is lost."""

import ctypes
import ctypes.util
import weakref
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import av

from shared.errors import Misconfigured
from voicecloud.media.rtp import CLOCK_RATE, FRAME

RATE = 16_000
"""Of decoded speech: wideband, as telephones of today have it."""
STEP = RATE // 50
LONGEST_MS = 120
"""The longest packet there is."""
BIT_RATE = 32_000


def encoded(samples: bytes) -> list[bytes]:
    """Packets of 20 ms of 16 bit samples at 48 kHz, one channel; the rest of a packet is dropped."""
    encoder, step = Encoder(CLOCK_RATE, BIT_RATE), 2 * FRAME
    starts = range(0, len(samples) - step + 1, step)
    packets = [packet for start in starts for packet in encoder.encode(samples[start : start + step])]
    return packets + encoder.rest()


class Encoder:
    """One channel of speech at a rate that Opus knows, with in-band repair for a line that loses a tenth."""

    def __init__(self, rate: int, bit_rate: int) -> None:
        context = self._context = av.AudioCodecContext.create("libopus", "w")
        context.sample_rate, context.layout, context.format = rate, "mono", "s16"
        context.bit_rate = bit_rate
        context.options = {
            "application": "voip",
            "frame_duration": "20",
            "fec": "1",
            "packet_loss": "10",
            "compression_level": "5",
        }
        self._at = 0

    def encode(self, samples: bytes) -> list[bytes]:
        """The packet of 20 ms of 16 bit samples."""
        count = len(samples) // 2
        frame = av.AudioFrame(format="s16", layout="mono", samples=count)
        frame.planes[0].update(samples)
        frame.sample_rate, frame.pts = self._context.sample_rate, self._at
        self._at += count
        return [bytes(packet) for packet in self._context.encode(frame)]

    def rest(self) -> list[bytes]:
        """What is still inside; nothing can be encoded after it."""
        return [bytes(packet) for packet in self._context.encode(None)]


class Decoder:
    """One channel of 16 bit samples; packets in order, with what is missing told."""

    def __init__(self, rate: int = RATE) -> None:
        error = ctypes.c_int()
        self._library = _library()
        self._state = ctypes.c_void_p(self._library.opus_decoder_create(rate, 1, ctypes.byref(error)))
        weakref.finalize(self, self._library.opus_decoder_destroy, self._state)
        self._step, self._most = rate // 50, rate * LONGEST_MS // 1000
        self._samples = (ctypes.c_int16 * self._most)()

    def decode(self, packet: bytes) -> bytes:
        """The sound of a packet; nothing of one that is none."""
        return self._decode(packet, len(packet), self._most, 0)

    def conceal(self, following: bytes | None = None) -> bytes:
        """20 ms of a lost packet: from what the one following it repeats of it, else by going on as before."""
        if following is None:
            return self._decode(None, 0, self._step, 0)
        return self._decode(following, len(following), self._step, 1)

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
