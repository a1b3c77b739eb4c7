"""Availability of a user: events with an optional end, laid over one another (B1-B4).

The event that started last and has not ended holds; with none the user is available. An event without an end replaces
what was before; one with an end is laid over it, so that lunch is off work for thirty minutes and then what it was.
A call or a sign-in never changes availability.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class AvailabilityClass(StrEnum):
    """What an availability means for calls; every named profile belongs to one."""

    AVAILABLE = "available"
    DND = "dnd"
    OFF_WORK = "off_work"


@dataclass(frozen=True, slots=True)
class AvailabilityProfile:
    """A status people choose by name. ``length_s`` is its usual length, None open-ended."""

    kind: AvailabilityClass
    length_s: float | None = None


PROFILES: Mapping[str, AvailabilityProfile] = {
    "Available": AvailabilityProfile(AvailabilityClass.AVAILABLE),
    "Busy": AvailabilityProfile(AvailabilityClass.AVAILABLE),
    "Away": AvailabilityProfile(AvailabilityClass.AVAILABLE),
    "Be right back": AvailabilityProfile(AvailabilityClass.AVAILABLE),
    "Do not disturb": AvailabilityProfile(AvailabilityClass.DND),
    "In a conference": AvailabilityProfile(AvailabilityClass.DND),
    "Off work": AvailabilityProfile(AvailabilityClass.OFF_WORK),
    "Lunch": AvailabilityProfile(AvailabilityClass.OFF_WORK, timedelta(minutes=30).total_seconds()),
    "Sick leave": AvailabilityProfile(AvailabilityClass.OFF_WORK),
}
"""The profiles every organisation starts with; it may add its own."""


@dataclass(frozen=True, slots=True)
class AvailabilityEntry:
    id: str
    kind: AvailabilityClass
    starts_at: datetime
    ends_at: datetime | None = None
    profile: str = ""
    note: str = ""

    def active(self, now: datetime) -> bool:
        return self.starts_at <= now and (self.ends_at is None or now < self.ends_at)


type AvailabilityEntries = tuple[AvailabilityEntry, ...]


def current(events: AvailabilityEntries, now: datetime) -> AvailabilityEntry | None:
    """The event that holds at ``now``; of two with one start, the later in the list. None: available."""
    return max(
        (event for event in reversed(events) if event.active(now)), key=lambda event: event.starts_at, default=None
    )


def class_of(events: AvailabilityEntries, now: datetime) -> AvailabilityClass:
    holding = current(events, now)
    return holding.kind if holding else AvailabilityClass.AVAILABLE


def added(events: AvailabilityEntries, new: AvailabilityEntry, now: datetime) -> AvailabilityEntries:
    """The list with ``new`` in it (replacing one of the same id) and without what is over.

    An open-ended ``new`` ends everything that started before it at the moment it starts.
    """
    kept = (event for event in _not_over(events, now) if event.id != new.id)
    if new.ends_at is None:
        kept = (_cut(event, new.starts_at) for event in kept)
    return _not_over((*kept, new), now)


def ended(events: AvailabilityEntries, event_id: str, now: datetime) -> AvailabilityEntries:
    """The list without the event of this id, and without what is over."""
    return tuple(event for event in _not_over(events, now) if event.id != event_id)


def next_change(events: AvailabilityEntries, now: datetime) -> datetime | None:
    """The next moment at which another event may hold, None when nothing is to come."""
    moments = [event.starts_at for event in events] + [event.ends_at for event in events if event.ends_at]
    return min((moment for moment in moments if moment > now), default=None)


def _cut(event: AvailabilityEntry, moment: datetime) -> AvailabilityEntry:
    lasts_beyond = event.ends_at is None or event.ends_at > moment
    return replace(event, ends_at=moment) if event.starts_at <= moment and lasts_beyond else event


def _not_over(events: AvailabilityEntries, now: datetime) -> AvailabilityEntries:
    return tuple(event for event in events if event.ends_at is None or event.ends_at > now)
