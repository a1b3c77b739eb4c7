"""Which notices an event makes."""

from datetime import UTC, datetime

import pytest

from voicecloud.notices.rules import notices
from voicecloud.records.model import CallEvent, CallHistory, Direction, EventKind

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def history(direction: Direction) -> CallHistory:
    return CallHistory("c", direction, "+358401234567", "+35891000100", NOON, ())


def event(kind: EventKind, user_id: str | None = None, pool_id: str | None = None) -> CallEvent:
    return CallEvent("c", 1, NOON, kind, "c:2", user_id, pool_id)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (EventKind.ARRIVED, set()),
        (EventKind.POOL_ENTERED, {"QueueCallInArrived"}),
        (EventKind.QUEUE_OVERFLOWED, {"QueueCallInOverflow"}),
        (EventKind.POOL_LEFT, {"QueueCallInDisconnected", "QueueCallInCompleted"}),
    ],
)
def test_events_of_a_pool_concern_the_pool(kind: EventKind, expected: set[str]) -> None:
    """What happens to a caller in a pool is an event of the pool."""
    found = notices(history(Direction.INBOUND), event(kind, pool_id="q"), None)
    assert {one.name for one in found} == expected
    assert all((one.entity_type, one.entity_id) == ("Queue", "q") for one in found)


def test_an_allocation_concerns_pool_and_user() -> None:
    """Ringing an agent for a pool's call is an event of both, with the caller's number."""
    found = notices(history(Direction.INBOUND), event(EventKind.ALLOCATED, "u", "q"), None)
    assert {(one.entity_type, one.name) for one in found} >= {
        ("Queue", "QueueCallInAllocated"),
        ("User", "UserCallInComing"),
    }
    assert all(one.fields["CallerNumber"] == "+358401234567" for one in found)


def test_an_outbound_call_concerns_who_dialled() -> None:
    """The answer of an outside telephone is an event of the user who called it."""
    found = notices(history(Direction.OUTBOUND), event(EventKind.ANSWERED), "u")
    assert [(one.name, one.entity_id) for one in found] == [("UserCallOutConnected", "u")]
