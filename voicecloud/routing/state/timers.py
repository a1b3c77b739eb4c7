"""Timers without a clock: what is due when. A key has at most one timer; setting it again moves it."""

from datetime import datetime
from heapq import heapify, heappop, heappush
from itertools import count

type TimerKey = tuple[str, ...]

STALE_KEPT = 1_000


class CallTimers:
    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, TimerKey]] = []
        self._current: dict[TimerKey, int] = {}
        self._numbers = count()

    def set(self, key: TimerKey, due: datetime) -> None:
        number = next(self._numbers)
        self._current[key] = number
        heappush(self._heap, (due, number, key))
        if len(self._heap) > 2 * len(self._current) + STALE_KEPT:
            self._heap = [entry for entry in self._heap if self._current.get(entry[2]) == entry[1]]
            heapify(self._heap)

    def cancel(self, key: TimerKey) -> None:
        self._current.pop(key, None)

    def is_set(self, key: TimerKey) -> bool:
        return key in self._current

    def next_due(self) -> datetime | None:
        """When the earliest timer is due, None when none is set."""
        while self._heap and self._current.get(self._heap[0][2]) != self._heap[0][1]:
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def pop(self, now: datetime) -> tuple[datetime, TimerKey] | None:
        """Takes the earliest timer that is due at ``now``: its moment and key."""
        due = self.next_due()
        if due is None or due > now:
            return None
        _, _, key = heappop(self._heap)
        del self._current[key]
        return due, key
