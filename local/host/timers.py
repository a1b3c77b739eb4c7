"""Timer triggers: one host runs a timer, one run at a time, and one catch-up run stands for all that were missed."""

import asyncio
import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Protocol

from local.host.clock import HostClock
from local.host.indexing import Function, TimerTrigger
from local.host.invocation import Invoker
from local.host.ncrontab import parse
from local.host.runtime import InvocationFailedError, datum
from local.host.storage import StorageUnavailableError

MONITORED_FROM_S = 60.0
"""Schedules that come due more often are not monitored, as in Microsoft's host."""
RETRY_S = 60.0
"""How often a host asks for the lock that another one holds."""
AWAY_S = 5.0
"""How often it asks for storage that does not answer."""

log = logging.getLogger("host.timers")

Status = Mapping[str, str]
"""``{"Last", "Next", "LastUpdated"}``, ISO 8601."""
NEVER = "0001-01-01T00:00:00+00:00"
"""``Last`` before the first run."""


class TimerStorage(Protocol):
    """Where due times survive a restart, and who may run a timer is decided. All raise StorageUnavailableError."""

    async def read(self, function: str) -> Status | None: ...

    async def write(self, function: str, status: Status) -> None: ...

    async def acquire(self, function: str) -> bool: ...

    async def keep(self, function: str) -> None: ...

    async def release(self, function: str) -> None: ...


class NoStorage:
    """Without a storage account nothing is remembered and this host is taken to be the only one."""

    async def read(self, _function: str) -> None:
        return None

    async def write(self, _function: str, _status: Status) -> None:
        return None

    async def acquire(self, _function: str) -> bool:
        return True

    async def keep(self, _function: str) -> None:
        await asyncio.Event().wait()

    async def release(self, _function: str) -> None:
        return None


class TimerFunction:
    """One timer function."""

    def __init__(
        self, function: Function, trigger: TimerTrigger, invoke: Invoker, storage: TimerStorage, clock: HostClock
    ) -> None:
        self._function = function
        self._trigger = trigger
        self._invoke = invoke
        self._storage = storage
        self._clock = clock
        self._schedule = parse(trigger.schedule)
        self._monitored = trigger.use_monitor and self._schedule.shortest_s >= MONITORED_FROM_S
        self._status: Status | None = None
        self._running: asyncio.Task[None] | None = None

    async def run_forever(self) -> None:
        """Runs at each due time while this host holds the timer's lock, until cancelled; a run is let finish."""
        try:
            while True:
                await self._clock.sleep(await self._hold())
        finally:
            if self._running:
                await asyncio.wait([self._running])

    async def run(self, *, past_due: bool = False) -> None:
        """One run now, which the schedule does not know of. Raises InvocationFailedError."""
        value = {"Schedule": {"AdjustForDST": True}, "ScheduleStatus": self._status, "IsPastDue": past_due}
        await self._invoke.call(self._function, datum(json.dumps(value), "json"))

    async def _hold(self) -> float:
        """Runs the timer as long as the lock is held; gives the seconds until the next try to get it."""
        name = self._function.name
        try:
            if not await self._storage.acquire(name):
                return RETRY_S
            self._status = await self._storage.read(name) if self._monitored else None
        except StorageUnavailableError as error:
            log.warning("timer waits for storage", extra={"function": name, "error": str(error)})
            return AWAY_S
        tasks = [asyncio.create_task(self._storage.keep(name)), asyncio.create_task(self._tick())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await self._let_go(tasks)
        return 0.0

    async def _let_go(self, tasks: list[asyncio.Task[None]]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.wait([*tasks, *([self._running] if self._running else [])])
        try:
            await self._storage.release(self._function.name)
        except StorageUnavailableError as error:
            log.warning("lock runs out by itself", extra={"function": self._function.name, "error": str(error)})

    async def _tick(self) -> None:
        missed = await self._missed()
        if missed or self._trigger.run_on_startup:
            await self._run_to_the_end(past_due=missed)
        due = self._schedule.next_after(self._clock.now())
        while True:
            wait_s = (due - self._clock.now()).total_seconds()
            if wait_s > 0:
                await self._clock.sleep(wait_s)
            await self._run_to_the_end(past_due=False)
            # A clock may wake its sleepers a little early: the same moment must not come due twice.
            due = self._schedule.next_after(max(self._clock.now(), due))

    async def _run_to_the_end(self, *, past_due: bool) -> None:
        """One run that a stop of the schedule does not cut off."""
        self._running = asyncio.create_task(self._run_due(past_due=past_due))
        await asyncio.shield(self._running)

    async def _run_due(self, *, past_due: bool) -> None:
        started = self._clock.now()
        try:
            await self.run(past_due=past_due)
        except InvocationFailedError:
            log.warning("the schedule goes on", extra={"function": self._function.name})
        await self._remember(last=_text(started), now=self._clock.now())

    async def _missed(self) -> bool:
        """Whether a run came due while no host was there, be it the first; a changed schedule starts afresh."""
        if not self._monitored:
            return False
        now, status = self._clock.now(), self._status
        if status:
            expected = self._schedule.next_after(_moment(status["LastUpdated"]))
            if expected == _moment(status["Next"]):
                return expected < now
        await self._remember(last=NEVER, now=now)
        return False

    async def _remember(self, *, last: str, now: datetime) -> None:
        if not self._monitored:
            return
        self._status = {"Last": last, "Next": _text(self._schedule.next_after(now)), "LastUpdated": _text(now)}
        try:
            await self._storage.write(self._function.name, self._status)
        except StorageUnavailableError as error:
            log.warning("status not written", extra={"function": self._function.name, "error": str(error)})


def _moment(text: str) -> datetime:
    """A time of a status row, which others write with ``Z``, an offset or, in UTC, without either."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
