"""Brings calls of the past into Dynamics: day by day, resumable, or only listing what would be done."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.calls.rules import changed_at, is_done
from shared.calls.store import CallStore
from shared.clock import to_iso
from shared.enreach.client import Enreach
from shared.enreach.model import CallPage, CallRow
from shared.enterprise_calls.windows import by_call, pages
from shared.errors import Misconfigured, Throttled, Unavailable, VoiceError
from shared.reconciliation.service import Calls
from shared.storage.tables import Table, Values

DAY = timedelta(days=1)
AT_ONCE = 16
PAUSE_S = 1.0
TRIES = 10
NOT_WORK = "not work"
DONE_BEFORE = "done before"
UNREADABLE = "unreadable rows"
DELETED = "deleted in Dynamics"
"""Not made again: ``calls restore`` does, call by call."""
OF_ONE_CALL = {"call-contended", "callback-contended", "dataverse-forbidden"}
"""The others may succeed all the same."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class BackfillStep:
    """One call of a dry run: ``outcome`` is what it would become, or why nothing."""

    call_id: str
    started_at: datetime
    outcome: str


@dataclass(frozen=True)
class Plan:
    """``on_step``: called for each call in a dry run. ``on_page``: called after each page, up to when all is done."""

    since: datetime
    until: datetime
    dry_run: bool
    on_step: Callable[[BackfillStep], None]
    on_page: Callable[[datetime, Counter[str]], None]


@dataclass(eq=False, repr=False, kw_only=True)
class BackFill:
    enreach: Enreach
    calls: Calls
    store: CallStore
    marks: Table

    async def run(self, plan: Plan) -> Counter[str]:
        """How many calls became what. Cut off, it goes on where it was when asked for the same beginning again, to the
        end it was asked for then."""
        totals: Counter[str] = Counter()
        begin, until = (plan.since, plan.until) if plan.dry_run else await self._reached(plan)
        window_start = begin
        async for page in pages(self._read, begin, until, longest=DAY):
            totals.update(await self._all(page, plan))
            if page.unreadable:
                totals[UNREADABLE] += page.unreadable
            window_start = max([window_start, *(row.started_at for row in page.rows)])
            if not plan.dry_run:
                await self._reach(plan.since, until, window_start)
            plan.on_page(window_start, totals)
        if not plan.dry_run:
            await self.marks.delete("calls", _mark_of(plan.since))
        return totals

    async def _all(self, page: CallPage, plan: Plan) -> Sequence[str]:
        """What each call of a page became. Raises the first of what ends the run: a command reports one."""
        slots = asyncio.Semaphore(AT_ONCE)
        calls = by_call(page.rows)
        work = [call_id for call_id, rows in calls.items() if any(row.is_work for row in rows)]
        existing = await patiently(lambda: self.calls.existing(work))
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(self._one(call_id, rows, plan, slots, is_there=call_id in existing))
                    for call_id, rows in calls.items()
                ]
        except ExceptionGroup as several:
            raise several.exceptions[0] from several
        return [task.result() for task in tasks]

    async def _one(
        self, call_id: str, rows: Sequence[CallRow], plan: Plan, slots: asyncio.Semaphore, *, is_there: bool
    ) -> str:
        if not any(row.is_work for row in rows):
            return NOT_WORK
        async with slots:
            progress = await self.store.progress(call_id)
            # What was only judged is judged again: settings and users may be others now.
            is_made = progress is not None and progress.has_activity and is_done(progress, changed_at(rows))
            before = DONE_BEFORE if is_there else DELETED
            if not plan.dry_run:
                return before if is_made else await self._brought_up(call_id)
            outcome = before if is_made else await self._foretold(call_id, rows)
            plan.on_step(BackfillStep(call_id, rows[0].started_at, outcome))
            return outcome

    async def _foretold(self, call_id: str, rows: Sequence[CallRow]) -> str:
        verdict = await self.calls.judge(call_id, rows)
        return "goes on still" if verdict is None else str(verdict.origin or verdict.reason)

    async def _brought_up(self, call_id: str) -> str:
        """A call that cannot be brought up is counted with the reason, and the others go on.

        Raises what concerns all of them, a system that is away or a faulty setting: then the run ends, to be taken up
        again where it was.
        """
        try:
            await patiently(lambda: self.calls.reconcile(call_id))
        except VoiceError as error:
            if isinstance(error, Unavailable | Misconfigured) and error.code not in OF_ONE_CALL:
                raise
            log.warning("call not brought up", extra={"call_id": call_id, "code": error.code})
            return f"failed: {error.code}"
        progress = await self.store.progress(call_id)
        return progress.verdict if progress else NOT_WORK

    async def _read(self, after: datetime, before: datetime) -> CallPage:
        return await patiently(lambda: self.enreach.calls_started(after, before))

    async def _reached(self, plan: Plan) -> tuple[datetime, datetime]:
        """Where an earlier run with the same beginning was cut off, and up to when it was to go."""
        row = await self.marks.get("calls", _mark_of(plan.since))
        return (row.values["reached"], row.values["until"]) if row else (plan.since, plan.until)

    async def _reach(self, since: datetime, until: datetime, reached: datetime) -> None:
        """A second run of the same beginning, started by mistake, takes nothing back."""

        def further(before: Values | None) -> Values:
            latest = max(reached, before["reached"]) if before else reached
            return {"until": until, "reached": latest}

        await self.marks.update("calls", _mark_of(since), further)


def _mark_of(since: datetime) -> str:
    """The row that says how far a back-fill has come: each beginning has its own, so that none loses another's."""
    return f"back-fill-{to_iso(since)}"


async def patiently[Answer](ask: Callable[[], Awaitable[Answer]]) -> Answer:
    """A command may wait: as long as it is asked to, which counts as no try, and a little when something is away."""
    tries = 0
    while True:
        try:
            return await ask()
        except Throttled as error:
            await asyncio.sleep(error.retry_after_s)
        except Unavailable:
            tries += 1
            if tries == TRIES:
                raise
            await asyncio.sleep(PAUSE_S)
