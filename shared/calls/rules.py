"""Pure decisions: which calls become activities, on whose account, and when an activity is done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.calls import enterprise_rules
from shared.calls.model import (
    WEB,
    ActivityProgress,
    ActivityStage,
    AgentNotes,
    CallFacts,
    Origin,
    PhoneNote,
    RecordingState,
)
from shared.identity.model import Identification
from shared.settings.model import CallSync
from shared.users.model import LinkedUser

CHECKS_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
CHECK_EVERY_S = 300.0
CHECK_FOR = timedelta(hours=24)
BY_HAND = "an activity was written by hand"


@dataclass(frozen=True)
class Verdict:
    """Whether a call becomes an activity: ``origin``, or the ``reason`` why not, which holds no personal data."""

    origin: Origin | None
    reason: str = ""


def verdict(
    facts: CallFacts,
    agent_notes: AgentNotes,
    users: Mapping[str, LinkedUser],
    identified: Identification,
    settings: CallSync,
) -> Verdict:
    """G1 and F9 for calls of the web phone, H1-H4 for all others."""
    if agent_notes.callback_request:
        return Verdict(Origin.ATTEMPT)
    if not facts.talks:
        return Verdict(None, "not answered")
    if WEB in facts.terminals or (agent_notes.is_from_phone and not facts.terminals):
        return Verdict(Origin.PHONE)
    reason = enterprise_rules.why_not(facts, users, identified, settings)
    return Verdict(None, reason) if reason else Verdict(Origin.ENTERPRISE)


def standing(found: Verdict, before: ActivityProgress) -> Verdict:
    """A verdict that a write was begun on stands, whatever has changed while the write failed.

    After one, Dynamics may have the activity already; and nobody would hear of a call that is given up.
    """
    if found.origin or before.stage is not ActivityStage.NONE or not before.intended:
        return found
    return Verdict(Origin(before.verdict) if before.verdict in set(Origin) else Origin.ENTERPRISE)


def with_written(live: Mapping[str, LinkedUser], written: Mapping[str, LinkedUser]) -> Mapping[str, LinkedUser]:
    """The users as they are now, but who was written already under the id they had then."""
    kept = {one: user for one, user in written.items() if one not in live or live[one].id != user.id}
    return {**live, **kept}


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


def recording(facts: CallFacts, settings: CallSync, now: datetime) -> RecordingState:
    """How it stands with the recording of a call whose rows are there."""
    if facts.is_recorded:
        return RecordingState.HERE
    if not settings.recordings or not facts.talks:
        return RecordingState.NOT_EXPECTED
    if facts.is_cut_off:
        return RecordingState.CUT_OFF
    if facts.has_all_recordings:
        return RecordingState.NONE_MADE
    limit = timedelta(seconds=settings.recording_limit_s)
    return RecordingState.GIVEN_UP if now - facts.ended_at >= limit else RecordingState.AWAITED


def is_settled(facts: CallFacts, settings: CallSync, now: datetime) -> bool:
    """Whether nothing more is waited for: the rows are there, and the recording where there is to be one."""
    return facts.is_final and recording(facts, settings, now) is not RecordingState.AWAITED


def is_to_be_completed(facts: CallFacts, settings: CallSync, now: datetime) -> bool:
    """Enriched, or the time limit has passed."""
    limit = timedelta(seconds=settings.complete_limit_s)
    return settings.complete and (is_settled(facts, settings, now) or now - facts.ended_at >= limit)


def needs_regarding(facts: CallFacts, settings: CallSync) -> bool:
    """Whether the activity stays open while nobody is regarded, for the agent to say who it was (D6).

    A call among colleagues has no customer, and of an attempt that nobody answered there is nothing to report.
    """
    return bool(facts.talks) and not facts.dialler and not settings.complete_unidentified


def next_check_s(attempt: int, *, is_known: bool) -> float | None:
    """Seconds to the check after the one numbered ``attempt`` (0 = at once), None after a day of them.

    A call of which nothing is known after two minutes is left to the timer, which finds it should its rows ever show.
    """
    if attempt < len(CHECKS_S):
        return CHECKS_S[attempt]
    spent_s = sum(CHECKS_S) + (attempt - len(CHECKS_S)) * CHECK_EVERY_S
    return CHECK_EVERY_S if is_known and spent_s < CHECK_FOR.total_seconds() else None
