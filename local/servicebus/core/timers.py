"""One heap for everything that is due later: locks, schedule, expiry, sessions, waiting session receivers."""

import heapq
from collections.abc import Callable
from itertools import count

COMPACT_ABOVE = 1_000


class Timer:
    """A pending call; ``cancel`` may be repeated and may come too late."""

    __slots__ = ("_timers", "action", "due_ms")

    def __init__(self, due_ms: int, action: Callable[[], None], timers: "Timers") -> None:
        self.due_ms = due_ms
        self.action: Callable[[], None] | None = action
        self._timers = timers

    def cancel(self) -> None:
        if self.action is not None:
            self.action = None
            self._timers.note_cancelled()


class Timers:
    """A heap of timers by due time, first come first served within one millisecond."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Timer]] = []
        self._order = count()
        self._cancelled = 0

    def __len__(self) -> int:
        return len(self._heap)

    def at(self, due_ms: int, action: Callable[[], None]) -> Timer:
        """Calls ``action`` once ``due_ms`` is reached."""
        timer = Timer(due_ms, action, self)
        heapq.heappush(self._heap, (due_ms, next(self._order), timer))
        return timer

    def next_due_ms(self) -> int | None:
        """When the next timer is due, None when nothing is pending."""
        while self._heap and self._heap[0][2].action is None:
            heapq.heappop(self._heap)
            self._cancelled -= 1
        return self._heap[0][0] if self._heap else None

    def run_one(self, now_ms: int) -> bool:
        """Runs the earliest timer if it is due by ``now_ms``; says whether there was one."""
        due_ms = self.next_due_ms()
        if due_ms is None or due_ms > now_ms:
            return False
        timer = heapq.heappop(self._heap)[2]
        action, timer.action = timer.action, None
        if action is not None:
            action()
        return True

    def note_cancelled(self) -> None:
        """Cancelled timers stay in the heap until most of it is cancelled: then it is rebuilt without them."""
        self._cancelled += 1
        if self._cancelled > COMPACT_ABOVE and self._cancelled * 2 > len(self._heap):
            self._heap = [entry for entry in self._heap if entry[2].action is not None]
            heapq.heapify(self._heap)
            self._cancelled = 0
