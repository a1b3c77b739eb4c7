"""The fault switches do what they say, seen through the real SDK."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient
from azure.servicebus.exceptions import MessageLockLostError, ServiceBusError

from local.servicebus import Broker, QueueSettings, VirtualClock, running_broker
from tests.fixtures.servicebus import BrokerProcess


@pytest.fixture
async def broker() -> AsyncIterator[Broker]:
    """A broker with one queue ``q`` whose clock stands still."""
    async with running_broker(clock=VirtualClock()) as made:
        made.create_queue("q", QueueSettings())
        yield made


@pytest.fixture
async def client(broker: Broker) -> AsyncIterator[ServiceBusClient]:
    async with ServiceBusClient.from_connection_string(broker.connection_string, keep_alive=0, retry_total=0) as made:
        yield made


async def test_a_lost_acknowledgement_of_a_send(broker: Broker, client: ServiceBusClient) -> None:
    """The sender sees a failure, and yet the message is in the queue."""
    async with client.get_queue_sender("q") as sender:
        broker.faults.lose_acks(sends=1)
        with pytest.raises(ServiceBusError):
            await sender.send_messages(ServiceBusMessage("x"))
        assert broker.namespace.counts("q").active == 1
        await sender.send_messages(ServiceBusMessage("y"))
    assert broker.namespace.counts("q").active == 2


async def test_a_lost_acknowledgement_of_a_completion(broker: Broker, client: ServiceBusClient) -> None:
    """The message is gone although nobody was told; completing over the next connection finds no lock."""
    async with client.get_queue_sender("q") as sender, client.get_queue_receiver("q") as receiver:
        await sender.send_messages(ServiceBusMessage("x"))
        (message,) = await receiver.receive_messages(1, max_wait_time=5)
        broker.faults.lose_acks(settlements=1)
        with pytest.raises((ServiceBusError, MessageLockLostError)):
            await receiver.complete_message(message)
    assert broker.namespace.counts("q").total == 0


async def test_dropped_connections(broker: Broker) -> None:
    """Connections are cut; a client with retries notices nothing but the time it takes."""
    async with (
        ServiceBusClient.from_connection_string(broker.connection_string, retry_backoff_factor=0.1) as client,
        client.get_queue_sender("q") as sender,
    ):
        await sender.send_messages(ServiceBusMessage("x"))
        assert broker.faults.drop_connections() == 1
        await sender.send_messages(ServiceBusMessage("y"))
    assert broker.namespace.counts("q").active == 2


async def test_a_lock_expired_on_command(broker: Broker, client: ServiceBusClient) -> None:
    """The message comes again while its first receiver still works on it."""
    async with client.get_queue_sender("q") as sender, client.get_queue_receiver("q") as receiver:
        await sender.send_messages(ServiceBusMessage("x"))
        (first,) = await receiver.receive_messages(1, max_wait_time=5)
        assert broker.faults.expire_locks("q") == 1
        (again,) = await receiver.receive_messages(1, max_wait_time=5)
        assert again.delivery_count == 1
        with pytest.raises(MessageLockLostError):
            await receiver.complete_message(first)
        await receiver.complete_message(again)


async def test_delays(broker: Broker, client: ServiceBusClient) -> None:
    """Sends are answered, and messages handed out, as late as told."""
    async with client.get_queue_sender("q") as sender, client.get_queue_receiver("q") as receiver:
        await sender.send_messages(ServiceBusMessage("x"))
        await receiver.complete_message((await receiver.receive_messages(1, max_wait_time=5))[0])
        broker.faults.delay(send_ms=300, receive_ms=300)
        started = time.monotonic()
        await sender.send_messages(ServiceBusMessage("x"))
        sent = time.monotonic()
        (message,) = await receiver.receive_messages(1, max_wait_time=5)
        received = time.monotonic()
        broker.faults.reset()
        await receiver.complete_message(message)
    assert sent - started >= 0.3
    assert received - sent >= 0.3


@pytest.mark.parametrize("dropped", [False, True])
async def test_locks_of_a_receiver_that_went_away(broker: Broker, client: ServiceBusClient, dropped: bool) -> None:
    """Its locks run on until they expire, or end at once when the switch is on."""
    broker.faults.drop_locks_on_disconnect(dropped)
    async with client.get_queue_sender("q") as sender, client.get_queue_receiver("q") as gone:
        await sender.send_messages(ServiceBusMessage("x"))
        await gone.receive_messages(1, max_wait_time=5)
        broker.faults.drop_connections()
        await asyncio.sleep(0.05)
    async with client.get_queue_receiver("q") as receiver:
        found = await receiver.receive_messages(1, max_wait_time=0.5)
        assert [message.delivery_count for message in found] == ([1] if dropped else [])


def test_the_switches_over_http(servicebus: BrokerProcess) -> None:
    """Each answers; an unknown one is refused."""
    queue = servicebus.make_queue()
    assert servicebus.fault("drop-connections") == {"dropped": 0}
    assert servicebus.fault("lose-acks", sends=1, settlements=1) == {}
    assert servicebus.fault("delay", send_ms=1) == {}
    assert servicebus.fault("expire-locks", entity=queue) == {"expired": 0}
    assert servicebus.fault("drop-locks-on-disconnect", on=True) == {}
    assert servicebus.fault("reset") == {}
    with pytest.raises(OSError, match="404"):
        servicebus.fault("nonsense")
    with pytest.raises(OSError, match="400"):
        servicebus.fault("delay", nonsense=1)
