"""Timer triggers: one run at a time each, the next due time reckoned after a run, one catch-up for what was missed."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Protocol

from local.host import runtime
from local.host.indexing import Function, TimerTrigger
from local.host.logs import Log
from local.host.ncrontab import parse

MONITORED_FROM_S = 60.0
"""Schedules that come due more often are not monitored, as in Microsoft's host."""


class StatusStore(Protocol):
    """Where the due times of monitored timers survive a restart."""

    async def read(self, function: str) -> Mapping[str, str] | None: ...

    async def write(self, function: str, status: Mapping[str, str]) -> None: ...


class NoStatus:
    """Without storage nothing is remembered: no timer is ever past due."""

    async def read(self, _function: str) -> None:
        return None

    async def write(self, _function: str, _status: Mapping[str, str]) -> None:
        return None


class Timer:
    """One timer function."""

    def __init__(
        self,
        function: Function,
        trigger: TimerTrigger,
        invoke: runtime.Invoker,
        status: StatusStore,
        log: Log,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._invoke = invoke
        self._function = function
        self._trigger = trigger
        self._schedule = parse(trigger.schedule)
        monitored = trigger.use_monitor and self._schedule.shortest_s >= MONITORED_FROM_S
        self._status: StatusStore = status if monitored else NoStatus()
        self._log = log
        self._now = now
        self._sleep = sleep

    async def run_forever(self) -> None:
        """Runs at each due time until cancelled."""
        due = await self._first_due()
        while True:
            wait_s = (due - self._now()).total_seconds()
            if wait_s > 0:
                await self._sleep(wait_s)
            await self.run(due=due, past_due=False)
            due = self._schedule.next_after(max(self._now(), due))

    async def run(self, *, due: datetime | None = None, past_due: bool) -> None:
        """One run; a failure is logged and never stops the schedule."""
        last = due or self._now()
        upcoming = self._schedule.next_after(max(self._now(), last))
        status = {"Last": _text(last), "Next": _text(upcoming), "LastUpdated": _text(last)}
        value = {"Schedule": {"AdjustForDST": True}, "ScheduleStatus": status, "IsPastDue": past_due}
        started = time.perf_counter()
        try:
            await self._invoke(self._function.id, self._function.argument, runtime.datum(json.dumps(value), "json"), {})
            self._log.done(self._function.name, time.perf_counter() - started)
        except runtime.InvocationFailedError as error:
            self._log.failed(self._function.name, error)
        await self._status.write(self._function.name, status)

    async def _first_due(self) -> datetime:
        """The next due time, after the catch-up run or the run at start that may come first."""
        status = await self._status.read(self._function.name)
        missed = status is not None and datetime.fromisoformat(status["Next"]) < self._now()
        if missed or self._trigger.run_on_startup:
            await self.run(past_due=missed)
        return self._schedule.next_after(self._now())


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
