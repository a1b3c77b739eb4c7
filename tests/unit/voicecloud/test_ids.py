"""Ids that sort by time."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from voicecloud.ids import Ids, first_id_at

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_ids_of_one_moment_grow() -> None:
    """Thousands of ids made within a millisecond are unique and in order."""
    ids = Ids(lambda: NOON)
    made = [ids.new() for _ in range(10_000)]
    assert made == sorted(set(made))


def test_ids_are_version_7() -> None:
    """Version and variant are those of RFC 9562."""
    made = UUID(Ids(lambda: NOON).new())
    assert (made.version, made.variant) == (7, "specified in RFC 4122")


def test_first_id_splits_before_and_after() -> None:
    """Ids made before a moment are below its first id, those made at it are not."""
    earlier, at = Ids(lambda: NOON - timedelta(milliseconds=1)), Ids(lambda: NOON)
    assert earlier.new() < first_id_at(NOON) < at.new()


def test_a_clock_set_back_does_not_turn_the_order() -> None:
    """Ids grow even when the clock does not."""
    now = NOON
    ids = Ids(lambda: now)
    first = ids.new()
    now -= timedelta(seconds=5)
    assert ids.new() > first
