from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from shared.calls.facts import from_events, from_rows
from shared.calls.model import AgentNotes, Origin, PoolCallEvent, PoolCallEventKind
from shared.calls.rules import CHECK_EVERY_S, CHECKS_S, is_settled, is_to_be_completed, next_check_s
from shared.enreach.model import CallRow
from shared.identity.model import Customer, CustomerKind, Identification
from shared.reconciliation.verdicts import Verdict, verdict
from shared.settings.model import CallSync
from shared.users.model import LinkedUser

START = datetime(2026, 11, 22, 8, tzinfo=UTC)
ANNA = LinkedUser(UUID(int=1), "Anna", "anna", "anna@example.com", "+358401110001")
MATTI = Identification("+358401234567", (Customer(CustomerKind.CONTACT, UUID(int=2), "Matti"),))


def pauses(*, is_known: bool) -> list[float]:
    found = (next_check_s(attempt, is_known=is_known) for attempt in count())
    return [pause for pause in iter(lambda: next(found), None) if pause is not None]


def test_checks_are_soon_at_first_and_end_after_a_day() -> None:
    """1, 2, 4, 8, 15, 30, 60 s, then every five minutes for 24 hours."""
    made = pauses(is_known=True)
    assert tuple(made[: len(CHECKS_S)]) == CHECKS_S == (1, 2, 4, 8, 15, 30, 60)
    assert set(made[len(CHECKS_S) :]) == {CHECK_EVERY_S} == {300}
    assert 24 * 3600 <= sum(made) <= 24 * 3600 + CHECK_EVERY_S


def test_a_call_nobody_knows_is_left_to_the_timer_after_two_minutes() -> None:
    """A webhook may name calls that the API user may not see."""
    assert sum(pauses(is_known=False)) == 120


def row(user_id: str, begin_s: int, end_s: int, *, answered: bool = True, work: bool = True) -> CallRow:
    began, ended = START + timedelta(seconds=begin_s), START + timedelta(seconds=end_s)
    return CallRow(
        id=user_id,
        call_id="c",
        user_id=user_id,
        is_work=work,
        modified_at=ended,
        started_at=began,
        ended_at=ended,
        answered_at=began + timedelta(seconds=1) if answered else None,
        duration_s=end_s - begin_s - 1 if answered else 0,
    )


def test_who_was_with_the_customer_to_the_end_is_the_last_user() -> None:
    """After a transfer the one it went to; the one who asked after a consultation that was given up, or that went on
    when the customer had left (K5)."""
    transferred = from_rows([row("anna", 0, 30), row("bjorn", 20, 90)])
    consulted = from_rows([row("anna", 0, 90), row("bjorn", 20, 40)])
    left = from_rows([row("anna", 0, 90), row("bjorn", 20, 90)])
    rung = from_rows([row("anna", 0, 10, answered=False), row("bjorn", 12, 60)])
    expected = ["bjorn", "anna", "anna", "bjorn"]
    assert [facts and facts.last_users[0] for facts in (transferred, consulted, left, rung)] == expected
    assert transferred is not None
    assert transferred.duration_s == 89


def test_no_recording_is_waited_for_where_the_voice_cloud_died_in_the_call() -> None:
    """``platform_stopped``: its packets are gone. Any other answered call waits for its recording."""
    cut, ended = (
        from_rows([replace(row("anna", 0, 30), end_reason=reason)]) for reason in ("platform_stopped", "caller_left")
    )
    assert [facts and is_settled(facts, CallSync(), START) for facts in (cut, ended)] == [True, False]


def test_rows_that_are_not_work_are_ignored() -> None:
    """Neither their users nor their times are part of the call."""
    facts = from_rows([row("anna", 0, 30), row("bjorn", 20, 90, work=False)])
    assert facts is not None
    assert (facts.users, facts.ended_at) == (("anna",), START + timedelta(seconds=30))
    assert from_rows([row("anna", 0, 30, work=False)]) is None


@given(st.permutations(range(4)))
def test_events_make_the_same_call_in_any_order(order: list[int]) -> None:
    """Their sequence counts, not when they came."""
    events = [
        PoolCallEvent("c", 1, PoolCallEventKind.ARRIVED, START, "+358401234567", "Sales"),
        PoolCallEvent(
            "c", 4, PoolCallEventKind.ANSWERED, START + timedelta(seconds=9), "+358401234567", "Sales", "anna", "web"
        ),
        PoolCallEvent("c", 8, PoolCallEventKind.ENDED, START + timedelta(seconds=69), "+358401234567", "Sales"),
        PoolCallEvent("c", 8, PoolCallEventKind.ENDED, START + timedelta(seconds=69), "+358401234567", "Sales"),
    ]
    facts = from_events([events[place] for place in order])
    assert facts is not None
    assert (facts.duration_s, facts.last_users[0], facts.arrived_at, facts.is_final) == (60, "anna", START, False)


def test_events_alone_cannot_tell_of_a_transfer() -> None:
    """Then the record of the call is waited for."""
    events = [
        PoolCallEvent("c", 4, PoolCallEventKind.ANSWERED, START, "", "Sales", "anna"),
        PoolCallEvent("c", 6, PoolCallEventKind.TRANSFERRED, START, "", "Sales", "anna"),
        PoolCallEvent("c", 8, PoolCallEventKind.ENDED, START, "", "Sales"),
    ]
    assert from_events(events) is None
    assert from_events(events[:1]) is None


def test_a_call_that_lasted_as_long_as_the_limit_is_not_too_short() -> None:
    """The shortest call that is logged is the limit itself (H4)."""
    settings = CallSync(enterprise=True, duration_limit_s=10)
    long, short = (from_rows([row("anna", 0, talked_s + 1)]) for talked_s in (10, 9))
    found = [facts and verdict(facts, AgentNotes(), {"anna": ANNA}, MATTI, settings) for facts in (long, short)]
    assert found == [Verdict(Origin.ENTERPRISE), Verdict(None, "shorter than the limit")]


def test_an_activity_waits_for_its_recording_no_longer_than_the_limit() -> None:
    """A quarter of an hour after the call it is completed without one."""
    facts = from_rows([row("anna", 0, 60)])
    assert facts
    limit = timedelta(minutes=15)
    passed = (timedelta(0), limit - timedelta(seconds=1), limit)
    completed = [is_to_be_completed(facts, CallSync(), facts.ended_at + length) for length in passed]
    assert completed == [False, False, True]
