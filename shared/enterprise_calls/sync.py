"""Finds calls by the time their rows were changed and has those reconciled that have not been (H1, H3, K10).

Nothing of a call that is not work goes anywhere, unless there is an activity of it to be taken back.
"""

import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.bus.bus import Bus
from shared.calls.messages import call_of, check_wanted
from shared.calls.model import QUEUE
from shared.calls.service import Calls, changed_at, is_done
from shared.calls.store import CallStore
from shared.clock import Clock, to_iso
from shared.enreach.client import Enreach
from shared.enreach.model import CallRow
from shared.enterprise_calls.comparison import TO_BE_REPAIRED, ComparedState, Comparison
from shared.enterprise_calls.windows import by_call, pages
from shared.errors import Missing, VoiceError
from shared.storage.leases import Leases
from shared.storage.tables import Table

LEASE = "call-sync"
LEASE_S = 120.0
OVERLAP = timedelta(minutes=5)
"""How far each run reads back: covers a clock that is two minutes behind and rows that are late to show."""
AHEAD = timedelta(minutes=3)
"""How far it reads beyond our own clock: theirs may be two minutes ahead."""
FIRST = timedelta(days=1)
REPAIR_OVER = timedelta(hours=25)
STUCK_AFTER = timedelta(hours=4)
"""After so long the voice cloud is asked whether a pool's call goes on; it may."""
FIGURES = ("repaired", "stuck", "unreadable", "deleted")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Mark:
    """``synced_at``: all changes up to then were seen; ``begun_at``: when that was tried first.

    ``repaired``, ``stuck``, ``unreadable``, ``deleted``: what the last repair found.
    """

    begun_at: datetime | None
    synced_at: datetime | None
    repaired_at: datetime | None
    repaired: int
    stuck: int
    unreadable: int
    deleted: int


@dataclass(frozen=True)
class Unlogged:
    """A call without its activity, and why."""

    call_id: str
    started_at: datetime
    state: ComparedState
    reason: str


