"""Sessions: the real sync SDK against the namespace under test."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from azure.servicebus import NEXT_AVAILABLE_SESSION, ServiceBusClient, ServiceBusMessage
from azure.servicebus.exceptions import (
    OperationTimeoutError,
    ServiceBusError,
    SessionCannotBeLockedError,
    SessionLockLostError,
)

from tests.integration.local.servicebus.conftest import LOCK_OVER_S


@pytest.fixture(scope="module")
def client(namespace: Any) -> ServiceBusClient:
    made: ServiceBusClient = namespace.client
    return made


@pytest.fixture(scope="module")
def queue(namespace: Any) -> str:
    """One session queue for all tests here: each uses sessions of its own."""
    name: str = namespace.make_queue(requires_session=True)
    return name


@pytest.fixture(scope="module")
def sender(client: ServiceBusClient, queue: str) -> Iterator[Any]:
    with client.get_queue_sender(queue) as made:
        yield made


def send(sender: Any, session: str, *texts: str) -> None:
    sender.send_messages([ServiceBusMessage(text, session_id=session) for text in texts])


def receive_all(receiver: Any, count: int) -> list[str]:
    got: list[str] = []
    while len(got) < count:
        for message in receiver.receive_messages(count - len(got), max_wait_time=3):
            receiver.complete_message(message)
            got.append(str(message))
    return got


def test_a_session_comes_in_order_and_alone(client: ServiceBusClient, queue: str, sender: Any) -> None:
    """A receiver of a named session sees its messages only, first in first out."""
    for number in range(5):
        send(sender, "a", f"a{number}")
        send(sender, "b", f"b{number}")
    for session in ("b", "a"):
        with client.get_queue_receiver(queue, session_id=session) as receiver:
            assert receive_all(receiver, 5) == [f"{session}{number}" for number in range(5)]


def test_the_next_session_is_one_with_messages(client: ServiceBusClient, queue: str, sender: Any) -> None:
    """Whoever asks for any session gets a free one that has messages, and is told when there is none."""
    send(sender, "next", "x")
    with client.get_queue_receiver(queue, session_id=NEXT_AVAILABLE_SESSION) as receiver:
        assert receiver.session.session_id == "next"
        assert receive_all(receiver, 1) == ["x"]
    waiting = client.get_queue_receiver(queue, session_id=NEXT_AVAILABLE_SESSION, max_wait_time=1)
    with pytest.raises(OperationTimeoutError), waiting:
        waiting.receive_messages(1)


def test_a_held_session_cannot_be_taken(client: ServiceBusClient, queue: str) -> None:
    """A second receiver of the same session is refused."""
    with client.get_queue_receiver(queue, session_id="held"):
        other = client.get_queue_receiver(queue, session_id="held")
        with pytest.raises(SessionCannotBeLockedError), other:
            other.receive_messages(1, max_wait_time=1)


def test_a_session_keeps_its_state_and_its_lock_can_be_renewed(client: ServiceBusClient, queue: str) -> None:
    """State is bytes, survives the receiver, and can be taken away again."""
    with client.get_queue_receiver(queue, session_id="stateful") as receiver:
        assert receiver.session.get_state() is None
        receiver.session.set_state(b"step 2")
        before = receiver.session.locked_until_utc
        assert receiver.session.renew_lock() >= before
    with client.get_queue_receiver(queue, session_id="stateful") as receiver:
        assert receiver.session.get_state() == b"step 2"
        receiver.session.set_state(None)
        assert receiver.session.get_state() is None


def test_an_expired_session_is_taken_from_its_holder(
    namespace: Any, client: ServiceBusClient, queue: str, sender: Any
) -> None:
    """Its messages count one failed delivery and are there for the next holder."""
    send(sender, "slow", "x")
    with client.get_queue_receiver(queue, session_id="slow") as receiver:
        (message,) = receiver.receive_messages(1, max_wait_time=3)
        namespace.let_pass(LOCK_OVER_S)
        with pytest.raises(SessionLockLostError):
            receiver.complete_message(message)
    with client.get_queue_receiver(queue, session_id="slow") as receiver:
        (message,) = receiver.receive_messages(1, max_wait_time=3)
        assert message.delivery_count == 1
        receiver.complete_message(message)


def test_sessions_and_plain_receivers_do_not_mix(
    namespace: Any, client: ServiceBusClient, queue: str, sender: Any, plain: Any
) -> None:
    """A session queue refuses plain receivers and messages without a session; a plain queue refuses sessions."""
    unsuited = client.get_queue_receiver(queue)
    with pytest.raises(ServiceBusError), unsuited:
        unsuited.receive_messages(1, max_wait_time=1)
    with pytest.raises(ServiceBusError):
        sender.send_messages(ServiceBusMessage("no session"))
    on_plain = client.get_queue_receiver(plain.queue, session_id="a")
    with pytest.raises(ServiceBusError), on_plain:
        on_plain.receive_messages(1, max_wait_time=1)


def test_dead_letters_of_sessions_are_read_without_them(
    client: ServiceBusClient, queue: str, sender: Any, dead_letters: Callable[[str], list[Any]]
) -> None:
    """The dead-letter queue of a session queue is a plain one."""
    send(sender, "doomed", "x")
    with client.get_queue_receiver(queue, session_id="doomed") as receiver:
        (message,) = receiver.receive_messages(1, max_wait_time=3)
        receiver.dead_letter_message(message, reason="r")
    assert [(dead.session_id, dead.dead_letter_reason) for dead in dead_letters(queue)] == [("doomed", "r")]
