"""What many phones ask for is asked for once: answers kept for seconds, one request at a time for each."""

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
            flight = self._flights[key] = asyncio.create_task(self._fly(key))
            flight.add_done_callback(lambda _: self._flights.pop(key))
        return await asyncio.shield(flight)

    async def _fly(self, key: Key) -> Value:
        value = await self._fetch(key)
        if len(self._kept) >= LARGEST:
            self._kept.clear()
        self._kept[key] = (self._clock(), value)
        return value
