"""Whose notes count, and how long is waited for what."""

from copy import replace
from datetime import timedelta
from uuid import UUID

import pytest

from shared.calls import rules
from shared.calls.model import AgentNotes, CallFacts, PhoneNote, RecordingState
from shared.calls.recording_links import recording_state
from shared.settings.model import CallSync
from shared.users.model import LinkedUser
from tests.fixtures.facts import ANNA, BEGIN, BOB, END, MATTI, USERS, call


def note(user: LinkedUser, at_s: float, **told: object) -> PhoneNote:
    return PhoneNote(user.object_id, BEGIN + timedelta(seconds=at_s), **told)  # type: ignore[arg-type]


def test_notes_of_all_agents_stand_in_the_order_they_were_begun() -> None:
    """But not those of somebody who did not have the call."""
    told = [note(BOB, 9, notes="then"), note(ANNA, 1, notes="first"), note(BOB, 5, notes="")]
    found = rules.agent_notes(told, call("anna", "bob"), USERS)
    assert (found.notes, found.is_from_phone) == ("first\nthen", True)
    assert rules.agent_notes(told, call("carol"), USERS) == AgentNotes()


def test_the_pick_of_who_had_the_call_last_counts() -> None:
    """Where the agent has picked nobody, the newest pick of another does."""
    other = replace(MATTI, id=UUID(int=4))
    told = [note(ANNA, 9, customer=MATTI, callback_request=UUID(int=5)), note(BOB, 1, customer=other)]
    found = rules.agent_notes(told, call("anna", "bob"), USERS)
    assert (found.customer, found.callback_request) == (other, UUID(int=5))
    found = rules.agent_notes([*told[:1], note(ANNA, 2, customer=other), note(BOB, 1)], call("anna", "bob"), USERS)
    assert found.customer == MATTI


def test_the_last_agent_is_a_user_of_dynamics() -> None:
    """Others who had the call later are passed over; of strangers alone there is none."""
    assert rules.last_agent(call("anna", "carol"), USERS) == ANNA
    assert rules.last_agent(call("carol"), USERS) is None


@pytest.mark.parametrize(
    ("facts", "settings", "waited_s", "expected"),
    [
        (call("anna", is_recorded=True), CallSync(recordings=False), 0, RecordingState.HERE),
        (call("anna"), CallSync(recordings=False), 0, RecordingState.NOT_EXPECTED),
        (call(), CallSync(), 0, RecordingState.NOT_EXPECTED),
        (call("anna", is_cut_off=True), CallSync(), 0, RecordingState.CUT_OFF),
        (call("anna", has_all_recordings=True), CallSync(), 0, RecordingState.NONE_MADE),
        (call("anna"), CallSync(), 3599, RecordingState.AWAITED),
        (call("anna"), CallSync(), 3600, RecordingState.GIVEN_UP),
    ],
)
def test_a_recording_is_waited_for_where_one_can_come(
    facts: CallFacts, settings: CallSync, waited_s: float, expected: RecordingState
) -> None:
    """An hour at most, and not at all where none was made."""
    assert recording_state(facts, settings, END + timedelta(seconds=waited_s)) is expected
    assert rules.is_settled(facts, settings, END + timedelta(seconds=waited_s)) is (
        expected is not RecordingState.AWAITED
    )
    assert not rules.is_settled(replace(facts, is_final=False), settings, END + timedelta(hours=2))


def test_an_activity_is_completed_when_nothing_is_waited_for() -> None:
    """At once with its recording; never where activities are left to the agents."""
    recorded = call("anna", is_recorded=True)
    assert rules.is_to_be_completed(recorded, CallSync(), END)
    assert not rules.is_to_be_completed(recorded, CallSync(complete=False), END + timedelta(days=1))


@pytest.mark.parametrize(
    ("facts", "settings", "expected"),
    [
        (call("anna"), CallSync(), True),
        (call(), CallSync(), False),
        (call("anna", dialler="anna"), CallSync(), False),
        (call("anna"), CallSync(complete_unidentified=True), False),
    ],
)
def test_a_talk_with_nobody_known_stays_open(facts: CallFacts, settings: CallSync, expected: bool) -> None:
    """For the agent to say who it was (D6), unless activities are completed all the same."""
    assert rules.needs_regarding(facts, settings) is expected


def test_the_notes_of_who_was_only_rung_count_too() -> None:
    """A stranger to Dynamics had the call in the end."""
    found = rules.agent_notes([note(ANNA, 1, notes="first")], call("carol", users=("anna", "carol")), USERS)
    assert found.notes == "first"
