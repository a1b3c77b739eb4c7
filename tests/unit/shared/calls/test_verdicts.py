"""Which calls become activities, whose notes count, and how long is waited for what."""

from copy import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from shared.calls import enterprise_rules, rules, verdicts
from shared.calls.model import (
    WEB,
    ActivityProgress,
    ActivityStage,
    AgentNotes,
    CallFacts,
    Origin,
    PhoneNote,
    RecordingState,
    Talk,
)
from shared.identity.model import Customer, CustomerKind, Identification
from shared.settings.model import CallSync
from shared.users.model import LinkedUser

END = datetime(2026, 11, 22, 8, tzinfo=UTC)
BEGIN = END - timedelta(minutes=5)
ANNA = LinkedUser(UUID(int=1), "Anna", "anna", "anna@example.com", "+358401110001", "object-anna")
BOB = LinkedUser(UUID(int=2), "Bob", "bob", "bob@example.com", "+358401110002", "object-bob")
USERS = {"anna": ANNA, "bob": BOB}
MATTI = Customer(CustomerKind.CONTACT, UUID(int=3), "Matti")
KNOWN = Identification("+358401234567", (MATTI,))
NOBODY = AgentNotes()
ALL = CallSync(enterprise=True)


def call(*users: str, terminal: str = "mobile", **other: object) -> CallFacts:
    """A call in which these users talked one after the other."""
    moments = [BEGIN + timedelta(minutes=at) for at in range(len(users) + 1)]
    talks = tuple(Talk(user, *times, terminal) for user, *times in zip(users, moments, moments[1:], strict=False))
    facts = CallFacts(
        call_id="c",
        is_outgoing=False,
        number="+358401234567",
        users=users or ("anna",),
        talks=talks,
        terminals=frozenset([terminal] if talks else []),
        started_at=BEGIN,
        ended_at=END,
        duration_s=300,
        is_final=True,
    )
    return replace(facts, **other)  # type: ignore[arg-type]


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


@pytest.mark.parametrize("missing", ["voice_user_id", "voice_email", "mobile_number"])
def test_a_user_is_set_up_for_enterprise_calls_with_id_address_and_mobile(missing: str) -> None:
    """H1: without one of them an agent's calls are not logged."""
    users = {"anna": replace(ANNA, **{missing: ""})}  # type: ignore[arg-type]
    assert verdicts.verdict(call("anna"), NOBODY, users, KNOWN, ALL).origin is None


@pytest.mark.parametrize(
    ("changes", "facts", "settings", "is_open"),
    [
        ({}, call("anna"), ALL, True),
        ({"mobile_number": ""}, call("anna"), ALL, False),
        ({}, call("anna", dialler="anna"), ALL, False),
        ({}, call("anna", duration_s=1), replace(ALL, duration_limit_s=2), False),
        ({}, call(), ALL, False),
    ],
)
def test_an_address_that_cannot_be_read_decides_nothing(
    changes: dict[str, str], facts: CallFacts, settings: CallSync, *, is_open: bool
) -> None:
    """While Dynamics lacks its column; a call that is left out for anything else is left out."""
    users = {"anna": replace(ANNA, voice_email=None, **changes)}  # type: ignore[arg-type]
    found = verdicts.verdict(facts, NOBODY, users, KNOWN, settings)
    assert (found.origin, found.reason == enterprise_rules.UNDECIDED) == (None, is_open)
    both = verdicts.verdict(call("anna", "bob"), NOBODY, {**users, "bob": BOB}, KNOWN, ALL)
    assert both.origin is Origin.ENTERPRISE


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
    assert rules.recording(facts, settings, END + timedelta(seconds=waited_s)) is expected
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


def test_of_several_customers_one_of_the_right_kind_is_enough() -> None:
    """The other has the same number."""
    account = Customer(CustomerKind.ACCOUNT, UUID(int=6), "Acme")
    both = Identification(KNOWN.e164, (account, MATTI))
    assert verdicts.verdict(call("anna"), NOBODY, USERS, both, ALL).origin is Origin.ENTERPRISE


def test_why_a_call_is_left_out_is_said() -> None:
    """Nobody has answered it, though its user is set up for nothing either."""
    assert verdicts.verdict(call(), NOBODY, {}, KNOWN, ALL).reason == "not answered"


def test_the_notes_of_who_was_only_rung_count_too() -> None:
    """A stranger to Dynamics had the call in the end."""
    found = rules.agent_notes([note(ANNA, 1, notes="first")], call("carol", users=("anna", "carol")), USERS)
    assert found.notes == "first"
