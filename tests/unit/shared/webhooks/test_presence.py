"""Which of the voice cloud's events concern a user's status, and what is taken of them."""

from datetime import UTC, datetime

import pytest

from shared.errors import InvalidInput
from shared.presence.model import CALL, RECONCILE
from shared.webhooks.presence import message_of

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
CALL_EVENT = {
    "EntityType": "User",
    "EntityId": "u1",
    "UserId": "u1",
    "CallId": "c1",
    "Sequence": 4,
    "Timestamp": "2026-11-23T07:59:59Z",
    "CallerNumber": "+358401234567",
}


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("UserCallInComing", "started"),
        ("UserCallOutGoing", "started"),
        ("UserCallInDisconnected", "ended"),
        ("UserCallInUserCancelled", "ended"),
        ("UserCallOutDisconnected", "ended"),
    ],
)
def test_rings_dials_and_ends_are_reported_without_who_called(name: str, step: str) -> None:
    """The call may be private: only its id leaves (H3)."""
    event = message_of({**CALL_EVENT, "EventType": name}, NOW)
    assert event is not None
    assert (event.type, event.data["user"], event.data["step"], event.data["sequence"]) == (CALL, "u1", step, 4)
    assert "401234567" not in event.to_json()


def test_a_pools_allocation_names_the_user_beside_the_pool() -> None:
    """The entity of such an event is the pool."""
    body = {**CALL_EVENT, "EventType": "QueueCallInUserAllocated", "EntityType": "Queue", "EntityId": "q1"}
    event = message_of(body, NOW)
    assert event is not None
    assert event.data["user"] == "u1"


def test_the_other_partys_end_does_not_end_the_diallers_call() -> None:
    """A consulted number hangs up: the dialler still talks."""
    assert message_of({**CALL_EVENT, "EventType": "UserCallOutDisconnected", "UserId": None}, NOW) is None


def test_a_changed_availability_asks_to_reconcile() -> None:
    """What it is now is read, not believed."""
    event = message_of({"EventType": "UserAvailability", "EntityId": "u1", "Id": "e1", "Availability": "Lunch"}, NOW)
    assert event is not None
    assert (event.type, event.data) == (RECONCILE, {"user": "u1"})


@pytest.mark.parametrize("name", ["QueueCallInArrived", "CallbackCreated", "UserCallInTransferStarted"])
def test_other_events_do_not_concern_a_status(name: str) -> None:
    """Events that name no user are ignored as well."""
    assert message_of({**CALL_EVENT, "EventType": name}, NOW) is None
    assert message_of({"EventType": "UserCallInComing"}, NOW) is None


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "1066-10-14T09:00:00Z", "soon", None])
def test_an_event_with_an_impossible_moment_happened_now(moment: str | None) -> None:
    """The call is what matters: it is reported all the same."""
    message = message_of({**CALL_EVENT, "EventType": "UserCallInComing", "Timestamp": moment}, NOW)
    assert message is not None
    assert message.data["at"] == "2026-11-23T08:00:00.000Z"


@pytest.mark.parametrize("call_id", ["c" * 65, "going-on", "a/b", {"Id": "c1"}])
def test_what_can_be_no_call_is_refused(call_id: object) -> None:
    """A call's id becomes part of a key."""
    with pytest.raises(InvalidInput, match="malformed-webhook"):
        message_of({**CALL_EVENT, "EventType": "UserCallInComing", "CallId": call_id}, NOW)


def test_a_user_is_the_same_in_capitals() -> None:
    """Agents are found by the id that Dynamics has, which is in small letters; the end of an own leg is an end."""
    changed = message_of({"EventType": "UserAvailability", "EntityId": "A0B1", "Id": "e1"}, NOW)
    ended = message_of({**CALL_EVENT, "EventType": "UserCallInDisconnected", "EntityId": "A0B1", "UserId": "a0b1"}, NOW)
    assert changed is not None
    assert ended is not None
    assert (changed.data["user"], ended.data["user"]) == ("a0b1", "a0b1")
