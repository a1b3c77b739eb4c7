"""Compares call records with the activities that exist in Dynamics, not with what we noted of them (K10)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from shared.calls.activities import Standing
from shared.calls.model import ActivityProgress
from shared.calls.rules import changed_at, is_done
from shared.enreach.model import CallRow
from shared.enterprise_calls.rules import UNDECIDED
from shared.reconciliation import verdicts
from shared.reconciliation.service import Calls
from shared.users.model import ColumnMissing

NOT_RECONCILED = "it was never reconciled"
NOT_KNOWN = "its activity is in Dynamics, and is not known here"
JUDGED_OTHERWISE = "left out before, to be logged by what is known now"
DELETED = "its activity was deleted in Dynamics"


class ComparedState(StrEnum):
    """What a comparison says of a call that is work."""

    LOGGED = "logged"
    LEFT_OUT = "left out"
    DELETED = "deleted"
    UNLOGGED = "unlogged"
    NOT_KNOWN = "not known"
    COMPLETABLE = "completable"
    """Left open for want of a Regarding, which somebody has filled in."""


TO_BE_REPAIRED = {ComparedState.UNLOGGED, ComparedState.NOT_KNOWN}


@dataclass(frozen=True)
class Compared:
    """``reason`` in words, without personal data."""

    state: ComparedState
    reason: str = ""


@dataclass(eq=False, repr=False)
class Comparison:
    """Costs Dynamics one request per hundred calls, and one for each that is to be logged after all. Writes nothing."""

    calls: Calls

    async def of(self, calls: Mapping[str, Sequence[CallRow]]) -> Mapping[str, Compared]:
        """How it stands with each of these calls; those that are not work are not compared."""
        work = {call_id: rows for call_id, rows in calls.items() if any(row.is_work for row in rows)}
        known = {call_id: await self.calls.progress(call_id) for call_id in work}
        done = {one for one, progress in known.items() if is_done(progress, changed_at(work[one]))}
        existing = await self.calls.existing(done)
        return {
            one: await self._compared(one, rows, known[one] if one in done else None, existing.get(one))
            for one, rows in work.items()
        }

    async def _compared(
        self, call_id: str, rows: Sequence[CallRow], progress: ActivityProgress | None, there: Standing | None
    ) -> Compared:
        """``progress``: None where it is older than the rows, or there is none."""
        if progress is None:
            return Compared(ComparedState.UNLOGGED, NOT_RECONCILED)
        if progress.has_activity:
            if there is None:
                is_there = not progress.is_deleted and await self.calls.is_there(call_id)
                return Compared(ComparedState.LOGGED) if is_there else Compared(ComparedState.DELETED, DELETED)
            if progress.is_deleted:
                return Compared(ComparedState.NOT_KNOWN, NOT_KNOWN)
            is_completable = await self.calls.can_be_completed(progress, there)
            return Compared(ComparedState.COMPLETABLE if is_completable else ComparedState.LOGGED)
        if there:
            return Compared(ComparedState.NOT_KNOWN, NOT_KNOWN)
        if progress.verdict == verdicts.BY_HAND:
            return Compared(ComparedState.LEFT_OUT, progress.verdict)
        verdict = await self._judged(call_id, rows)
        if verdict and verdict.origin:
            return Compared(ComparedState.UNLOGGED, JUDGED_OTHERWISE)
        reason = verdict.reason if verdict else progress.verdict
        return Compared(ComparedState.UNLOGGED if reason == UNDECIDED else ComparedState.LEFT_OUT, reason)

    async def _judged(self, call_id: str, rows: Sequence[CallRow]) -> verdicts.Verdict | None:
        """None while nothing can be said: then what was said before stands until the next comparison."""
        try:
            return await self.calls.judge(call_id, rows)
        except ColumnMissing:
            return None
