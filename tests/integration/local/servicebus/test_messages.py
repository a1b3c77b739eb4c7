"""What is sent comes out the same: the real sync SDK against the namespace under test."""

import datetime
import uuid
from typing import Any

import pytest
from azure.servicebus import ServiceBusMessage, ServiceBusReceiveMode
from azure.servicebus.amqp import AmqpAnnotatedMessage, AmqpMessageHeader, AmqpMessageProperties
from azure.servicebus.exceptions import MessageSizeExceededError


def text(message: Any) -> str:
    return b"".join(message.body).decode()


def test_properties_and_body_come_out_as_they_went_in(plain: Any) -> None:
    """All broker properties, typed application properties and the body survive."""
    application = {"text": "ä", "int": 7, "flag": True, "real": 1.5, "id": uuid.UUID(int=5), "none": None}
    sent = ServiceBusMessage(
        b"body",
        message_id="m-1",
        correlation_id="c",
        subject="s",
        to="t",
        reply_to="r",
        reply_to_session_id="rs",
        content_type="application/json",
        time_to_live=datetime.timedelta(minutes=10),
        application_properties=application,
    )
    plain.sender.send_messages(sent)
    got = plain.receive()
    plain.receiver.complete_message(got)
    names = ("message_id", "correlation_id", "subject", "to", "reply_to", "reply_to_session_id", "content_type")
    assert {name: getattr(got, name) for name in names} == {name: getattr(sent, name) for name in names}
    assert got.time_to_live == datetime.timedelta(minutes=10)
    properties = {key.decode(): value for key, value in (got.application_properties or {}).items()}
    assert properties == {**application, "text": "ä".encode()}
    assert text(got) == "body"


@pytest.mark.parametrize(
    "body", [{"value_body": {"key": [1, "two"]}}, {"sequence_body": [[1, 2], [3]]}, {"data_body": [b"a", b"b"]}]
)
def test_every_kind_of_body_comes_out_as_it_went_in(plain: Any, body: dict[str, Any]) -> None:
    """Value, sequence and data bodies are not mixed up, and unknown annotations stay."""
    message = AmqpAnnotatedMessage(
        header=AmqpMessageHeader(),
        properties=AmqpMessageProperties(message_id="annotated"),
        annotations={b"x-own": 5},
        **body,
    )
    plain.sender.send_messages(message)
    got = plain.receive()
    plain.receiver.complete_message(got)
    assert got.raw_amqp_message.annotations[b"x-own"] == 5
    expected = {"value_body": {b"key": [1, b"two"]}}.get(next(iter(body)), next(iter(body.values())))
    received = got.body
    assert (received if isinstance(received, dict) else list(received)) == expected


def test_a_message_of_200_kb_passes(plain: Any) -> None:
    """A message larger than a frame travels in several and arrives whole."""
    body = bytes(range(256)) * 800
    plain.sender.send_messages(ServiceBusMessage(body))
    got = plain.receive()
    plain.receiver.complete_message(got)
    assert b"".join(got.body) == body


def test_a_message_over_the_limit_is_refused(plain: Any) -> None:
    """More than 256 KB is refused with the SDK's own error, and the sender works on."""
    with pytest.raises(MessageSizeExceededError):
        plain.sender.send_messages(ServiceBusMessage(b"x" * 300_000))
    plain.sender.send_messages(ServiceBusMessage(b"fits"))
    plain.receiver.complete_message(plain.receive())


def test_a_message_without_an_id_gets_one(plain: Any) -> None:
    """The broker names messages that their sender did not."""
    plain.sender.send_messages(ServiceBusMessage(b"x"))
    got = plain.receive()
    plain.receiver.complete_message(got)
    assert got.message_id


def test_a_batch_of_500_arrives_in_order(plain: Any) -> None:
    """Batches are taken apart; order and number are kept, sequence numbers rise."""
    batch = plain.sender.create_message_batch()
    for number in range(500):
        batch.add_message(ServiceBusMessage(str(number)))
    plain.sender.send_messages(batch)
    got: list[Any] = []
    while len(got) < 500:
        received = plain.receiver.receive_messages(500 - len(got), max_wait_time=5)  # not one is asked for too much
        assert received
        got += received
        for message in received:
            plain.receiver.complete_message(message)
    assert [text(message) for message in got] == [str(number) for number in range(500)]
    numbers = [message.sequence_number for message in got]
    assert numbers == sorted(set(numbers))


def test_receive_and_delete_takes_a_message_for_good(namespace: Any, ends: Any) -> None:
    """In this mode there is nothing to settle and nothing comes back."""
    plain = ends()
    plain.sender.send_messages([ServiceBusMessage("1"), ServiceBusMessage("2")])
    mode = ServiceBusReceiveMode.RECEIVE_AND_DELETE
    with namespace.client.get_queue_receiver(plain.queue, receive_mode=mode) as receiver:
        got = receiver.receive_messages(2, max_wait_time=5)
        got += receiver.receive_messages(2 - len(got), max_wait_time=5) if len(got) < 2 else []
    assert [text(message) for message in got] == ["1", "2"]
    assert plain.is_empty()


def test_a_prefetching_receiver_iterates_over_everything(namespace: Any, ends: Any) -> None:
    """Messages flow ahead of demand, each once."""
    plain = ends()
    plain.sender.send_messages([ServiceBusMessage(str(number)) for number in range(50)])
    got = []
    with namespace.client.get_queue_receiver(plain.queue, prefetch_count=20, max_wait_time=1) as receiver:
        for message in receiver:
            receiver.complete_message(message)
            got.append(text(message))
    assert got == [str(number) for number in range(50)]


def test_peek_shows_messages_in_every_state(plain: Any) -> None:
    """Active, deferred and scheduled messages are seen with their states, without a lock."""
    due = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)
    plain.sender.send_messages([ServiceBusMessage("deferred"), ServiceBusMessage("active")])
    deferred = plain.receive()
    plain.receiver.defer_message(deferred)
    (scheduled,) = plain.sender.schedule_messages(ServiceBusMessage("scheduled"), due)
    seen = plain.receiver.peek_messages(10, sequence_number=1)
    assert [(text(message), message.state.name) for message in seen] == [
        ("deferred", "DEFERRED"),
        ("active", "ACTIVE"),
        ("scheduled", "SCHEDULED"),
    ]
    assert seen[0].lock_token is None
    after = plain.receiver.peek_messages(10, sequence_number=seen[1].sequence_number)
    assert [text(message) for message in after] == ["active", "scheduled"]
    plain.sender.cancel_scheduled_messages(scheduled)
    for message in plain.receiver.receive_deferred_messages([deferred.sequence_number]):
        plain.receiver.complete_message(message)
    plain.receiver.complete_message(plain.receive())
    assert plain.is_empty()
