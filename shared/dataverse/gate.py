"""One gate per environment: few requests at once, and silence while Dataverse asks for a pause (design.md rule 6)."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from shared.errors import Throttled
from shared.pauses import bounded_pause_s

CONCURRENT = 20
"""Of the 52 at once that a user is allowed, so that two instances never reach the limit together."""


class Gate:
    """Requests pass through ``async with gate.passage():``; after ``close_for`` they are turned away at once."""

    def __init__(self, concurrent: int = CONCURRENT, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._slots = asyncio.Semaphore(concurrent)
        self._now = monotonic
        self._closed_until = 0.0

    @asynccontextmanager
    async def passage(self) -> AsyncIterator[None]:
        """Raises Throttled with the time left while the gate is closed: asking earlier would lengthen the pause."""
        self._check()
        async with self._slots:
            self._check()
            yield

    def close_for(self, pause_s: float) -> None:
        """An hour at most, whatever is asked for."""
        self._closed_until = max(self._closed_until, self._now() + bounded_pause_s(pause_s))

    def _check(self) -> None:
        left_s = self._closed_until - self._now()
        if left_s > 0:
            raise Throttled("dataverse-throttled", "Dataverse has asked for a pause", left_s)
