"""Pure decisions about a call and its activity: whose notes count, who owns it, and what is waited for."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from shared.calls.model import ActivityProgress, ActivityStage, AgentNotes, CallFacts, PhoneNote, RecordingState
from shared.calls.recording_links import recording_state
from shared.enreach.model import CallRow
from shared.settings.model import CallSync
from shared.users.model import LinkedUser

CHECKS_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
CHECK_EVERY_S = 300.0
CHECK_FOR = timedelta(hours=24)


def agent_notes(phones: Sequence[PhoneNote], facts: CallFacts, users: Mapping[str, LinkedUser]) -> AgentNotes:
    """What the phones of those say who had the call: it is nobody else's to write about.

    Notes stand in the order they were begun; where several picked, the pick of who had the call last counts.
    """
    agents = {users[user_id].object_id for user_id in facts.users if user_id in users}
    notes = sorted((note for note in phones if note.agent in agents), key=lambda note: (note.began_at, note.agent))
    last = last_agent(facts, users)
    by_weight = sorted(
        notes, key=lambda note: (last is not None and note.agent == last.object_id, note.began_at), reverse=True
    )
    return AgentNotes(
        notes="\n".join(note.notes for note in notes if note.notes),
        customer=next((note.customer for note in by_weight if note.customer), None),
        callback_request=next((note.callback_request for note in by_weight if note.callback_request), None),
        is_from_phone=bool(notes),
    )


def last_agent(facts: CallFacts, users: Mapping[str, LinkedUser]) -> LinkedUser | None:
    """Of those who are users of Dynamics, who was with the other party to the end (K5)."""
    return next((users[user_id] for user_id in facts.last_users if user_id in users), None)


def is_settled(facts: CallFacts, settings: CallSync, now: datetime) -> bool:
    """Whether nothing more is waited for: the rows are there, and the recording where there is to be one."""
    return facts.is_final and recording_state(facts, settings, now) is not RecordingState.AWAITED


def is_to_be_completed(facts: CallFacts, settings: CallSync, now: datetime) -> bool:
    """Enriched, or the time limit has passed."""
    limit = timedelta(seconds=settings.complete_limit_s)
    return settings.complete and (is_settled(facts, settings, now) or now - facts.ended_at >= limit)


def needs_regarding(facts: CallFacts, settings: CallSync) -> bool:
    """Whether the activity stays open while nobody is regarded, for the agent to say who it was (D6).

    A call among colleagues has no customer, and of an attempt that nobody answered there is nothing to report.
    """
    return bool(facts.talks) and not facts.dialler and not settings.complete_unidentified


def changed_at(rows: Sequence[CallRow]) -> datetime:
    """The last change of any row: one that is no longer work changes the call as well."""
    return max(row.modified_at for row in rows)


def is_done(progress: ActivityProgress | None, modified: datetime) -> bool:
    """Whether rows changed at a moment have been taken into account."""
    if progress is None or progress.rows_at is None:
        return False
    return progress.stage is ActivityStage.FINAL or progress.rows_at >= modified


def next_check_s(attempt: int, *, is_known: bool) -> float | None:
    """Seconds to the check after the one numbered ``attempt`` (0 = at once), None after a day of them.

    A call of which nothing is known after two minutes is left to the timer, which finds it should its rows ever show.
    """
    if attempt < len(CHECKS_S):
        return CHECKS_S[attempt]
    spent_s = sum(CHECKS_S) + (attempt - len(CHECKS_S)) * CHECK_EVERY_S
    return CHECK_EVERY_S if is_known and spent_s < CHECK_FOR.total_seconds() else None
