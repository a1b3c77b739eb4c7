"""Reconciles one call: brings its activity up to what is known. The handler of the ``calls`` queue (G1-G4, K2).

However often and from whatever cause, a call is always reconciled in the same way: the voice cloud's rows are the
truth, our own row says what has been written, and every write can be repeated.
"""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from shared.bus.bus import Bus
from shared.bus.events import CloudEvent
from shared.callbacks.attempts import CallbackAttempts
from shared.calls import facts as normalise
from shared.calls import rules
from shared.calls.activities import CallActivities, Standing
from shared.calls.activity_mapping import (
    REGARDING,
    Composition,
    answered_requests,
    columns,
    identified_customer,
    owner_of,
    request_in,
)
from shared.calls.merge import STATE, Wanted
from shared.calls.messages import FROM_PHONE, check_again, check_wanted, event_from
from shared.calls.model import (
    CHECK,
    DELETED,
    QUEUE,
    RECEIVED,
    ActivityProgress,
    ActivityStage,
    CallFacts,
    CallMemory,
    Origin,
    PoolCallEvent,
    PoolCallEventKind,
)
from shared.calls.normalise import marks
from shared.calls.recording_links import recording_state
from shared.calls.rules import changed_at
from shared.calls.store import CallStore
from shared.clock import Clock
from shared.dataverse import names
from shared.enreach.client import Enreach
from shared.enreach.model import CallRow
from shared.enterprise_calls.duplicates import Duplicates
from shared.enterprise_calls.private_calls import PrivateCalls
from shared.enterprise_calls.rules import UNDECIDED
from shared.errors import Conflict, InvalidInput, Unavailable
from shared.identity.model import Customer
from shared.identity.service import Identity
from shared.reconciliation import verdicts
from shared.reconciliation.verdicts import Verdict
from shared.settings.model import CallSync
from shared.settings.service import Settings
from shared.users.model import LinkedUser, column_missing
from shared.users.service import Users

UNCONFIRMED = 8
"""Intentions kept while none of them is known to have been carried out."""

log = logging.getLogger(__name__)


