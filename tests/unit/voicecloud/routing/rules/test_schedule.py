"""Opening hours, also on the days the clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicecloud.routing.model import AdHocException, AppliesWhen, Hours, Member, Pool, Prompt, Schedule
from voicecloud.routing.rules.schedule import active_exception, is_open, opening_periods

HELSINKI = "Europe/Helsinki"
SKIPPED = date(2026, 3, 29)  # 03:00 becomes 04:00
REPEATED = date(2026, 10, 25)  # 04:00 becomes 03:00
OFFICE = Schedule({day: (Hours(time(8), time(16)),) for day in range(5)})

MOMENTS = st.integers(0, 3 * 365 * 86_400).map(lambda seconds: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(0, seconds))


def local(day: date, wall: str, fold: int = 0) -> datetime:
    return datetime.combine(day, time.fromisoformat(wall), ZoneInfo(HELSINKI)).replace(fold=fold).astimezone(UTC)


def on(day: date, opens: str, closes: str) -> Schedule:
    return Schedule({day.weekday(): (Hours(time.fromisoformat(opens), time.fromisoformat(closes)),)})


@pytest.mark.parametrize(
    ("wall", "opened"), [("07:59:59", False), ("08:00", True), ("15:59:59", True), ("16:00", False)]
)
def test_a_weekday_is_open_from_its_first_to_before_its_last_moment(wall: str, opened: bool) -> None:
    """Opening is included, closing is not."""
    assert is_open(OFFICE, HELSINKI, local(date(2026, 3, 2), wall)) is opened


def test_a_day_without_hours_is_closed() -> None:
    """Saturday is not in the schedule."""
    assert not is_open(OFFICE, HELSINKI, local(date(2026, 3, 7), "12:00"))


def test_a_holiday_overrides_its_weekday() -> None:
    """A holiday without hours is closed all day, one with hours has those."""
    easter, eve = date(2026, 4, 6), date(2026, 12, 24)
    schedule = Schedule(OFFICE.weekly, {easter: (), eve: (Hours(time(8), time(11)),)})
    assert not is_open(schedule, HELSINKI, local(easter, "12:00"))
    assert is_open(schedule, HELSINKI, local(eve, "10:00"))
    assert not is_open(schedule, HELSINKI, local(eve, "12:00"))


def test_hours_may_run_past_midnight() -> None:
    """Friday 22:00 to 06:00 is open on Saturday morning and closed on Friday morning."""
    friday = date(2026, 3, 6)
    schedule = on(friday, "22:00", "06:00")
    assert is_open(schedule, HELSINKI, local(friday + timedelta(days=1), "05:59"))
    assert not is_open(schedule, HELSINKI, local(friday, "05:59"))


def test_equal_hours_mean_a_whole_day() -> None:
    """00:00 to 00:00 is open around the clock."""
    assert is_open(on(date(2026, 3, 2), "00:00", "00:00"), HELSINKI, local(date(2026, 3, 2), "23:59"))


def test_always_open_needs_no_hours() -> None:
    """``always`` ignores weekdays and holidays."""
    assert is_open(Schedule(always=True), HELSINKI, local(date(2026, 3, 7), "03:00"))


def test_an_opening_in_the_skipped_hour_is_the_moment_of_the_change() -> None:
    """03:30 does not exist on that day: it opens when the clocks go from 03:00 to 04:00."""
    ((start, end),) = opening_periods(on(SKIPPED, "03:30", "05:00"), HELSINKI, SKIPPED)
    assert start == datetime(2026, 3, 29, 1, tzinfo=UTC) == local(SKIPPED, "04:00")
    assert end == local(SKIPPED, "05:00")


def test_hours_within_the_skipped_hour_never_open() -> None:
    """03:10 to 03:50 is no time at all on that day."""
    ((start, end),) = opening_periods(on(SKIPPED, "03:10", "03:50"), HELSINKI, SKIPPED)
    assert start == end


def test_hours_over_the_skipped_hour_are_an_hour_shorter() -> None:
    """02:00 to 05:00 lasts two hours."""
    ((start, end),) = opening_periods(on(SKIPPED, "02:00", "05:00"), HELSINKI, SKIPPED)
    assert end - start == timedelta(hours=2)


def test_closing_in_the_repeated_hour_is_its_second_coming() -> None:
    """01:00 to 03:30 stays open through the first 03:30 to the second, without a gap."""
    schedule = on(REPEATED, "01:00", "03:30")
    for wall, fold in (("03:29", 0), ("03:31", 0), ("03:59", 0), ("03:00", 1), ("03:29", 1)):
        assert is_open(schedule, HELSINKI, local(REPEATED, wall, fold))
    assert not is_open(schedule, HELSINKI, local(REPEATED, "03:30", 1))


def test_opening_in_the_repeated_hour_is_its_first_coming() -> None:
    """03:30 to 05:00 opens at the first 03:30 and does not close again when the hour repeats."""
    schedule = on(REPEATED, "03:30", "05:00")
    assert not is_open(schedule, HELSINKI, local(REPEATED, "03:29", 0))
    assert is_open(schedule, HELSINKI, local(REPEATED, "03:30", 0))
    assert is_open(schedule, HELSINKI, local(REPEATED, "03:10", 1))


@given(
    MOMENTS,
    st.times(),
    st.times(),
    st.sampled_from([HELSINKI, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
)
def test_a_schedule_agrees_with_the_clock_on_the_wall(moment: datetime, opens: time, closes: time, zone: str) -> None:
    """On days without a change of clocks the hours are simply compared with the local time."""
    here = moment.astimezone(ZoneInfo(zone))
    if (here - timedelta(days=2)).utcoffset() != (here + timedelta(days=2)).utcoffset():
        return
    schedule = Schedule({day: (Hours(opens.replace(fold=0), closes.replace(fold=0)),) for day in range(7)})
    wall = here.time()
    expected = opens <= wall < closes if opens < closes else wall >= opens or wall < closes
    assert is_open(schedule, zone, moment) is expected


@given(st.dates(date(2025, 1, 1), date(2027, 12, 31)), st.times(), st.times())
def test_a_period_never_ends_before_it_starts(day: date, opens: time, closes: time) -> None:
    """Whatever the clocks do, opening comes first."""
    schedule = Schedule({day.weekday(): (Hours(opens.replace(fold=0), closes.replace(fold=0)),)})
    ((start, end),) = opening_periods(schedule, HELSINKI, day)
    assert start <= end <= start + timedelta(hours=26)


NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOTICE = Prompt("notice", 5.0)


@pytest.mark.parametrize(
    ("exception", "opened", "acts"),
    [
        (AdHocException("off", enabled=False), True, False),
        (AdHocException("on", enabled=True), True, True),
        (AdHocException("closed", enabled=True, applies_when=AppliesWhen.CLOSED), True, False),
        (AdHocException("closed", enabled=True, applies_when=AppliesWhen.CLOSED), False, True),
        (AdHocException("open", enabled=True, applies_when=AppliesWhen.OPEN), False, False),
        (AdHocException("later", enabled=True, starts_at=NOON + timedelta(hours=1)), True, False),
        (AdHocException("over", enabled=True, ends_at=NOON), True, False),
        (AdHocException("hours", enabled=True, schedule=OFFICE), True, True),
        (AdHocException("hours", enabled=True, schedule=Schedule()), True, False),
    ],
)
def test_an_exception_acts_only_as_it_is_set(exception: AdHocException, opened: bool, acts: bool) -> None:
    """Switch, period, own schedule and open or closed all have to agree."""
    pool = Pool("p", "P", exceptions=(exception,))
    assert (active_exception(pool, opened, NOON) is exception) is acts


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ({"exceptions": (AdHocException("x"),) * 4}, "at most 3"),
        ({"members": (Member("ann", skill=0),)}, "1 or more"),
        ({"ring_timeout_s": 0.0}, "more than 0"),
        ({"time_zone": "Europe/Atlantis"}, "no IANA time zone"),
        ({"time_zone": "../etc/passwd"}, "no IANA time zone"),
    ],
)
def test_a_pool_that_cannot_work_is_refused(setting: dict[str, Any], says: str) -> None:
    """When it is made, not when somebody calls."""
    with pytest.raises(ValueError, match=says):
        Pool("p", "P", **setting)
