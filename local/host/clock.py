"""The clock that timers go by, so that tests can set it."""

import asyncio
from datetime import UTC, datetime
from typing import Protocol


class HostClock(Protocol):
    """The present moment in UTC, and waiting for a later one."""

    def now(self) -> datetime: ...

    async def sleep(self, seconds: float) -> None: ...


class SystemHostClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
