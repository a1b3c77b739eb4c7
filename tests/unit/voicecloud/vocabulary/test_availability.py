"""Availability as events laid over one another (B1-B4)."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from voicecloud.vocabulary.availability import (
    PROFILES,
    AvailabilityClass,
    AvailabilityEntry,
    added,
    class_of,
    current,
    ended,
    next_change,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
AVAILABLE, DND, OFF_WORK = AvailabilityClass.AVAILABLE, AvailabilityClass.DND, AvailabilityClass.OFF_WORK


def later(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def event(event_id: str, kind: AvailabilityClass, start: float = 0, end: float | None = None) -> AvailabilityEntry:
    return AvailabilityEntry(event_id, kind, later(start), None if end is None else later(end))


def test_nobody_is_unavailable_without_an_event() -> None:
    """No event means available."""
    assert current((), NOON) is None
    assert class_of((), NOON) is AVAILABLE


def test_lunch_is_off_work_for_thirty_minutes_and_then_what_it_was() -> None:
    """DND holds again after lunch."""
    lunch = PROFILES["Lunch"]
    assert (lunch.kind, lunch.length_s) == (OFF_WORK, 1_800)
    events = added(added((), event("a", DND), NOON), event("b", lunch.kind, 5, 35), later(5))
    assert [class_of(events, later(minute)) for minute in (4, 5, 34, 35)] == [DND, OFF_WORK, OFF_WORK, DND]


def test_busy_away_and_be_right_back_take_calls() -> None:
    """They behave as Available; DND and off work do not."""
    kinds = {name: profile.kind for name, profile in PROFILES.items()}
    assert {kinds[name] for name in ("Available", "Busy", "Away", "Be right back")} == {AVAILABLE}
    assert kinds["Do not disturb"] is DND
    assert kinds["Off work"] is OFF_WORK


def test_an_open_ended_event_replaces_what_was_before() -> None:
    """When it is deleted, nothing older comes back."""
    events = added(added((), event("a", DND, end=60), NOON), event("b", OFF_WORK, 5), later(5))
    assert class_of(events, later(10)) is OFF_WORK
    assert class_of(ended(events, "b", later(10)), later(10)) is AVAILABLE


def test_deleting_an_overlay_early_brings_back_what_lies_under_it() -> None:
    """Back from lunch early, DND until one o'clock still holds."""
    events = added(added((), event("a", DND, end=60), NOON), event("b", OFF_WORK, 10, 90), later(10))
    assert class_of(ended(events, "b", later(20)), later(20)) is DND


def test_an_event_that_has_ended_meanwhile_does_not_come_back() -> None:
    """DND until 12:20 is over when lunch ends at 12:30."""
    events = added(added((), event("a", DND, end=20), NOON), event("b", OFF_WORK, 0, 30), NOON)
    assert class_of(events, later(30)) is AVAILABLE


def test_an_event_may_start_later() -> None:
    """Until then the present one holds, and the change is foreseen."""
    events = added(added((), event("a", AVAILABLE), NOON), event("b", DND, 30, 60), NOON)
    assert class_of(events, later(29)) is AVAILABLE
    assert class_of(events, later(30)) is DND
    assert next_change(events, NOON) == later(30)
    assert next_change(events, later(30)) == later(60)
    assert next_change(events, later(60)) is None


def test_the_same_id_again_replaces_the_event() -> None:
    """An event can be prolonged."""
    events = added(added((), event("a", DND, end=10), NOON), event("a", DND, end=20), NOON)
    assert len(events) == 1
    assert class_of(events, later(15)) is DND


KINDS = st.sampled_from(list(AvailabilityClass))
STEPS = st.lists(st.tuples(KINDS, st.integers(0, 30), st.none() | st.integers(1, 60)), max_size=12)


@given(STEPS)
def test_the_list_never_grows_with_what_is_over(steps: list[tuple[AvailabilityClass, int, int | None]]) -> None:
    """Whatever is set, at most one open-ended event is kept and everything kept is still to come or to end."""
    events: tuple[AvailabilityEntry, ...] = ()
    minute = 0.0
    for place, (kind, wait, length) in enumerate(steps):
        minute += wait
        end = None if length is None else minute + length
        events = added(events, event(str(place), kind, minute, end), later(minute))
        assert class_of(events, later(minute)) is kind
        assert sum(each.ends_at is None for each in events) <= 1
        assert all(each.ends_at is None or each.ends_at > later(minute) for each in events)
