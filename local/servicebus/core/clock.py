"""What time it is, in milliseconds since 1970 (UTC): the system's, a standing one, or the system's with a shift."""

import time
from typing import Protocol


def system_ms() -> int:
    return time.time_ns() // 1_000_000


class BrokerClock(Protocol):
    """Asked for every rule about time. ``flows`` is False when only ``advance`` moves it."""

    flows: bool

    def now_ms(self) -> int: ...

    def move_to(self, moment_ms: int) -> None:
        """Sets the clock forward. Raises ValueError when this clock cannot be moved or the moment has passed."""


class SystemClock:
    """The machine's clock."""

    flows = True

    def now_ms(self) -> int:
        return system_ms()

    def move_to(self, moment_ms: int) -> None:
        raise ValueError("the system clock cannot be moved: start with --clock virtual or --clock shifted")


class VirtualClock:
    """Stands still until it is moved."""

    flows = False

    def __init__(self, now_ms: int | None = None) -> None:
        self._now_ms = system_ms() if now_ms is None else now_ms

    def now_ms(self) -> int:
        return self._now_ms

    def move_to(self, moment_ms: int) -> None:
        if moment_ms < self._now_ms:
            raise ValueError("time does not go back")
        self._now_ms = moment_ms


class ShiftedClock:
    """Runs with the system's clock and can be moved ahead of it."""

    flows = True

    def __init__(self) -> None:
        self._shift_ms = 0

    def now_ms(self) -> int:
        return system_ms() + self._shift_ms

    def move_to(self, moment_ms: int) -> None:
        self._shift_ms = max(self._shift_ms, moment_ms - system_ms())


CLOCKS: dict[str, type[SystemClock] | type[VirtualClock] | type[ShiftedClock]] = {
    "system": SystemClock,
    "virtual": VirtualClock,
    "shifted": ShiftedClock,
}
