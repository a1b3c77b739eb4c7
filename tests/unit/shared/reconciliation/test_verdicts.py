"""Which calls become activities, and on whose account."""

from copy import replace
from uuid import UUID

import pytest

from shared.calls.model import WEB, ActivityProgress, ActivityStage, AgentNotes, CallFacts, Origin
from shared.reconciliation import verdicts
from shared.settings.model import CallSync
from tests.fixtures.facts import ALL, ANNA, BOB, KNOWN, NOBODY, USERS, call


@pytest.mark.parametrize(
    ("facts", "notes", "settings", "origin"),
    [
        (call(), AgentNotes(callback_request=UUID(int=9)), ALL, Origin.ATTEMPT),
        (call(), NOBODY, ALL, None),
        (call("anna", terminal=WEB), NOBODY, CallSync(), Origin.PHONE),
        (call("anna"), AgentNotes(is_from_phone=True), CallSync(), None),
        (call("anna", terminals=frozenset()), AgentNotes(is_from_phone=True), CallSync(), Origin.PHONE),
        (call("anna", terminals=frozenset()), NOBODY, CallSync(), None),
        (call("anna"), NOBODY, ALL, Origin.ENTERPRISE),
        (call("anna"), NOBODY, CallSync(), None),
        (call("carol"), NOBODY, ALL, None),
        (call("carol", "anna"), NOBODY, ALL, Origin.ENTERPRISE),
        (call("anna", dialler="anna"), NOBODY, ALL, None),
        (call("anna"), NOBODY, replace(ALL, customer_kinds=("account",)), None),
    ],
)
def test_a_call_becomes_an_activity_for_one_reason(
    facts: CallFacts, notes: AgentNotes, settings: CallSync, origin: Origin | None
) -> None:
    """Answers to requests, calls of the web phone, and other calls of users and customers who are set up for them."""
    assert verdicts.verdict(facts, notes, USERS, KNOWN, settings).origin == origin


def test_what_a_write_was_begun_on_stands() -> None:
    """Whatever is found of the call since: Dynamics may have the activity already."""
    left_out = verdicts.Verdict(None, "not answered")
    begun = ActivityProgress(verdict=Origin.PHONE, intended=({"subject": "Call"},))
    assert verdicts.standing(left_out, begun) == verdicts.Verdict(Origin.PHONE)
    assert verdicts.standing(left_out, replace(begun, verdict="")) == verdicts.Verdict(Origin.ENTERPRISE)
    assert verdicts.standing(left_out, replace(begun, intended=())) == left_out
    assert verdicts.standing(left_out, replace(begun, stage=ActivityStage.OPEN)) == left_out
    assert verdicts.standing(verdicts.Verdict(Origin.ATTEMPT), begun) == verdicts.Verdict(Origin.ATTEMPT)


def test_a_user_stays_who_he_was_when_he_was_written() -> None:
    """The id may be another agent's since; where it is still theirs, what is known of them now counts."""
    newcomer, renamed = replace(ANNA, id=UUID(int=7)), replace(BOB, name="Robert")
    assert verdicts.with_written({"anna": newcomer, "bob": renamed}, USERS) == {"anna": ANNA, "bob": renamed}
    assert verdicts.with_written({"bob": BOB}, {"anna": ANNA}) == USERS


def test_why_a_call_is_left_out_is_said() -> None:
    """Nobody has answered it, though its user is set up for nothing either."""
    assert verdicts.verdict(call(), NOBODY, {}, KNOWN, ALL).reason == "not answered"
