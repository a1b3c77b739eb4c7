"""Histories packed for storage."""

from datetime import UTC, datetime, timedelta

from voicecloud.records.codec import pack, unpack
from voicecloud.vocabulary.calls import CallEvent, CallHistory, Direction, EndReason, EventKind, Terminal

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
EVENTS = tuple(
    CallEvent(
        "c", number, NOON + timedelta(seconds=number), EventKind.ALLOCATED, f"c:{number}", "u", "q", None, terminal
    )
    for number, terminal in enumerate([None, *Terminal] * 100, start=1)
)


def test_a_history_is_unpacked_as_it_was() -> None:
    """Finished or not, nothing is lost."""
    going_on = CallHistory("c", Direction.INBOUND, None, "+35891000100", NOON, EVENTS)
    over = CallHistory("c", Direction.INTERNAL, "+1", "+2", NOON, EVENTS[:1], NOON, EndReason.CALLER_LEFT)
    assert [unpack(pack(one)) for one in (going_on, over)] == [going_on, over]


def test_a_long_history_fits_into_a_row() -> None:
    """Six hundred events stay far below the 64 KiB of a binary property."""
    assert len(pack(CallHistory("c", Direction.INBOUND, None, "+2", NOON, EVENTS))) < 16_384
