from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.host.ncrontab import LIMITS, Cron, parse
from local.host.strict import SettingsError

MONDAY = datetime(2026, 11, 23, 8, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("0 */5 * * * *", "2026-11-23 08:05:00"),
        ("*/5 * * * *", "2026-11-23 08:05:00"),
        ("*/10 * * * * *", "2026-11-23 08:00:10"),
        ("0 30 9 * * Mon-Fri", "2026-11-23 09:30:00"),
        ("0 0 8 * * 1", "2026-11-30 08:00:00"),
        ("0 0 0 1 January *", "2027-01-01 00:00:00"),
        ("0 0 12 24-31/7 dec *", "2026-12-24 12:00:00"),
        ("0 0 0 29 2 *", "2028-02-29 00:00:00"),
        ("0 0 0 29 2 Sun", "2032-02-29 00:00:00"),
        ("0 0 0 29 2 Mon", "2044-02-29 00:00:00"),
        ("5,10 59 23 * * *", "2026-11-23 23:59:05"),
        ("0 10/20 * * * *", "2026-11-23 08:10:00"),
        ("00:00:20", "2026-11-23 08:00:20"),
        ("1.00:00:00", "2026-11-24 08:00:00"),
    ],
)
def test_a_schedule_comes_due(schedule: str, expected: str) -> None:
    """Six fields begin with the second, five with the minute; a TimeSpan counts from now."""
    assert f"{parse(schedule).next_after(MONDAY):%F %T}" == expected


def test_day_of_month_and_day_of_week_must_both_fit() -> None:
    """Unlike in cron: Friday the 13th, not every Friday and every 13th."""
    due = parse("0 0 0 13 * Fri").next_after(MONDAY)
    assert (due.day, due.weekday()) == (13, 4)


@pytest.mark.parametrize(
    "schedule",
    [
        "",
        "* * *",
        "* * * * * * *",
        "60 * * * * *",
        "0 0 24 * * *",
        "0 0 0 0 * *",
        "0 0 0 * 13 *",
        "0 0 0 * * 7",
        "*/0 * * * * *",
        "5-1 * * * * *",
        "x * * * * *",
        "1:2",
        "0 0 0 * * funday",
        "0 0 0 * * monkey",
        "0 0 0 * * mo",
        "0 0 0 1,, * *",
    ],
)
def test_what_is_no_schedule_is_refused(schedule: str) -> None:
    """Wrong numbers of fields, values out of range and unknown words are reported at start."""
    with pytest.raises(SettingsError, match=r"schedule|time span"):
        parse(schedule)


def test_a_schedule_that_never_comes_is_refused() -> None:
    """30 February never comes."""
    with pytest.raises(SettingsError, match="never"):
        parse("0 0 0 30 2 *").next_after(MONDAY)


def field(low: int, high: int) -> st.SearchStrategy[frozenset[int]]:
    return st.frozensets(st.integers(low, high), min_size=(high - low) // 2)


@settings(max_examples=50, deadline=None)
@given(st.tuples(*(field(*limits) for limits in LIMITS)), st.integers(0, 86_400 * 366))
def test_the_next_due_moment_is_the_first_that_fits(fields: tuple[frozenset[int], ...], offset_s: int) -> None:
    """It fits all fields, lies after the moment, and no second between the two fits."""
    start = MONDAY + timedelta(seconds=offset_s)
    due = Cron(fields).next_after(start)
    assert fits(fields, due)
    assert due > start
    between = (start + timedelta(seconds=second) for second in range(1, min(7200, int((due - start).total_seconds()))))
    assert not any(fits(fields, moment) for moment in between)


def fits(fields: tuple[frozenset[int], ...], at: datetime) -> bool:
    parts = (at.second, at.minute, at.hour, at.day, at.month, at.isoweekday() % 7)
    return all(part in allowed for part, allowed in zip(parts, fields, strict=True))
