"""Ids that sort by the time they were made: UUID version 7 (RFC 9562, section 5.7)."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from shared.clock import Clock

_COUNTER_MAX = 0xFFF


@dataclass(eq=False, repr=False)
class Ids:
    """Makes ids that only ever grow: within one millisecond the 12 bits after the time count up."""

    clock: Clock
    _last_ms: int = field(default=0, init=False)
    _counter: int = field(default=0, init=False)

    def new(self) -> str:
        now_ms = max(_milliseconds(self.clock()), self._last_ms)
        self._counter = self._counter + 1 if now_ms == self._last_ms else 0
        if self._counter > _COUNTER_MAX:
            now_ms, self._counter = now_ms + 1, 0
        self._last_ms = now_ms
        return _uuid7(now_ms, self._counter, secrets.randbits(62))


def first_id_at(moment: datetime) -> str:
    """The lowest id that can be made at ``moment`` or later."""
    return _uuid7(_milliseconds(moment), 0, 0)


def _milliseconds(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp() * 1000)


def _uuid7(time_ms: int, counter: int, tail: int) -> str:
    return str(UUID(int=time_ms << 80 | 0x7 << 76 | counter << 64 | 0b10 << 62 | tail))
