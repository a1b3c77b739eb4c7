"""Finds calls that were not logged, or never ended, has them repaired, and lists them (K10)."""

import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.bus.bus import Bus
from shared.calls.messages import call_of, check_wanted
from shared.calls.model import QUEUE
from shared.calls.store import CallStore
from shared.clock import Clock, to_iso
from shared.enreach.client import Enreach
from shared.enreach.model import CallRow
from shared.enterprise_calls.sync import OVERLAP, EnterpriseCalls
from shared.enterprise_calls.windows import by_call, pages
from shared.errors import Missing, VoiceError
from shared.reconciliation.comparison import TO_BE_REPAIRED, ComparedState, Comparison
from shared.reconciliation.service import Calls

REPAIR_OVER = timedelta(hours=25)
STUCK_AFTER = timedelta(hours=4)
"""After so long the voice cloud is asked whether a pool's call goes on; it may."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class UnloggedCall:
    """A call without its activity, and why."""

    call_id: str
    started_at: datetime
    state: ComparedState
    reason: str


@dataclass(eq=False, repr=False, kw_only=True)
class UnloggedCalls:
    """Repaired by a timer."""

    enreach: Enreach
    calls: Calls
    sync: EnterpriseCalls
    store: CallStore
    bus: Bus
    clock: Clock

    async def repair(self) -> dict[str, int]:
        """Has calls of the last day without their activity reconciled, and ends pool's calls that never ended (K10).

        So is what was left open until somebody would fill in Regarding, and now somebody has (D6).
        """
        now = self.clock()
        everything, unreadable = await self._compared(now)
        found = [one for one in everything if one.state is not ComparedState.COMPLETABLE]
        for one in found:
            if one.state is ComparedState.DELETED:
                await self.calls.was_deleted(one.call_id)
            elif one.state is ComparedState.NOT_KNOWN:
                await self.calls.was_found(one.call_id)
        lost = [one for one in found if one.state in TO_BE_REPAIRED]
        reconciled = [one for one in everything if one.state is not ComparedState.DELETED]
        await self._have_reconciled([one.call_id for one in reconciled], now)
        long = [call_id for call_id, since in (await self.store.going_on()).items() if now - since > STUCK_AFTER]
        stuck = [call_id for call_id in long if await self._is_over(call_id)]
        for call_id in stuck:
            await self.store.ended(call_id)
        figures = {"repaired": len(lost), "stuck": len(stuck), "deleted": len(found) - len(lost)}
        await self.sync.note(repaired_at=now, unreadable=unreadable, **figures)
        if lost or stuck:
            log.warning("calls repaired", extra={"unlogged": len(lost), "stuck": len(stuck)})
        return {"unlogged": len(lost), "stuck": len(stuck), "deleted": len(found) - len(lost)}

    async def _have_reconciled(self, call_ids: Sequence[str], now: datetime) -> None:
        """One message a call: one that waits, or is tried again, does as well as another."""
        waiting = {call_of(body) for body in await self.bus.waiting(QUEUE)} if call_ids else set()
        events = [check_wanted(one, 0, now, f"repair-{to_iso(now)}") for one in call_ids if one not in waiting]
        if events:
            await self.bus.send_all(QUEUE, events)

    async def _is_over(self, call_id: str) -> bool:
        """Whether a call has ended though no event said so: it has its record, or nobody who was in it is in a call.

        While the voice cloud does not say, it goes on.
        """
        try:
            if rows := await self.enreach.calls_of(call_id):
                return all(row.ended_at for row in rows)
            users = {event.user_id for event in (await self.store.call(call_id)).events if event.user_id}
            return not any([await self._is_talking(user) for user in sorted(users)])
        except VoiceError as error:
            log.warning("it is not known whether a call goes on", extra={"call_id": call_id, "code": error.code})
            return False

    async def _is_talking(self, user_id: str) -> bool:
        try:
            return await self.enreach.is_talking(user_id)
        except Missing:
            return False

    async def listed(self) -> Sequence[UnloggedCall]:
        """The calls of the last day without an activity that they should have: the next repair has them reconciled,
        but for those whose activity was deleted in Dynamics."""
        found, _ = await self._compared(self.clock())
        return [one for one in found if one.state is not ComparedState.COMPLETABLE]

    async def _compared(self, now: datetime) -> tuple[Sequence[UnloggedCall], int]:
        """Calls that lack their activity or its completion, and how many rows cannot be read."""
        found: list[UnloggedCall] = []
        unreadable = 0
        async for page in pages(self.enreach.calls_modified, now - REPAIR_OVER, now - OVERLAP):
            calls = by_call(page.rows)
            for call_id, compared in (await Comparison(self.calls).of(calls)).items():
                if compared.state in TO_BE_REPAIRED | {ComparedState.DELETED, ComparedState.COMPLETABLE}:
                    began = min(row.started_at for row in calls[call_id])
                    found.append(UnloggedCall(call_id, began, compared.state, compared.reason))
            found += [one async for one in self._no_longer_work(calls)]
            unreadable += page.unreadable
        return found, unreadable

    async def _no_longer_work(self, calls: Mapping[str, Sequence[CallRow]]) -> AsyncIterator[UnloggedCall]:
        for call_id, rows in calls.items():
            if not any(row.is_work for row in rows) and await self.sync.is_to_be_reconciled(call_id, rows):
                began = min(row.started_at for row in rows)
                yield UnloggedCall(
                    call_id, began, ComparedState.UNLOGGED, "it is no longer work, and its activity is still there"
                )
