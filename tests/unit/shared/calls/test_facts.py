"""What a call was, out of its rows and out of what was reported while it went on (G1, G3)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.calls.facts import ANSWERED, BUSY, CUT_OFF, NOT_ANSWERED, from_events, from_rows
from shared.calls.model import CallFacts, PoolCallEvent, PoolCallEventKind, Talk
from shared.enreach.model import CallRow
from shared.outside import LONGEST_S

START = datetime(2026, 11, 22, 8, tzinfo=UTC)
MATTI, ANNA = "+358401234567", "+358401110001"


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def row(user_id: str, begin_s: float, end_s: float, answered_s: float | None = None, **more: object) -> CallRow:
    known = CallRow(
        id=user_id,
        call_id="c",
        user_id=user_id,
        is_work=True,
        modified_at=at(end_s),
        started_at=at(begin_s),
        ended_at=at(end_s),
        answered_at=None if answered_s is None else at(answered_s),
        a_number=MATTI,
        b_number=ANNA,
        duration_s=0 if answered_s is None else int(end_s - answered_s),
    )
    return replace(known, **more)


def facts_of(*rows: CallRow) -> CallFacts:
    facts = from_rows(rows)
    assert facts is not None
    return facts


def event(kind: PoolCallEventKind, sequence: int, seconds: float, **more: object) -> PoolCallEvent:
    return replace(PoolCallEvent("c", sequence, kind, at(seconds), MATTI, "Sales"), **more)


ARRIVED = event(PoolCallEventKind.ARRIVED, 1, 0)
TAKEN = event(PoolCallEventKind.ANSWERED, 2, 9, user_id="anna", terminal="web")
ENDED = event(PoolCallEventKind.ENDED, 3, 69)


def test_a_pools_call_is_known_by_its_rows() -> None:
    """Who had it, from when to when, through which pool, after how long a wait, and whether it was recorded."""
    missed = row("bjorn", 1, 8)
    taken = row(
        "anna",
        8,
        69,
        9,
        pool="Sales",
        terminal="web",
        wait_s=7,
        arrived_at=at(-5),
        first_answered_at=at(9),
        recording_ids=("r",),
        has_all_recordings=True,
    )
    assert facts_of(missed, taken) == CallFacts(
        call_id="c",
        is_outgoing=False,
        number=MATTI,
        users=("bjorn", "anna"),
        talks=(Talk("anna", at(9), at(69), "web"),),
        terminals=frozenset({"web"}),
        started_at=at(9),
        ended_at=at(69),
        duration_s=60,
        pool="Sales",
        arrived_at=at(-5),
        first_answered_at=at(9),
        wait_s=7,
        is_recorded=True,
        is_final=True,
        result=ANSWERED,
    )


def test_a_direct_call_that_nobody_answered_has_no_length_and_no_pool() -> None:
    """It began when it rang first; the telephones that rang are those it was for."""
    facts = facts_of(row("anna", 0, 20, terminal="web"), row("bjorn", 5, 25, terminal="teams"), row("cecil", 6, 7))
    assert (facts.started_at, facts.ended_at, facts.duration_s, facts.talks) == (at(0), at(25), 0, ())
    assert (facts.pool, facts.arrived_at, facts.first_answered_at, facts.wait_s) == ("", None, None, None)
    assert (facts.terminals, facts.result, facts.is_recorded) == ({"web", "teams"}, NOT_ANSWERED, False)


def test_the_telephones_of_an_answered_call_are_those_it_was_answered_on() -> None:
    """Not one that only rang, nor one that nobody named."""
    facts = facts_of(row("anna", 0, 9, terminal="teams"), row("bjorn", 0, 60, 5, terminal="web"), row("c", 9, 60, 10))
    assert facts.terminals == {"web"}


@pytest.mark.parametrize(
    ("of_the_first", "of_the_second", "expected"),
    [
        ({"wait_s": 0}, {"wait_s": 5}, 0),
        ({}, {"wait_s": 5}, 5),
        ({"wait_s": 3}, {}, 3),
        ({}, {}, None),
    ],
)
def test_the_wait_is_the_first_that_is_known(
    of_the_first: dict[str, object], of_the_second: dict[str, object], expected: int | None
) -> None:
    """No wait at all is one of no seconds."""
    assert facts_of(row("anna", 0, 9, **of_the_first), row("bjorn", 9, 60, **of_the_second)).wait_s == expected


def test_one_row_says_for_all_where_one_is_enough() -> None:
    """Recorded and cut off if one is; all recordings are there if each row says so."""
    some = facts_of(
        row("anna", 0, 60, 5, recording_ids=("r",), has_all_recordings=True, end_reason=CUT_OFF), row("bjorn", 9, 60)
    )
    assert (some.is_recorded, some.is_cut_off, some.has_all_recordings) == (True, True, False)
    both = facts_of(*(row(one, 0, 60, 5, has_all_recordings=True) for one in ("anna", "bjorn")))
    assert (both.is_recorded, both.is_cut_off, both.has_all_recordings) == (False, False, True)


@pytest.mark.parametrize(
    ("rows", "seconds"),
    [
        ([row("anna", 0, 60, 10, duration_s=45)], 45),
        ([row("anna", 0, 30, 10), row("bjorn", 20, 90, 25)], 80),
        ([row("anna", 0, 60, 10), row("bjorn", 0, 9)], 50),
        ([row("anna", 0, 60.4, 10), row("bjorn", 20, 30, 25)], 50),
        ([row("anna", 0, 5, 10, duration_s=7), row("bjorn", 0, 6, 11)], 0),
        ([row("anna", 0, 2 * LONGEST_S, 10), row("bjorn", 20, 30, 25)], LONGEST_S),
        ([row("anna", 0, 60)], 0),
    ],
)
def test_a_call_lasted_from_the_first_answer_to_its_end(rows: list[CallRow], seconds: int) -> None:
    """Of one talk the voice cloud says how long it was; no call has less than nothing, or more than a year."""
    assert facts_of(*rows).duration_s == seconds


def test_nothing_is_known_of_a_call_that_goes_on() -> None:
    """One row that has not ended is enough; rows that are not work say nothing."""
    going_on = replace(row("bjorn", 10, 60, 12), ended_at=None)
    assert from_rows([]) is None
    assert from_rows([row("anna", 0, 60, 5), going_on]) is None
    assert from_rows([row("anna", 0, 60, 5), replace(going_on, is_work=False)]) is not None


@pytest.mark.parametrize(("reason", "answered", "result"), [
    ("busy", None, BUSY),
    ("abandoned", None, NOT_ANSWERED),
    ("busy", 5, ANSWERED),
])  # fmt: skip
def test_how_a_call_ended_is_its_result(reason: str, answered: float | None, result: str) -> None:
    """A busy line, nobody there, or a talk."""
    assert facts_of(row("anna", 0, 60, answered, end_reason=reason)).result == result


DIALLED = row("anna", 0, 60, 10, is_outgoing=True, a_number=ANNA, b_number=MATTI)


def test_an_outgoing_call_is_with_the_number_that_was_dialled() -> None:
    """Nobody else is rung, so it is no internal one."""
    facts = facts_of(DIALLED)
    assert (facts.is_outgoing, facts.number, facts.dialler, facts.users) == (True, MATTI, "", ("anna",))


@pytest.mark.parametrize(
    ("rows", "dialler"),
    [
        ([DIALLED, row("bjorn", 0, 60, 10)], "anna"),
        ([DIALLED, row("bjorn", 9, 60, 10)], "anna"),
        ([replace(DIALLED, answered_at=None), row("bjorn", 20, 60)], "anna"),
        ([DIALLED, row("bjorn", 10, 60, 20)], ""),
        ([DIALLED, row("bjorn", 40, 60, 45)], ""),
        ([DIALLED, row("bjorn", 2, 9), row("cecil", 40, 60, 45)], "anna"),
        ([row("bjorn", 0, 60, 5), replace(DIALLED, started_at=at(10), answered_at=at(20))], ""),
        ([row("anna", 0, 60, 10), row("bjorn", 0, 60, 10)], ""),
    ],
)
def test_a_call_is_internal_where_a_colleagues_phone_rang_before_anybody_answered(
    rows: list[CallRow], dialler: str
) -> None:
    """One who is rung later was handed the call; one that came in is not made by whom somebody asked back."""
    facts = facts_of(*rows)
    assert facts.dialler == dialler
    assert facts.is_outgoing is (dialler == "anna" or rows[0].is_outgoing)


def test_an_internal_call_is_told_from_the_side_of_who_dialled() -> None:
    """Though the colleague's row may come first by its id."""
    dialled = replace(DIALLED, id="z")
    facts = facts_of(row("bjorn", 0, 60, 10), dialled)
    assert (facts.dialler, facts.is_outgoing, facts.number) == ("anna", True, MATTI)


