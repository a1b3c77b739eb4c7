"""Pure: RTP streams that go on while their sources change (RFC 3550), and telephone keys in them (RFC 4733)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

CLOCK_RATE = 48_000
"""Of Opus, whatever it carries (RFC 7587, section 4.1)."""
FRAME = 960
"""Ticks of a packet of 20 ms, which is what everybody sends."""
FRAME_S = FRAME / CLOCK_RATE
SILENCE = b"\xf8\xff\xfe"
"""An Opus packet of 20 ms in which nothing is heard."""

MAX_DROPOUT, MAX_MISORDER = 3_000, 100
"""Packets of RFC 3550, appendix A.1."""

KEYS = "0123456789*#ABCD"
KEY_LENGTH = 5
"""Packets of a key that is held for 100 ms."""
KEY_ENDS = 3
_END, _VOLUME = 0x80, 10
_EVENT = struct.Struct("!BBH")
_HEADER = struct.Struct("!BBHII")
_VERSION = 0x80
_MARKER = 0x80
_HALF = 0x8000


@dataclass(frozen=True, slots=True)
class Packet:
    """What a peer has sent: an Opus packet. ``source`` is its SSRC: numbers of two sources have nothing in common."""

    source: int
    sequence: int
    timestamp: int
    payload: bytes


class Outgoing:
    """The one stream that a peer receives, whoever is heard in it. What is missing at the source is missing here,
    so that the receiver can conceal it; a change of source is a gap of no packets and of the time that it took."""

    def __init__(self) -> None:
        self.sequence = 0
        self.timestamp = 0
        self._source: object = None
        self._shift = (0, 0)
        self._at_s = 0.0

    def place(self, source: object, sequence: int, timestamp: int, now_s: float) -> tuple[int, int]:
        """Sequence and timestamp that a packet of this source gets."""
        if source != self._source or self._has_begun_anew(sequence):
            passed = max(FRAME, round((now_s - self._at_s) * CLOCK_RATE))
            self._shift = (self.sequence + 1 - sequence, self.timestamp + passed - timestamp)
            self._source = source
        self._at_s = now_s
        placed = (sequence + self._shift[0]) & 0xFFFF, (timestamp + self._shift[1]) & 0xFFFFFFFF
        if (placed[0] - self.sequence) & 0xFFFF < _HALF:  # not one that comes late
            self.sequence, self.timestamp = placed
        return placed

    def _has_begun_anew(self, sequence: int) -> bool:
        """Its numbers have jumped farther than packets get lost or late (RFC 3550, appendix A.1)."""
        ahead = (sequence + self._shift[0] - self.sequence) & 0xFFFF
        return MAX_DROPOUT < ahead < 0x10000 - MAX_MISORDER

    def cut(self) -> None:
        """The source was not passed on for a while: what it said then is not lost."""
        self._source = None

    def insert(self) -> tuple[int, int]:
        """Sequence and timestamp of a packet of our own between two of the source."""
        self._shift = (self._shift[0] + 1, self._shift[1])
        self.sequence = (self.sequence + 1) & 0xFFFF
        return self.sequence, self.timestamp

    def skip(self, source: object) -> None:
        """A packet of this source is not passed on: the receiver shall not take it for lost."""
        if source == self._source:
            self._shift = (self._shift[0] - 1, self._shift[1])


def header(payload_type: int, sequence: int, timestamp: int, ssrc: int, *, marker: bool = False) -> bytes:
    """The twelve bytes before the payload (RFC 3550, section 5.1)."""
    return _HEADER.pack(_VERSION, payload_type | (_MARKER if marker else 0), sequence, timestamp, ssrc)


def key_payloads(key: str, rate: int = CLOCK_RATE) -> Iterator[bytes]:
    """The payloads of one key, 20 ms apart; the last ones say that it is over (RFC 4733, section 2.5)."""
    event, step = KEYS.index(key), rate // 50
    for number in range(1, KEY_LENGTH + 1):
        yield _EVENT.pack(event, _VOLUME, number * step)
    for _ in range(KEY_ENDS):
        yield _EVENT.pack(event, _VOLUME | _END, KEY_LENGTH * step)


class KeyReader:
    """Tells each key once: all packets of one press have the same timestamp, the later ones are for lost ones."""

    def __init__(self) -> None:
        self._last: tuple[int, int] | None = None

    def read(self, source: int, timestamp: int, payload: bytes) -> str | None:
        """The key that begins with this packet; None for a repetition, or what is no key."""
        if len(payload) < _EVENT.size or payload[0] >= len(KEYS) or (source, timestamp) == self._last:
            return None
        self._last = (source, timestamp)
        return KEYS[payload[0]]
