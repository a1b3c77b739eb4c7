"""Timer schedules: NCRONTAB (five or six fields, day of month *and* day of week) and TimeSpan."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from local.host.strict import SettingsError, time_span_s

MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
SHORTEST_NAME = 3
LIMITS = ((0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
SEARCH_YEARS = 41
"""29 February on a given weekday comes every 28 years, and 40 years apart around a year such as 2100; or never."""


class TimerSchedule(Protocol):
    """When a timer is due."""

    def next_after(self, moment: datetime) -> datetime: ...

    @property
    def shortest_s(self) -> float: ...


@dataclass(frozen=True)
class Interval:
    """A TimeSpan: every so often."""

    every_s: float

    def next_after(self, moment: datetime) -> datetime:
        return moment + timedelta(seconds=self.every_s)

    @property
    def shortest_s(self) -> float:
        return self.every_s


@dataclass(frozen=True)
class Cron:
    """The allowed values of second, minute, hour, day, month and weekday (0 = Sunday)."""

    fields: tuple[frozenset[int], ...]

    def next_after(self, moment: datetime) -> datetime:
        """The first due moment after ``moment``. Raises SettingsError when there is none."""
        at = moment.replace(microsecond=0) + timedelta(seconds=1)
        end = at.replace(year=at.year + SEARCH_YEARS, day=1)
        while at < end:
            if at.month not in self.fields[4]:
                at = (at.replace(day=1) + timedelta(days=32)).replace(day=1, hour=0, minute=0, second=0)
            elif at.day not in self.fields[3] or (at.weekday() + 1) % 7 not in self.fields[5]:
                at = (at + timedelta(days=1)).replace(hour=0, minute=0, second=0)
            elif at.hour not in self.fields[2]:
                at = (at + timedelta(hours=1)).replace(minute=0, second=0)
            elif at.minute not in self.fields[1]:
                at = (at + timedelta(minutes=1)).replace(second=0)
            elif at.second not in self.fields[0]:
                at += timedelta(seconds=1)
            else:
                return at
        raise SettingsError("the schedule never comes due")

    @property
    def shortest_s(self) -> float:
        return 1.0 if len(self.fields[0]) > 1 else 60.0


def parse(text: str) -> TimerSchedule:
    """Raises SettingsError for what is neither NCRONTAB nor a TimeSpan."""
    if ":" in text:
        return Interval(time_span_s(text))
    parts = text.lower().split()
    if len(parts) == 5:
        parts = ["0", *parts]
    if len(parts) != 6:
        raise SettingsError(f"{text!r} is no schedule: five or six fields, or hh:mm:ss")
    return Cron(tuple(_field(part, position, text) for position, part in enumerate(parts)))


def _field(part: str, position: int, text: str) -> frozenset[int]:
    low, high = LIMITS[position]
    values: set[int] = set()
    for piece in part.split(","):
        span, _, step = piece.partition("/")
        first, last = _span(span, position, text)
        if step and "-" not in span and span != "*":
            last = high
        every = int(step) if step.isdigit() and int(step) > 0 else 0 if step else 1
        if every == 0 or not low <= first <= last <= high:
            raise SettingsError(f"{text!r} is no schedule: {piece!r}")
        values.update(range(first, last + 1, every))
    return frozenset(values)


def _span(span: str, position: int, text: str) -> tuple[int, int]:
    if span == "*":
        return LIMITS[position]
    first, _, last = span.partition("-")
    return _number(first, position, text), _number(last or first, position, text)


def _number(word: str, position: int, text: str) -> int:
    names = {4: MONTHS, 5: DAYS}.get(position, [])
    for number, name in enumerate(names, LIMITS[position][0]):
        if len(word) >= SHORTEST_NAME and name.startswith(word):
            return number
    if not word.isdigit():
        raise SettingsError(f"{text!r} is no schedule: {word!r}")
    return int(word)
