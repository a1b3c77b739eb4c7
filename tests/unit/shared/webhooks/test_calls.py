"""What is taken of the voice cloud's call events, and what cannot be one."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.errors import InvalidInput
from shared.webhooks.calls import message_of

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
ARRIVED = {
    "EventType": "QueueCallInArrived",
    "CallId": "c1",
    "Sequence": 4,
    "Timestamp": "2026-11-23T07:59:59Z",
    "CallerNumber": "+358401234567",
    "QueueName": "Sales",
}
ENDED = {"EventType": "UserCallInDisconnected", "CallId": "c1", "Sequence": 9}


def test_a_pools_event_is_taken_as_it_is() -> None:
    """Without a sequence its moment orders it."""
    message, unordered = message_of(ARRIVED, NOW), message_of({**ARRIVED, "Sequence": None}, NOW)
    assert message is not None
    assert unordered is not None
    assert (message.data["sequence"], message.data["number"], message.data["pool"]) == (4, "+358401234567", "Sales")
    assert unordered.data["sequence"] == 1_795_420_799_000


@pytest.mark.parametrize(
    "wrong",
    [
        {"CallId": "going-on"},
        {"CallId": "c" * 65},
        {"CallId": "attempts~1"},
        {"Timestamp": "0001-01-01T00:00:00+14:00"},
        {"Timestamp": "1600-12-31T23:59:59Z"},
        {"Timestamp": "9999-12-31T23:59:59-14:00"},
        {"Timestamp": "9999-12-31T23:59:59Z"},
        {"Timestamp": None},
        {"Sequence": -1},
        {"Sequence": 10**15},
        {"Sequence": "four"},
        {"Sequence": "9" * 5000},
        {"CallerNumber": "4" * 257},
        {"CallerNumber": ["+358401234567"]},
        {"QueueName": "S" * 257},
        {"UserId": {"Id": "u1"}},
        {"Terminal": "w" * 257},
    ],
)
def test_what_no_row_could_hold_is_refused(wrong: dict[str, Any]) -> None:
    """At the door, where its sender learns of it, and not later in a dead letter."""
    with pytest.raises(InvalidInput, match="malformed-webhook"):
        message_of({**ARRIVED, **wrong}, NOW)


@pytest.mark.parametrize("sequence", [10**15, -1, "x" * 5000, None, {"a": 1}])
def test_of_a_call_of_no_pool_only_a_sequence_is_taken(sequence: object) -> None:
    """A place that is none tells two causes apart no better than nothing."""
    message = message_of({**ENDED, "Sequence": sequence}, NOW)
    assert message is not None
    assert message.id == "call/c1/UserCallInDisconnected//0"
