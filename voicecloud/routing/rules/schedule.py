"""Opening hours in a time zone, right on the days the clocks change (IANA zones; PEP 495 for the repeated hour).

Hours are turned into moments of UTC. A time on the clock that comes twice opens at its first and closes at its second
coming, so that a pool never shuts and opens again within the repeated hour; a time that is skipped is the moment of the
change.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from voicecloud.routing.model import AdHocException, AppliesWhen, Hours, Pool, Schedule

ONE_DAY = timedelta(days=1)
ONE_SECOND = timedelta(seconds=1)


def is_open(schedule: Schedule, time_zone: str, moment: datetime) -> bool:
    """Whether ``moment`` (aware) lies in the opening hours. Raises ZoneInfoNotFoundError for an unknown zone."""
    if schedule.always:
        return True
    today = moment.astimezone(ZoneInfo(time_zone)).date()
    return any(
        start <= moment < end
        for day in (today - ONE_DAY, today)
        for start, end in opening_periods(schedule, time_zone, day)
    )


def opening_periods(schedule: Schedule, time_zone: str, day: date) -> tuple[tuple[datetime, datetime], ...]:
    """The periods (UTC, end excluded) that open on local ``day``; the last may end on the following day."""
    hours = schedule.holidays.get(day, schedule.weekly.get(day.weekday(), ()))
    return tuple(_period(row, time_zone, day) for row in hours)


def active_exception(pool: Pool, opened: bool, moment: datetime) -> AdHocException | None:
    """The first ad hoc exception of the pool that acts at ``moment``, given whether the schedule has it open."""
    return next((each for each in pool.exceptions if _acts(each, pool.time_zone, opened, moment)), None)


def _acts(exception: AdHocException, time_zone: str, opened: bool, moment: datetime) -> bool:
    if not exception.enabled:
        return False
    if exception.applies_when is not AppliesWhen.ALWAYS and opened is not (exception.applies_when is AppliesWhen.OPEN):
        return False
    begun = exception.starts_at is None or exception.starts_at <= moment
    over = exception.ends_at is not None and exception.ends_at <= moment
    return begun and not over and is_open(exception.schedule, time_zone, moment)


@lru_cache(maxsize=4_096)
def _period(hours: Hours, time_zone: str, day: date) -> tuple[datetime, datetime]:
    last_day = day if hours.opens < hours.closes else day + ONE_DAY
    zone = ZoneInfo(time_zone)
    return _moment(day, hours.opens, zone, later=False), _moment(last_day, hours.closes, zone, later=True)


def _moment(day: date, wall: time, zone: ZoneInfo, later: bool) -> datetime:
    """The UTC moment a wall clock shows ``wall``: of two the earlier or later one, of none the change of the clocks."""
    first, second = (datetime.combine(day, wall, zone).replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if first > second:
        return _change_between(second, first, zone)
    return second if later else first


def _change_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The moment within (before, after] at which the zone's offset changes, to the second."""
    old = before.astimezone(zone).utcoffset()
    while after - before > ONE_SECOND:
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
