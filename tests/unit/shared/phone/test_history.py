from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.enreach.model import HistoryRow
from shared.phone.history import OWN_REACH, OWN_SPANS, _backwards, _one_a_call, _page, _result

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def row(call_id: str, at: datetime, **changes: bool) -> HistoryRow:
    kinds = {"is_outgoing": False, "is_answered": True, **changes}
    return HistoryRow(
        call_id=call_id,
        started_at=at,
        number="",
        pool="",
        pool_id="",
        duration_s=0,
        is_work=True,
        is_recorded=False,
        **kinds,
    )


@given(st.lists(st.integers(0, 60 * 86_400), max_size=200))
async def test_page_by_page_every_call_is_shown_once_newest_first(ages_s: list[int]) -> None:
    """However the calls lie, several in one second too, down to where a history ends."""
    rows = [row(str(number), NOW - timedelta(seconds=age)) for number, age in enumerate(ages_s)]

    async def window(start: datetime, end: datetime) -> Sequence[HistoryRow]:
        return [one for one in rows if start <= one.started_at < end]

    shown: list[HistoryRow] = []
    until: datetime | None = NOW + timedelta(seconds=1)
    while until:
        found = await _backwards(window, until, until + timedelta(seconds=1), OWN_SPANS, NOW - OWN_REACH)
        page, until = _page(found)
        assert page or until is None
        shown += page
    assert sorted(one.call_id for one in shown) == sorted(one.call_id for one in rows)
    assert [one.started_at for one in shown] == sorted((one.started_at for one in rows), reverse=True)


def test_a_call_that_rang_an_agent_twice_is_one_line() -> None:
    """The time it was answered counts, else the last."""
    missed, answered = row("c1", NOW, is_answered=False), row("c1", NOW - timedelta(seconds=9))
    again = row("c2", NOW - timedelta(seconds=20), is_answered=False)
    later = row("c2", NOW - timedelta(seconds=10), is_answered=False)
    assert _one_a_call([missed, answered, later, again]) == [answered, later]


@pytest.mark.parametrize(
    ("kinds", "result"),
    [
        ({}, "answered"),
        ({"is_answered": False}, "missed"),
        ({"is_answered": False, "is_declined": True}, "declined"),
        ({"is_answered": False, "is_outgoing": True}, "not_answered"),
    ],
)
def test_there_are_four_results(kinds: dict[str, bool], result: str) -> None:
    """Only what rang and was neither answered nor declined is missed."""
    assert _result(row("c", NOW, **kinds)) == result