class EnterpriseCalls:
    """Run by timers; one instance at a time."""

    def __init__(
        self,
        *,
        enreach: Enreach,
        calls: Calls,
        store: CallStore,
        bus: Bus,
        marks: Table,
        leases: Leases,
        owner: str,
        clock: Clock,
    ) -> None:
        self._enreach = enreach
        self._calls = calls
        self._comparison = Comparison(calls)
        self._store = store
        self._bus = bus
        self._marks = marks
        self._leases = leases
        self._owner = owner
        self._clock = clock

    async def mark(self) -> Mark:
        row = await self._marks.get("calls", "watermark")
        values = row.values if row else {}
        begun, synced, repaired = (values.get(name) for name in ("begun_at", "synced_at", "repaired_at"))
        return Mark(begun, synced, repaired, *(values.get(name, 0) for name in FIGURES))

    async def run(self) -> int | None:
        """Sends a message for each call whose rows changed since the last run; None while another instance is at it."""
        fence = await self._leases.acquire(LEASE, self._owner, LEASE_S)
        if fence is None:
            return None
        try:
            now, mark = self._clock(), await self.mark()
            if mark.begun_at is None:
                await self._note(begun_at=now)
            since = (mark.synced_at or now - FIRST) - OVERLAP
            sent = await self._send(since, now + AHEAD)
            await self._note(synced_at=now)
        finally:
            await self._leases.release(LEASE, self._owner, fence)
        return sent

    async def repair(self) -> dict[str, int]:
        """Has calls of the last day without their activity reconciled, and ends pool's calls that never ended (K10).

        So is what was left open until somebody would fill in Regarding, and now somebody has (D6).
        """
        now = self._clock()
        everything, unreadable = await self._compared(now)
        found = [one for one in everything if one.state is not ComparedState.COMPLETABLE]
        for one in found:
            if one.state is ComparedState.DELETED:
                await self._calls.was_deleted(one.call_id)
            elif one.state is ComparedState.NOT_KNOWN:
                await self._calls.was_found(one.call_id)
        lost = [one for one in found if one.state in TO_BE_REPAIRED]
        reconciled = [one for one in everything if one.state is not ComparedState.DELETED]
        await self._have_reconciled([one.call_id for one in reconciled], now)
        long = [call_id for call_id, since in (await self._store.going_on()).items() if now - since > STUCK_AFTER]
        stuck = [call_id for call_id in long if await self._is_over(call_id)]
        for call_id in stuck:
            await self._store.ended(call_id)
        figures = {"repaired": len(lost), "stuck": len(stuck), "deleted": len(found) - len(lost)}
        await self._note(repaired_at=now, unreadable=unreadable, **figures)
        if lost or stuck:
            log.warning("calls repaired", extra={"unlogged": len(lost), "stuck": len(stuck)})
        return {"unlogged": len(lost), "stuck": len(stuck), "deleted": len(found) - len(lost)}

    async def _have_reconciled(self, call_ids: Sequence[str], now: datetime) -> None:
        """One message a call: one that waits, or is tried again, does as well as another."""
        waiting = {call_of(body) for body in await self._bus.waiting(QUEUE)} if call_ids else set()
        events = [check_wanted(one, 0, now, f"repair-{to_iso(now)}") for one in call_ids if one not in waiting]
        if events:
            await self._bus.send_all(QUEUE, events)

    async def _is_over(self, call_id: str) -> bool:
        """Whether a call has ended though no event said so: it has its record, or nobody who was in it is in a call.

        While the voice cloud does not say, it goes on.
        """
        try:
            if rows := await self._enreach.calls_of(call_id):
                return all(row.ended_at for row in rows)
            users = {event.user_id for event in (await self._store.call(call_id)).events if event.user_id}
            return not any([await self._is_talking(user) for user in sorted(users)])
        except VoiceError as error:
            log.warning("it is not known whether a call goes on", extra={"call_id": call_id, "code": error.code})
            return False

    async def _is_talking(self, user_id: str) -> bool:
        try:
            return await self._enreach.is_talking(user_id)
        except Missing:
            return False

    async def unlogged(self) -> Sequence[Unlogged]:
        """The calls of the last day without an activity that they should have: the next repair has them reconciled,
        but for those whose activity was deleted in Dynamics."""
        found, _ = await self._compared(self._clock())
        return [one for one in found if one.state is not ComparedState.COMPLETABLE]

    async def _compared(self, now: datetime) -> tuple[Sequence[Unlogged], int]:
        """Calls that lack their activity or its completion, and how many rows cannot be read."""
        found: list[Unlogged] = []
        unreadable = 0
        async for page in pages(self._enreach.calls_modified, now - REPAIR_OVER, now - OVERLAP):
            calls = by_call(page.rows)
            for call_id, compared in (await self._comparison.of(calls)).items():
                if compared.state in TO_BE_REPAIRED | {ComparedState.DELETED, ComparedState.COMPLETABLE}:
                    began = min(row.started_at for row in calls[call_id])
                    found.append(Unlogged(call_id, began, compared.state, compared.reason))
            found += [one async for one in self._no_longer_work(calls)]
            unreadable += page.unreadable
        return found, unreadable

    async def _no_longer_work(self, calls: Mapping[str, Sequence[CallRow]]) -> AsyncIterator[Unlogged]:
        for call_id, rows in calls.items():
            if not any(row.is_work for row in rows) and await self._is_to_be_reconciled(call_id, rows):
                began = min(row.started_at for row in rows)
                yield Unlogged(
                    call_id, began, ComparedState.UNLOGGED, "it is no longer work, and its activity is still there"
                )

    async def _send(self, after: datetime, before: datetime) -> int:
        """Has calls reconciled whose rows changed; how many."""
        events, unreadable = [], 0
        async for page in pages(self._enreach.calls_modified, after, before):
            for call_id, rows in by_call(page.rows).items():
                if await self._is_to_be_reconciled(call_id, rows):
                    events.append(check_wanted(call_id, 0, self._clock(), f"rows-{to_iso(changed_at(rows))}"))
            unreadable += page.unreadable
        if events:
            await self._bus.send_all(QUEUE, events)
            log.info("calls found", extra={"count": len(events)})
        if unreadable:
            log.warning("rows of calls cannot be read", extra={"count": unreadable})
        return len(events)

    async def _is_to_be_reconciled(self, call_id: str, rows: Sequence[CallRow]) -> bool:
        if any(row.is_work for row in rows):
            return not is_done(await self._store.progress(call_id), changed_at(rows))
        record = await self._store.call(call_id)
        progress = record.progress
        if progress.has_activity or record.phones or record.events:
            return True
        is_new = progress.rows_at is None or progress.rows_at < changed_at(rows)
        return progress.may_have_activity and is_new

    async def _note(self, **noted: object) -> None:
        await self._marks.update("calls", "watermark", lambda values: {**(values or {}), **noted})
