"""Statuses as they are stored: what an earlier version has written is read by the next."""

from datetime import UTC, datetime

from voicecloud.runtime import staff
from voicecloud.vocabulary.availability import AvailabilityClass


def test_a_stored_status_is_read_by_the_keys_it_was_written_with() -> None:
    """The row of an installation that is updated; its keys never change."""
    row = {
        "Id": "e1",
        "Kind": AvailabilityClass.DND.value,
        "StartTime": "2026-11-30T08:00:00.000000Z",
        "EndTime": None,
        "Profile": None,
        "Note": "",
    }
    event = staff._event(row)
    assert (event.id, event.kind) == ("e1", AvailabilityClass.DND)
    assert event.starts_at == datetime(2026, 11, 30, 8, tzinfo=UTC)
    assert set(staff._document(event)) == set(row)
