"""Rows of the voice cloud whose figures are not valid make no wrong activity (G1, K2)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.calls.facts import from_rows
from shared.enreach.model import CallRow
from shared.enreach.parsing import call_page, callback_or_none

START = datetime(2026, 11, 30, 8, tzinfo=UTC)
ROW = {
    "Id": "r1",
    "CallID": "c1",
    "UserID": "u1",
    "Privacy": "Work",
    "TimeStamp": "2026-11-30T08:00:00Z",
    "AnswerTime": "2026-11-30T08:00:10Z",
    "EndTime": "2026-11-30T08:01:10Z",
    "Duration": 60,
    "WaitTime": 10,
}


def read(**changes: Any) -> CallRow:
    page = call_page([{**ROW, **changes}], 10)
    assert page.unreadable == 0
    return page.rows[0]


def test_a_call_answered_in_the_year_0001_was_not_answered() -> None:
    """Default dates of other systems are no times."""
    row = read(AnswerTime="0001-01-01T00:00:00", EndTime="2026-11-30T08:00:30Z", Duration=0)
    facts = from_rows([row])
    assert facts
    assert (row.answered_at, facts.talks, facts.result) == (None, (), "Not Answered")


@pytest.mark.parametrize("duration", [-5, 1e300, "x", {}, -0.6])
def test_a_duration_that_is_not_valid_follows_from_the_times(duration: object) -> None:
    """It is the time from the answer to the end."""
    assert read(Duration=duration).duration_s == 60


def test_a_wait_that_is_not_valid_is_left_out() -> None:
    """An empty column is better than a wrong one."""
    assert [read(WaitTime=wait).wait_s for wait in (-1, "x", 1e12, None)] == [None] * 4


def test_a_call_never_ends_before_it_begins() -> None:
    """The duration gives its end; the answer lies in between."""
    row = read(EndTime="2026-11-30T07:00:00Z")
    assert (row.ended_at, row.answered_at) == (START + timedelta(seconds=60), START + timedelta(seconds=10))
    assert read(AnswerTime="2026-11-30T07:00:00Z").answered_at == START


@pytest.mark.parametrize("start", ["0001-01-01T00:00:00", "9999-12-31T23:59:59.999", 5, None, "x" * 1000])
def test_a_row_without_its_beginning_is_counted_as_unreadable(start: object) -> None:
    """It is not guessed at, and its neighbours are read."""
    page = call_page([{**ROW, "TimeStamp": start}, ROW], 10)
    assert (page.unreadable, len(page.rows)) == (1, 1)
    callback = {"Id": "1", "ListId": "l", "State": "Open", "CreatedTime": start}
    assert callback_or_none(callback) is None


@pytest.mark.parametrize("changes", [{"AnswerTime": "2026-13-45T00:00:00"}, {"EndTime": "2026-11-31T10:00:00Z"}])
def test_a_time_that_no_calendar_has_is_not_taken_for_none(changes: dict[str, str]) -> None:
    """A call that somebody answered would pass for one that nobody did, and be left out without a word."""
    page = call_page([{**ROW, **changes}], 10)
    assert (page.unreadable, len(page.rows)) == (1, 0)


@pytest.mark.parametrize("call_id", ["going-on", "a/b", "x" * 65, {"a": 1}, ["c"], " "])
def test_a_row_whose_call_has_no_id_that_can_be_a_key_is_unreadable(call_id: object) -> None:
    """The same ids are taken from call records as from webhooks and phones: a foreign key would end every repair."""
    page = call_page([{**ROW, "CallID": call_id}, ROW], 10)
    assert (page.unreadable, len(page.rows)) == (1, 1)


@pytest.mark.parametrize("changes", [{"Id": None}, {"Id": ""}, {"Id": "x" * 101}, {"ListId": None}])
def test_a_callback_without_an_id_of_its_own_is_unreadable(changes: dict[str, object]) -> None:
    """Else all of them would be one, or Dynamics would refuse it."""
    callback = {"Id": "1", "ListId": "l", "State": "Open", "CreatedTime": "2026-11-30T08:00:00Z"}
    assert callback_or_none(callback) is not None
    assert callback_or_none({**callback, **changes}) is None


def test_times_that_lie_after_the_end_of_a_call_are_not_valid() -> None:
    """A call of seventy years is one whose duration gives its end; nobody arrives in a pool after that."""
    row = read(
        EndTime="2098-01-01T00:00:00Z", ArrivalTime="2098-01-01T00:00:00Z", FirstAnswerTime="2098-01-01T00:00:00Z"
    )
    assert row.ended_at == START + timedelta(seconds=60)
    assert (row.arrived_at, row.first_answered_at) == (None, None)
    assert read(ArrivalTime="2026-11-30T07:59:00Z").arrived_at == START - timedelta(minutes=1)


def test_a_user_is_the_same_in_capitals() -> None:
    """Ids from Dynamics are in small letters."""
    assert read(UserID="71000000-0000-4000-8000-00000000000A").user_id == "71000000-0000-4000-8000-00000000000a"


@pytest.mark.parametrize(
    ("told", "is_work"),
    [
        ({"CallTypeString": "ServiceCall", "Privacy": None}, True),
        ({"CallTypeString": "ServiceCall", "Privacy": "Private"}, False),
        ({"CallTypeString": "DirectCall", "Privacy": None}, False),
        ({"CallTypeString": "DirectCall"}, True),
    ],
)
def test_a_pools_call_is_work_unless_it_says_otherwise(told: dict[str, object], *, is_work: bool) -> None:
    """Null says nothing, as a privacy that is missing does; the row's own is ``Work``."""
    assert read(**told).is_work is is_work


@pytest.mark.parametrize(("given", "kept"), [("7378742833", "7378742833"), ("+7378742833", ""), ("anonymous", "")])
def test_digits_that_may_be_a_line_are_kept_until_the_country_is_known(given: str, kept: str) -> None:
    """RESTRICTED on a keypad is a line in Austin, too."""
    row = {"Id": "c1", "ListId": "L1", "State": "Open", "CreatedTime": "2026-11-22T08:00:00Z", "CallerNumber": given}
    callback = callback_or_none(row)
    assert callback is not None
    assert (callback.caller_number, read(ANum=given).a_number) == (kept, kept)