@dataclass(eq=False, repr=False, kw_only=True)
class Calls:
    """``recording_url`` gives the stable link of a call's recordings."""

    settings: Settings
    enreach: Enreach
    identity: Identity
    users: Users
    activities: CallActivities
    duplicates: Duplicates
    private_calls: PrivateCalls
    attempts: CallbackAttempts
    store: CallStore
    bus: Bus
    recording_url: Callable[[str], str]
    clock: Clock

    async def process(self, event: CloudEvent) -> None:
        """Handles one message of the queue. Raises what stands in the way; the message is then tried again."""
        if event.type == RECEIVED:
            await self._happened(event_from(event))
            return
        call_id, attempt, cause = (event.data.get(name) for name in ("call_id", "attempt", "cause"))
        if event.type != CHECK or not isinstance(call_id, str) or not isinstance(attempt, int):
            raise InvalidInput("malformed-call", "a call event names a call_id and its attempt")
        settled = await self.reconcile(call_id)
        if settled or cause == FROM_PHONE:
            return
        delay_s = rules.next_check_s(attempt, is_known=settled is not None)
        if delay_s is None and settled is None:
            return
        if delay_s is None:
            raise InvalidInput("call-incomplete", "the voice cloud has not finished the record of a call within a day")
        again = check_again(call_id, attempt + 1, self.clock(), str(cause), delay_s)
        await self.bus.send(QUEUE, again, delay_s=delay_s)

    async def _happened(self, event: PoolCallEvent) -> None:
        """Notes it; a call that somebody answered is reconciled when it has ended, whichever news comes last."""
        await self.store.received(event)
        kinds = {one.kind for one in (await self.store.call(event.call_id)).events}
        if PoolCallEventKind.ENDED in kinds:
            await self.store.ended(event.call_id)  # also where the news of its arrival comes last
        if {PoolCallEventKind.ANSWERED, PoolCallEventKind.ENDED} <= kinds:
            await self.bus.send(QUEUE, check_wanted(event.call_id, 0, self.clock(), "ended"))

    async def reconcile(self, call_id: str) -> bool | None:
        """Brings the activity of a call up to date; whether nothing more is to be expected.

        None when nothing is known of it: then the timer finds it, should its rows ever show. Raises Unavailable
        ``call-contended`` when another instance was faster.
        """
        try:
            return await self._reconcile(call_id)
        except Conflict:
            raise Unavailable("call-contended", "another instance is at the same call") from None

    async def _reconcile(self, call_id: str) -> bool | None:
        settings = await self.settings.call_sync()
        rows = await self.enreach.calls_of(call_id)
        record = await self.store.call(call_id)
        if rows and not any(row.is_work for row in rows):
            await self.private_calls.forget(record, settings, changed_at(rows))
            return True
        facts = normalise.from_rows(rows) or normalise.from_events(record.events)
        if facts is None:
            return False if rows or record.events else None
        progress = await self._bring_up(facts, record, settings, changed_at(rows) if rows else None)
        if progress.stage is ActivityStage.FINAL:
            return True
        return rules.is_settled(facts, settings, self.clock()) or (facts.is_final and not progress.has_activity)

    async def judge(self, call_id: str, rows: Sequence[CallRow]) -> Verdict | None:
        """What would become of a call, without doing it; None while nothing can be said."""
        facts = normalise.from_rows(rows)
        if facts is None:
            return None
        settings = await self.settings.call_sync()
        return (await self._judged(facts, await self.store.call(call_id), settings)).verdict

    async def progress(self, call_id: str) -> ActivityProgress | None:
        """How far the activity of a call has come, as far as we know."""
        return await self.store.progress(call_id)

    async def existing(self, call_ids: Collection[str]) -> Mapping[str, Standing]:
        """Those of these calls that have their activity in Dynamics, and how it stands there."""
        return await self.activities.existing(call_ids)

    async def is_there(self, call_id: str) -> bool:
        """Whether its activity is in Dynamics, even where the app may not read it any more."""
        return await self.activities.is_there(call_id)

    async def can_be_completed(self, progress: ActivityProgress, there: Standing) -> bool:
        """Whether a person has filled in what an activity was left open for."""
        is_waiting = progress.stage is ActivityStage.OPEN and STATE not in progress.left_alone
        if not is_waiting or not there.is_open or not there.is_regarded or progress.written.get(REGARDING):
            return False
        return (await self.settings.call_sync()).complete

    async def was_deleted(self, call_id: str) -> None:
        """Notes that an activity of ours is not in Dynamics any more: it stays away until somebody restores it."""
        progress = await self.store.progress(call_id)
        if progress and progress.has_activity and progress.stage is not ActivityStage.FINAL:
            with suppress(Conflict):
                await self.store.save(call_id, replace(progress, stage=ActivityStage.FINAL, verdict=DELETED))

    async def was_found(self, call_id: str) -> None:
        """Notes that the activity is in Dynamics, though we did not know: the next reconciliation reads it."""
        progress = await self.store.progress(call_id)
        if progress and (progress.is_deleted or not progress.has_activity):
            verdict = "" if progress.is_deleted else progress.verdict
            with suppress(Conflict):
                await self.store.save(call_id, replace(progress, stage=ActivityStage.OPEN, version="", verdict=verdict))

    async def restore(self, call_id: str) -> None:
        """Makes the activity again that was deleted, by what is known now.

        Raises InvalidInput ``call-not-deleted`` where it is in Dynamics, and what ``reconcile`` does.
        """
        progress = await self.store.progress(call_id)
        if progress is None or not progress.has_activity or await self.existing([call_id]):
            raise InvalidInput("call-not-deleted", "the call has no activity that was deleted")
        users, customer = progress.users, progress.customer
        await self.store.save(call_id, ActivityProgress(users=users, customer=customer, etag=progress.etag))
        await self.reconcile(call_id)

    async def _judged(self, facts: CallFacts, record: CallMemory, settings: CallSync) -> "_Judged":
        """Who was written already stays so, whatever has become of their row; whether the call is to be written is
        for the users as they are now to decide."""
        before = record.progress
        live = await self.users.by_voice_id()
        users = verdicts.with_written(live, before.users)
        identified = await self.identity.identify(facts.number)
        customer = identified_customer(facts, before.customer, identified)
        agent_notes = rules.agent_notes(record.phones, facts, users)
        verdict = verdicts.standing(verdicts.verdict(facts, agent_notes, live, identified, settings), before)
        region = (await self.settings.general()).default_region
        given = Composition(
            customer=agent_notes.customer or customer,
            users=users,
            settings=settings,
            agent_notes=agent_notes,
            recording_url=self.recording_url(facts.call_id),
            region=region,
        )
        wanted = self._wanted(facts, given)
        is_first = verdict.origin is Origin.ENTERPRISE and not before.has_activity
        if is_first and await self._is_there_by_hand(facts, wanted, before, settings, region):
            verdict = Verdict(None, verdicts.BY_HAND)
        return _Judged(verdict, wanted, customer, {one: users[one] for one in facts.users if one in users})

    async def _is_there_by_hand(
        self, facts: CallFacts, wanted: Wanted, before: ActivityProgress, settings: CallSync, region: str | None
    ) -> bool:
        """Also beside one of ours whose answer was lost? Then ours is the one that was there first."""
        margin = timedelta(seconds=settings.start_margin_s)
        if not await self.duplicates.exist(facts, wanted, margin, region):
            return False
        return not (before.intended and await self.activities.existing([facts.call_id]))

    async def _bring_up(
        self, facts: CallFacts, record: CallMemory, settings: CallSync, rows_at: datetime | None
    ) -> ActivityProgress:
        """How far its activity has come then. Raises ColumnMissing while nobody can say whether it gets one."""
        judged = await self._judged(facts, record, settings)
        recording = str(recording_state(facts, settings, self.clock())) if facts.is_final else ""
        progress = replace(record.progress, rows_at=rows_at or record.progress.rows_at, recording=recording)
        if judged.verdict.origin is None and not progress.has_activity:
            if facts.is_final:
                await self._save(record, replace(progress, verdict=judged.verdict.reason))
                if judged.verdict.reason == UNDECIDED:
                    raise column_missing(names.VOICE_EMAIL)
            return progress
        if progress.stage is not ActivityStage.FINAL and judged.verdict.origin:
            progress = replace(progress, verdict=str(judged.verdict.origin))
        progress = replace(progress, customer=judged.customer, users=judged.users)
        return await self._write(facts, record, judged.wanted, progress)

    async def _write(
        self, facts: CallFacts, record: CallMemory, wanted: Wanted, progress: ActivityProgress
    ) -> ActivityProgress:
        """Notes what is to be written, writes it, notes what has been written, and only then what it was made of."""
        before, rows_at = record.progress.intended, progress.rows_at
        completes = wanted.completes(wanted.values, progress.left_alone)
        intended = {**marks(wanted.values), **({STATE: names.STATE_COMPLETED} if completes else {})}
        if intended not in before[-1:] or not progress.etag:
            noted = replace(progress, intended=(*before, intended)[-UNCONFIRMED:], rows_at=record.progress.rows_at)
            progress = await self.store.save(record.call_id, noted)
        alone = partial(self._check_alone, record.call_id, progress)
        done = await self.activities.bring_up(record.call_id, wanted, replace(progress, intended=before), alone)
        done = replace(done, intended=(intended,), rows_at=rows_at)
        request = request_in(wanted.values)
        for other in answered_requests(record.progress) - {request}:
            await self.attempts.take_back(other, record.call_id)
        if request:
            await self.attempts.add(request, record.call_id, facts.started_at)
        if done != record.progress:
            await self.store.save(record.call_id, done)
        if (done.stage, done.recording) != (record.progress.stage, record.progress.recording):
            fields = {"stage": done.stage, "reason": done.verdict, "recording": done.recording}
            log.info("call reconciled", extra={"call_id": record.call_id, **fields})
        return done

    async def _check_alone(self, call_id: str, progress: ActivityProgress) -> None:
        """Raises Conflict when another instance has noted something since."""
        now = await self.store.progress(call_id)
        if now is None or now.etag != progress.etag:
            raise Conflict("row-changed", "another instance is at the same call")

    def _wanted(self, facts: CallFacts, given: Composition) -> Wanted:
        user = rules.last_agent(facts, given.users)
        return Wanted(
            values=columns(facts, given),
            caller=user.id if user else None,
            owner=owner_of(facts, given),
            status=names.STATUS_MADE if facts.is_outgoing else names.STATUS_RECEIVED,
            complete=rules.is_to_be_completed(facts, given.settings, self.clock()),
            needs_regarding=rules.needs_regarding(facts, given.settings),
        )

    async def _save(self, record: CallMemory, progress: ActivityProgress) -> None:
        if progress != record.progress or record.progress.etag is None:
            await self.store.save(record.call_id, progress)


@dataclass(frozen=True)
class _Judged:
    """What is to become of a call. ``customer``: who was identified, not who was picked; ``users`` had a part in it."""

    verdict: Verdict
    wanted: Wanted
    customer: Customer | None
    users: Mapping[str, LinkedUser]
