"""What many ask for is asked for once: answers kept for a while, one request at a time for each."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from datetime import datetime, timedelta

from shared.clock import Clock

LARGEST = 1000


class Cached[Key: Hashable, Value]:
    """Answers of ``fetch`` by key, kept for ``keep_s`` seconds. Failures are shared by who waits, and not kept."""

    def __init__(self, fetch: Callable[[Key], Awaitable[Value]], keep_s: float, clock: Clock) -> None:
        self._fetch = fetch
        self._keep = timedelta(seconds=keep_s)
        self._clock = clock
        self._kept: dict[Key, tuple[datetime, Value]] = {}
        self._flights: dict[Key, asyncio.Task[Value]] = {}

    async def get(self, key: Key) -> Value:
        kept = self._kept.get(key)
        if kept and self._clock() - kept[0] < self._keep:
            return kept[1]
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = asyncio.create_task(self._fetched(key))
            flight.add_done_callback(lambda done: self._land(key, done))
        return await asyncio.shield(flight)

    def forget(self, key: Key) -> None:
        """What is asked from now on is fetched after this; also answers that are under way are not kept."""
        self._kept.pop(key, None)
        self._flights.pop(key, None)

    async def _fetched(self, key: Key) -> Value:
        return await self._fetch(key)

    def _land(self, key: Key, flight: asyncio.Task[Value]) -> None:
        if self._flights.get(key) is not flight:
            return
        del self._flights[key]
        if flight.cancelled() or flight.exception() is not None:
            return
        if len(self._kept) >= LARGEST:
            self._kept.clear()
        self._kept[key] = (self._clock(), flight.result())
