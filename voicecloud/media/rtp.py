"""Pure: RTP streams that go on while their sources change (RFC 3550), and telephone keys in them (RFC 4733)."""

import struct
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace

CLOCK_RATE = 48_000
"""Of Opus, whatever it carries (RFC 7587, section 4.1)."""
FRAME = 960
"""Ticks of a packet of 20 ms, which is what everybody sends."""
FRAME_S = FRAME / CLOCK_RATE
SILENCE = b"\xf8\xff\xfe"
"""An Opus packet of 20 ms in which nothing is heard."""

MAX_DROPOUT, MAX_MISORDER = 3_000, 100
"""Packets of RFC 3550, appendix A.1."""
MAX_LEAP = 60 * CLOCK_RATE
"""Ticks: no packet is so far from the one before it but by its sender's choice."""

KEYS = "0123456789*#ABCD"
KEY_LENGTH = 5
"""Packets of a key that is held for 100 ms."""
KEY_ENDS = 3
MOST_KEYS_KNOWN = 32
"""Keys whose late packets are recognised."""
LONGEST_SEGMENT = 0xFFFF
LATE_SEGMENT = LONGEST_SEGMENT - 0x2000
"""Ticks of a segment of a long press; senders end it before the number is used up."""
LOST_OF_SEGMENT = 0x2000
"""Ticks at its end of which no packet may have come."""
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
        self._inserted = 0

    def place(self, source: object, sequence: int, timestamp: int, now_s: float) -> tuple[int, int]:
        """Sequence and timestamp that a packet of this source gets."""
        if source != self._source or self._has_begun_anew(sequence, timestamp):
            passed = max(FRAME, round((now_s - self._at_s) * CLOCK_RATE))
            self._shift = (self.sequence + 1 - sequence, self.timestamp + passed - timestamp)
            self._source = source
        self._at_s = now_s
        placed = (sequence + self._shift[0]) & 0xFFFF, (timestamp + self._shift[1]) & 0xFFFFFFFF
        if (placed[0] - self.sequence) & 0xFFFF < _HALF:  # not one that comes late
            self.sequence, self.timestamp = placed
        return placed

    def _has_begun_anew(self, sequence: int, timestamp: int) -> bool:
        """Its numbers have jumped farther than packets get lost or late (RFC 3550, appendix A.1), or its time alone."""
        ahead = (sequence + self._shift[0] - self.sequence) & 0xFFFF
        later = (timestamp + self._shift[1] - self.timestamp) & 0xFFFFFFFF
        return MAX_DROPOUT < ahead < 0x10000 - MAX_MISORDER or MAX_LEAP < later < 0x100000000 - MAX_LEAP

    def cut(self) -> None:
        """The source was not passed on for a while: what it said then is not lost."""
        self._source = None

    def insert(self, now_s: float) -> tuple[int, int]:
        """Sequence and timestamp of a packet of our own between two of the source. Its time goes on also while the
        source is silent: two keys of one timestamp would be one (RFC 4733, section 2.5.1.2)."""
        self._shift = (self._shift[0] + 1, self._shift[1])
        self.sequence = (self.sequence + 1) & 0xFFFF
        passed = max(0, round((now_s - self._at_s) * CLOCK_RATE))
        stamp = (self.timestamp + passed) & 0xFFFFFFFF
        if (self._inserted - stamp) & 0xFFFFFFFF < FRAME:  # the source has said less than the key before took
            stamp = (self._inserted + FRAME) & 0xFFFFFFFF
        self._inserted = stamp
        return self.sequence, stamp

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
    """Tells each key once (RFC 4733, section 2.5): all packets of one press have the same timestamp, the later ones are
    for lost ones and may come after those of the next key; one that is held for long goes on under a new timestamp."""

    def __init__(self) -> None:
        self._known: deque[tuple[int, int, int]] = deque(maxlen=MOST_KEYS_KNOWN)
        self._pressed: _Press | None = None

    def read(self, source: int, timestamp: int, payload: bytes) -> str | None:
        """The key that begins with this packet; None for a repetition, or what is no key."""
        if len(payload) < _EVENT.size or payload[0] >= len(KEYS):
            return None
        event, flags, length = _EVENT.unpack_from(payload)
        press = _Press(source, timestamp, event, length, is_over=bool(flags & _END))
        before, is_known = self._pressed, press.id in self._known
        if before is not None and press.id == before.id:
            self._pressed = before.with_late(press)
        elif before is None or not is_known:
            self._pressed = press
        if is_known:
            return None
        self._known.append(press.id)
        return None if before and before.goes_on_with(press) else KEYS[event]


@dataclass(frozen=True, slots=True)
class _Press:
    """A packet of a key. ``length`` is how long it has been held since ``timestamp``."""

    source: int
    timestamp: int
    event: int
    length: int
    is_over: bool

    @property
    def id(self) -> tuple[int, int, int]:
        return self.source, self.timestamp, self.event

    def with_late(self, other: "_Press") -> "_Press":
        """What both say: the packet of an end may be overtaken by one before it."""
        return replace(self, length=max(self.length, other.length), is_over=self.is_over or other.is_over)

    def goes_on_with(self, later: "_Press") -> bool:
        """Whether that is the next segment of the same press (section 2.5.1.3): it begins where this one ends, or, if
        the last packets of this one were lost, where it ends at the latest."""
        passed = (later.timestamp - self.timestamp) & 0xFFFFFFFF
        is_same = (self.source, self.event) == (later.source, later.event) and not self.is_over
        is_next = LATE_SEGMENT <= passed <= LONGEST_SEGMENT and passed - self.length <= LOST_OF_SEGMENT
        return is_same and (passed == self.length or is_next)
