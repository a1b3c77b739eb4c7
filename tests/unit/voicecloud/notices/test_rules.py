"""Which notices an event makes."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from voicecloud.notices.rules import notices
from voicecloud.vocabulary.calls import CallEvent, CallHistory, Direction, EventKind, Terminal

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


@pytest.mark.parametrize("direction", [Direction.OUTBOUND, Direction.INTERNAL])
@pytest.mark.parametrize(
    ("kind", "user_id", "expected"),
    [
        (EventKind.ARRIVED, "u", [("UserCallOutGoing", "u")]),
        (EventKind.ANSWERED, None, [("UserCallOutConnected", "u")]),
        (EventKind.LEG_ENDED, "u", [("UserCallOutDisconnected", "u")]),
        (
            EventKind.ALLOCATED,
            "colleague",
            [("UserCallInComing", "colleague"), ("UserCallInUserAllocated", "colleague")],
        ),
        (EventKind.LEG_ENDED, "colleague", [("UserCallInDisconnected", "colleague")]),
        (EventKind.POOL_ENTERED, None, []),
    ],
)
def test_who_dialled_and_who_is_called_hear_of_their_own_legs(
    direction: Direction, kind: EventKind, user_id: str | None, expected: list[tuple[str, str]]
) -> None:
    """A colleague who is rung has a call that comes in."""
    found = notices(history(direction), event(kind, user_id), "u")
    assert [(one.name, one.entity_id) for one in found] == expected


def test_a_call_that_comes_in_concerns_who_is_rung_even_if_they_have_dialled_another() -> None:
    """Only its direction says whose call it is; where nobody is named nobody is told."""
    incoming = history(Direction.INBOUND)
    found = notices(incoming, event(EventKind.ANSWERED, "u"), "u")
    assert [one.name for one in found] == ["UserCallInConnected", "UserCallInUserConnected"]
    assert notices(incoming, event(EventKind.ANSWERED), None) == []
    assert notices(history(Direction.OUTBOUND), event(EventKind.ANSWERED), None) == []


def test_a_notice_says_what_happened_to_whom() -> None:
    """A caller who shows no number has an empty one; the telephone is named where it is known."""
    taken = replace(event(EventKind.ANSWERED, "u"), terminal=Terminal.TEAMS, detail="d", sequence=7)
    (known, *_) = notices(history(Direction.INBOUND), taken, None)
    assert known.fields == {
        "CallId": "c",
        "CallLegId": "c:2",
        "Sequence": 7,
        "QueueId": None,
        "UserId": "u",
        "CallerNumber": "+358401234567",
        "TargetNumber": "+35891000100",
        "Terminal": "teams",
        "Detail": "d",
    }
    withheld = replace(history(Direction.INBOUND), a_number=None)
    (hidden, *_) = notices(withheld, event(EventKind.ANSWERED, "u"), None)
    assert (hidden.fields["CallerNumber"], hidden.fields["Terminal"]) == ("", None)
