"""Locks and what ends them: the real sync SDK against the namespace under test."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from azure.servicebus import AutoLockRenewer, ServiceBusClient, ServiceBusMessage
from azure.servicebus.exceptions import MessageLockLostError, MessageNotFoundError

from tests.fixtures.servicebus import BrokerProcess
from tests.integration.local.servicebus.conftest import LOCK, LOCK_OVER_S


@pytest.fixture
def unshifted(namespace: Any) -> Iterator[tuple[str, str]]:
    """A namespace whose clock was never moved, and a queue in it."""
    if namespace.ours is None:
        yield namespace.connection, namespace.make_queue()
        return
    broker = BrokerProcess().start()
    try:
        yield broker.connection_string, broker.make_queue(lock_duration=LOCK)
    finally:
        broker.stop()


def test_an_abandoned_message_comes_back_until_it_is_dead(ends: Any, dead_letters: Callable[[str], list[Any]]) -> None:
    """Deliveries are counted from 0; after MaxDeliveryCount failures the message is dead with the standard reason."""
    end = ends(max_delivery_count=3)
    end.sender.send_messages(ServiceBusMessage("x", message_id="unlucky"))
    for failures in range(3):
        message = end.receive()
        assert message.delivery_count == failures
        end.receiver.abandon_message(message)
    assert end.is_empty()
    (dead,) = dead_letters(end.queue)
    assert (dead.message_id, dead.dead_letter_reason) == ("unlucky", "MaxDeliveryCountExceeded")
    assert dead.dead_letter_error_description


def test_a_dead_lettered_message_keeps_its_reason(
    namespace: Any, plain: Any, dead_letters: Callable[[str], list[Any]]
) -> None:
    """Reason and description travel with the message, beside its own properties."""
    plain.sender.send_messages(ServiceBusMessage("x", application_properties={"own": 1}))
    plain.receiver.dead_letter_message(plain.receive(), reason="bad-number", error_description="no digits")
    (dead,) = dead_letters(plain.queue)
    assert (dead.dead_letter_reason, dead.dead_letter_error_description) == ("bad-number", "no digits")
    assert dead.application_properties[b"own"] == 1
    assert namespace.administration.get_queue_runtime_properties(plain.queue).dead_letter_message_count == 0


def test_a_deferred_message_is_got_by_its_number_only(plain: Any) -> None:
    """Plain receiving passes it over; by sequence number it can be received, and settled over management."""
    plain.sender.send_messages(ServiceBusMessage("later"))
    message = plain.receive()
    number = message.sequence_number
    plain.receiver.defer_message(message)
    assert plain.receiver.receive_messages(1, max_wait_time=0.3) == []
    (deferred,) = plain.receiver.receive_deferred_messages([number])
    plain.receiver.complete_message(deferred)
    with pytest.raises(MessageNotFoundError):
        plain.receiver.receive_deferred_messages([number])
    assert plain.is_empty()


def test_a_deferred_message_can_be_dead_lettered(plain: Any, dead_letters: Callable[[str], list[Any]]) -> None:
    """Settling a deferred message over management carries the reason too."""
    plain.sender.send_messages(ServiceBusMessage("later"))
    message = plain.receive()
    plain.receiver.defer_message(message)
    (deferred,) = plain.receiver.receive_deferred_messages([message.sequence_number])
    plain.receiver.dead_letter_message(deferred, reason="given-up", error_description="twice")
    (dead,) = dead_letters(plain.queue)
    assert (dead.dead_letter_reason, dead.dead_letter_error_description) == ("given-up", "twice")


def test_an_expired_lock_gives_the_message_to_the_next(namespace: Any, plain: Any) -> None:
    """It comes back with the same sequence number and one delivery more; the late completion is refused."""
    plain.sender.send_messages(ServiceBusMessage("slow"))
    slow = plain.receive()
    namespace.let_pass(LOCK_OVER_S)
    again = plain.receive()
    assert (again.sequence_number, again.delivery_count) == (slow.sequence_number, 1)
    with pytest.raises(MessageLockLostError):
        plain.receiver.complete_message(slow)
    plain.receiver.complete_message(again)
    assert plain.is_empty()


def test_a_renewed_lock_lasts_longer(namespace: Any, plain: Any) -> None:
    """Renewal starts the lock's time again."""
    plain.sender.send_messages(ServiceBusMessage("x"))
    message = plain.receive()
    namespace.let_pass(3)
    before = message.locked_until_utc
    assert plain.receiver.renew_message_lock(message) > before
    namespace.let_pass(3)
    plain.receiver.complete_message(message)
    assert plain.is_empty()


def test_a_lost_lock_cannot_be_renewed(namespace: Any, plain: Any) -> None:
    """The SDK is told that the lock is gone."""
    plain.sender.send_messages(ServiceBusMessage("x"))
    message = plain.receive()
    namespace.let_pass(LOCK_OVER_S)
    with pytest.raises(MessageLockLostError):
        plain.receiver.renew_message_lock(message)
    plain.receiver.complete_message(plain.receive())


def test_the_automatic_renewer_keeps_a_lock(unshifted: Any) -> None:
    """The SDK's AutoLockRenewer renews in the background; it goes by its own clock, so the broker's must agree."""
    connection, queue = unshifted
    with (
        ServiceBusClient.from_connection_string(connection, keep_alive=0) as client,
        client.get_queue_sender(queue) as sender,
        client.get_queue_receiver(queue) as receiver,
        AutoLockRenewer() as renewer,
    ):
        sender.send_messages(ServiceBusMessage("long work"))
        (message,) = receiver.receive_messages(1, max_wait_time=5)
        renewer.register(receiver, message, max_lock_renewal_duration=60)
        first = message.locked_until_utc
        while message.locked_until_utc == first:
            time.sleep(0.05)  # the renewer works by its own clock in its own thread
        receiver.complete_message(message)
        assert message.auto_renew_error is None


def test_competing_receivers_get_each_message_once(namespace: Any, ends: Any) -> None:
    """Two receivers share a queue: nothing twice, nothing left."""
    plain = ends()
    plain.sender.send_messages([ServiceBusMessage(str(number)) for number in range(100)])
    got: list[str] = []
    with namespace.client.get_queue_receiver(plain.queue) as other:
        while len(got) < 100:
            for receiver in (plain.receiver, other):
                for message in receiver.receive_messages(10, max_wait_time=1):
                    receiver.complete_message(message)
                    got.append(str(message))
    assert sorted(got, key=int) == [str(number) for number in range(100)]
    assert plain.is_empty()
