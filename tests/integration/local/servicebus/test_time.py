"""Schedule, time to live and the duplicate window: the real sync SDK against the namespace under test."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.exceptions import ServiceBusError


def in_seconds(seconds: float) -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)


@pytest.fixture
def queue(namespace: Any, ends: Any) -> Any:
    """A queue of its own: the clock of the namespace may be ahead, so times are taken from a peeked message."""
    return ends()


def broker_time(queue: Any) -> datetime.datetime:
    """What time it is at the broker."""
    queue.sender.send_messages(ServiceBusMessage("what time is it"))
    message = queue.receive()
    queue.receiver.complete_message(message)
    moment: datetime.datetime = message.enqueued_time_utc
    return moment


def test_a_scheduled_message_comes_when_its_time_has_come(namespace: Any, queue: Any) -> None:
    """Both ways of scheduling work, and the message arrives with a new sequence number."""
    due = broker_time(queue) + datetime.timedelta(seconds=8)
    (number,) = queue.sender.schedule_messages(ServiceBusMessage("first"), due)
    queue.sender.send_messages(ServiceBusMessage("second", scheduled_enqueue_time_utc=due))
    assert queue.receiver.receive_messages(1, max_wait_time=0.3) == []
    namespace.let_pass(8.5)
    got = [queue.receive(), queue.receive()]
    for message in got:
        queue.receiver.complete_message(message)
    assert sorted(str(message) for message in got) == ["first", "second"]
    assert min(message.sequence_number for message in got) > number
    assert all(message.enqueued_time_utc >= due.replace(microsecond=0) for message in got)


def test_a_cancelled_message_never_comes(namespace: Any, queue: Any) -> None:
    """Cancelling by sequence number works once; afterwards the number is unknown."""
    due = broker_time(queue) + datetime.timedelta(seconds=5)
    kept, dropped = queue.sender.schedule_messages([ServiceBusMessage("kept"), ServiceBusMessage("dropped")], due)
    queue.sender.cancel_scheduled_messages(dropped)
    with pytest.raises(ServiceBusError):
        queue.sender.cancel_scheduled_messages(dropped)
    namespace.let_pass(5.5)
    message = queue.receive()
    queue.receiver.complete_message(message)
    assert str(message) == "kept"
    assert message.sequence_number != kept
    assert queue.is_empty()


def test_a_repeated_id_within_the_window_is_taken_and_dropped(namespace: Any, ends: Any) -> None:
    """The sender sees success, the receiver one message; after the window the id is new again."""
    queue = ends(requires_duplicate_detection=True, duplicate_detection_history_time_window="PT20S")
    for _ in range(3):
        queue.sender.send_messages(ServiceBusMessage("x", message_id="same"))
    queue.sender.send_messages(ServiceBusMessage("x", message_id="other"))
    assert len(queue.receiver.peek_messages(10, sequence_number=1)) == 2
    namespace.let_pass(21)
    queue.sender.send_messages(ServiceBusMessage("x", message_id="same"))
    assert [message.message_id for message in queue.receiver.peek_messages(10, sequence_number=1)] == [
        "same",
        "other",
        "same",
    ]


def test_an_expired_message_is_dropped(namespace: Any, queue: Any) -> None:
    """Without dead-lettering on expiry nothing remains."""
    queue.sender.send_messages(ServiceBusMessage("x", time_to_live=datetime.timedelta(seconds=2)))
    namespace.let_pass(3)
    assert queue.receiver.receive_messages(1, max_wait_time=0.5) == []
    assert queue.is_empty()


def test_an_expired_message_is_dead_lettered_where_asked(
    namespace: Any, ends: Any, dead_letters: Callable[[str], list[Any]]
) -> None:
    """The reason says that its time was over."""
    queue = ends(dead_lettering_on_message_expiration=True)
    queue.sender.send_messages(ServiceBusMessage("x", time_to_live=datetime.timedelta(seconds=2)))
    namespace.let_pass(3)
    assert queue.receiver.receive_messages(1, max_wait_time=0.5) == []
    assert [dead.dead_letter_reason for dead in dead_letters(queue.queue)] == ["TTLExpiredException"]
