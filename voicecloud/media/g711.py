"""G.711 (RFC 3551, section 4.5.14) at the gateway's edge: telephone networks speak it, inside all is Opus."""

from collections.abc import Iterator
from functools import cache
from typing import cast

import av
import numpy as np

from voicecloud.media import opus
from voicecloud.media.rtp import CLOCK_RATE, FRAME, MAX_MISORDER, Packet

RATE = 8_000
STEP = RATE // 50
TICKS = CLOCK_RATE // RATE
BIT_RATE = 20_000
LAWS = {"audio/pcma": "pcm_alaw", "audio/pcmu": "pcm_mulaw"}
"""By media type, as in a session description."""
LONGEST_PAUSE = 60 * RATE
"""A greater leap is no pause: the far end counts again."""
LEAP = 0x4000
"""Numbers that are left out then, as a sign for whoever follows them (RFC 3550, appendix A.1)."""
MOST_CONCEALED = 5

type Samples = np.ndarray[tuple[int], np.dtype[np.int16]]


class TelephoneDecoder:
    """What a telephone says, as packets of 20 ms of Opus, whatever the length of its own."""

    def __init__(self, kind: str) -> None:
        self._expand = _expand(LAWS[kind])
        self._encoder = opus.Encoder(RATE, BIT_RATE)
        self._waiting = b""
        self._last: Packet | None = None
        self._sequence = 0
        self._timestamp = 0

    def take(self, packet: Packet) -> Iterator[Packet]:
        """What is lost stays lost, with its number and time; what comes late is dropped."""
        if not self._follow(packet):
            return
        self._waiting += packet.payload
        while len(self._waiting) >= STEP:
            step, self._waiting = self._waiting[:STEP], self._waiting[STEP:]
            for payload in self._encoder.encode(self._expand[np.frombuffer(step, np.uint8)].tobytes()):
                yield Packet(packet.source, self._sequence, self._timestamp, payload)
            self._sequence = (self._sequence + 1) & 0xFFFF
            self._timestamp = (self._timestamp + FRAME) & 0xFFFFFFFF

    def _follow(self, packet: Packet) -> bool:
        last, self._last = self._last, packet
        if last is None:
            return True
        lost = _signed(packet.sequence - last.sequence - 1, 16)
        pause = _signed(packet.timestamp - last.timestamp - len(last.payload), 32)
        if packet.source != last.source or abs(pause) > LONGEST_PAUSE or lost < -MAX_MISORDER:
            self._waiting = b""
            self._sequence = (self._sequence + LEAP) & 0xFFFF
        elif lost < 0:
            self._last = last
            return False
        elif lost or pause:
            self._waiting = b""
            self._sequence = (self._sequence + lost) & 0xFFFF
            self._timestamp = (self._timestamp + TICKS * pause) & 0xFFFFFFFF
        return True


class TelephoneEncoder:
    """What a telephone hears: one packet for each of Opus, with its number; what was lost before it is concealed."""

    def __init__(self, kind: str) -> None:
        self._compress = _compress(LAWS[kind])
        self._decoder = opus.Decoder(RATE)
        self._sequence: int | None = None
        self._ticks = 0

    def say(self, payload: bytes, sequence: int, timestamp: int) -> Iterator[tuple[bytes, int, int]]:
        """Payload, sequence and timestamp of each packet to be sent; none for one that comes late."""
        lost = 0 if self._sequence is None else _signed(sequence - self._sequence - 1, 16)
        if lost < 0:
            return
        self._sequence, self._ticks = sequence, self._unwrapped(timestamp)
        for back in range(min(lost, MOST_CONCEALED), 0, -1):
            sound = self._decoder.conceal(payload if back == 1 else None)
            yield self._packet(sound, sequence - back, timestamp - back * FRAME)
        yield self._packet(self._decoder.decode(payload), sequence, timestamp)

    def key(self, sequence: int, timestamp: int) -> int:
        """The timestamp of a key's packet, which takes a number but says nothing that could be concealed."""
        self._sequence = sequence
        return self._place(timestamp)

    def _place(self, timestamp: int) -> int:
        return (self._unwrapped(timestamp) // TICKS) & 0xFFFFFFFF

    def _unwrapped(self, timestamp: int) -> int:
        """A time that never begins again, so that it can be divided."""
        return self._ticks + _signed(timestamp - self._ticks, 32)

    def _packet(self, sound: bytes, sequence: int, timestamp: int) -> tuple[bytes, int, int]:
        levels = np.frombuffer(sound, np.int16).view(np.uint16)
        return self._compress[levels].tobytes(), sequence & 0xFFFF, self._place(timestamp)


def _signed(number: int, bits: int) -> int:
    """Of numbers that begin again at the top, how far ahead (or behind) one is."""
    half = 1 << (bits - 1)
    return (number + half) % (2 * half) - half


@cache
def _expand(law: str) -> Samples:
    """The level of each byte."""
    decoder = cast(av.AudioCodecContext, av.AudioCodecContext.create(law, "r"))
    decoder.sample_rate, decoder.layout = RATE, "mono"
    [frame] = decoder.decode(av.Packet(bytes(range(256))))
    return np.frombuffer(bytes(frame.planes[0])[:512], np.int16)


@cache
def _compress(law: str) -> "np.ndarray[tuple[int], np.dtype[np.uint8]]":
    """The byte of the nearest level, by the 16 bits of the level itself."""
    expand = _expand(law).astype(np.int32)
    order = np.argsort(expand, kind="stable").astype(np.uint8)
    levels = expand[order]
    wanted = np.arange(0x10000, dtype=np.uint16).view(np.int16)
    return order[np.searchsorted((levels[1:] + levels[:-1]) / 2, wanted)]
