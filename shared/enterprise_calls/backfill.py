"""Brings calls of the past into Dynamics: day by day, resumable, or only told what would be done."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.calls.service import Calls, changed_at, is_done
from shared.calls.store import CallStore
from shared.enreach.client import Enreach
from shared.enreach.model import CallRow
from shared.enterprise_calls.windows import by_call, pages
from shared.errors import Throttled, Unavailable
from shared.storage.tables import Row, Table

DAY = timedelta(days=1)
AT_ONCE = 16
PAUSE_S = 1.0
TRIES = 10
NOT_WORK = "not work"
DONE_BEFORE = "done before"


@dataclass(frozen=True)
class Step:
    """One call of a dry run: ``outcome`` is what it would become, or why nothing."""

    call_id: str
    started_at: datetime
    outcome: str


@dataclass(frozen=True)
class Plan:
    """``on_step``: told of each call in a dry run. ``on_day``: told after each window up to when all is done."""

    since: datetime
    until: datetime
    dry_run: bool
    on_step: Callable[[Step], None]
    on_page: Callable[[datetime, Counter[str]], None]


class BackFill:
    def __init__(self, *, enreach: Enreach, calls: Calls, store: CallStore, marks: Table) -> None:
        self._enreach = enreach
        self._calls = calls
        self._store = store
        self._marks = marks

    async def run(self, plan: Plan) -> Counter[str]:
        """How many calls became what. Cut off, it goes on after the last window done when asked for the same again."""
        totals: Counter[str] = Counter()
        begin = plan.since if plan.dry_run else await self._reached(plan)
        window_start = begin
        async for page in pages(self._enreach.calls_started, begin, plan.until, longest=DAY):
            slots = asyncio.Semaphore(AT_ONCE)
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(self._one(call_id, rows, plan, slots))
                    for call_id, rows in by_call(page.rows).items()
                ]
            totals.update(task.result() for task in tasks)
            window_start = max([window_start, *(row.started_at for row in page.rows)])
            if not plan.dry_run:
                await self._reach(plan, window_start)
            plan.on_page(window_start, totals)
        if not plan.dry_run:
            await self._marks.delete("calls", "back-fill")
        return totals

    async def _one(self, call_id: str, rows: Sequence[CallRow], plan: Plan, slots: asyncio.Semaphore) -> str:
        if not any(row.is_work for row in rows):
            return NOT_WORK
        async with slots:
            if plan.dry_run:
                verdict = await self._calls.judge(call_id, rows)
                outcome = "goes on still" if verdict is None else verdict.origin or verdict.reason
                plan.on_step(Step(call_id, rows[0].started_at, str(outcome)))
                return str(outcome)
            return await self._patiently(call_id, changed_at(rows))

    async def _patiently(self, call_id: str, modified: datetime) -> str:
        """A command may wait: as long as Dynamics asks for, and a little when something is away."""
        if is_done(await self._store.progress(call_id), modified):
            return DONE_BEFORE
        for last in (False,) * (TRIES - 1) + (True,):
            try:
                await self._calls.look_at(call_id)
                break
            except Unavailable as error:
                if last:
                    raise
                await asyncio.sleep(error.retry_after_s if isinstance(error, Throttled) else PAUSE_S)
        progress = await self._store.progress(call_id)
        return progress.verdict if progress else NOT_WORK

    async def _reached(self, plan: Plan) -> datetime:
        row = await self._marks.get("calls", "back-fill")
        if row and (row.values["since"], row.values["until"]) == (plan.since, plan.until):
            reached: datetime = row.values["reached"]
            return reached
        return plan.since

    async def _reach(self, plan: Plan, reached: datetime) -> None:
        values = {"since": plan.since, "until": plan.until, "reached": reached}
        await self._marks.put(Row("calls", "back-fill", values))
