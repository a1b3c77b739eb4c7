"""Pure decisions: which calls become activities, and on whose account."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.calls.model import WEB, ActivityProgress, ActivityStage, AgentNotes, CallFacts, Origin
from shared.enterprise_calls.rules import why_not
from shared.identity.model import Identification
from shared.settings.model import CallSync
from shared.users.model import LinkedUser

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
    reason = why_not(facts, users, identified, settings)
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