def test_a_pools_call_is_known_by_what_was_reported_of_it() -> None:
    """From the answer to the end, before its rows are there."""
    assert from_events([ARRIVED, TAKEN, ENDED]) == CallFacts(
        call_id="c",
        is_outgoing=False,
        number=MATTI,
        users=("anna",),
        talks=(Talk("anna", at(9), at(69), "web"),),
        terminals=frozenset({"web"}),
        started_at=at(9),
        ended_at=at(69),
        duration_s=60,
        pool="Sales",
        arrived_at=at(0),
        first_answered_at=at(9),
        result=ANSWERED,
    )


def test_what_was_not_reported_is_not_made_up() -> None:
    """An arrival whose notice was lost, a telephone without a name, an end that came before its answer."""
    facts = from_events([replace(TAKEN, terminal=""), replace(ENDED, at=at(4))])
    assert facts is not None
    assert (facts.arrived_at, facts.terminals, facts.ended_at, facts.duration_s) == (None, frozenset(), at(9), 0)


@pytest.mark.parametrize(
    "events",
    [
        [],
        [ARRIVED, TAKEN],
        [ARRIVED, ENDED],
        [ARRIVED, replace(TAKEN, user_id=""), ENDED],
        [replace(ARRIVED, user_id="anna"), ENDED],
        [ARRIVED, TAKEN, event(PoolCallEventKind.TRANSFERRED, 3, 30), ENDED],
        [ARRIVED, TAKEN, replace(TAKEN, user_id="bjorn", sequence=4), ENDED],
    ],
)
def test_only_the_rows_can_say_what_the_reports_leave_open(events: list[PoolCallEvent]) -> None:
    """No end, no answer by a person, a transfer, or two who answered."""
    assert from_events(events) is None


def test_the_first_answer_and_the_last_end_count() -> None:
    """Of two by one person."""
    again, early = replace(TAKEN, sequence=5, at=at(40)), replace(ENDED, sequence=3, at=at(20))
    facts = from_events([again, early, TAKEN, replace(ENDED, sequence=8)])
    assert facts is not None
    assert (facts.started_at, facts.ended_at) == (at(9), at(69))
