"""The broker inside the test's own process: standing clock, faults, keys."""

from pathlib import Path

import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient
from azure.servicebus.exceptions import ServiceBusAuthenticationError

from local.servicebus import Broker, QueueSettings, VirtualClock, load_config, running_broker

PRODUCT = load_config(Path(__file__).parents[4] / "infra/servicebus/config.json")


def client_of(broker: Broker) -> ServiceBusClient:
    return ServiceBusClient.from_connection_string(broker.connection_string, keep_alive=0, retry_total=0)


async def test_time_stands_still_until_it_is_moved() -> None:
    """A lock of one minute ends when the clock is moved past it, however little real time passes."""
    async with (
        running_broker(PRODUCT, clock=VirtualClock()) as broker,
        client_of(broker) as client,
        client.get_queue_sender("callbacks") as sender,
        client.get_queue_receiver("callbacks") as receiver,
    ):
        await sender.send_messages(ServiceBusMessage("x"))
        (first,) = await receiver.receive_messages(1, max_wait_time=5)
        broker.advance(59)
        assert await receiver.receive_messages(1, max_wait_time=0.2) == []
        broker.advance(2)
        (again,) = await receiver.receive_messages(1, max_wait_time=5)
        assert (again.sequence_number, again.delivery_count) == (first.sequence_number, 1)


async def test_only_the_right_key_opens_a_link() -> None:
    """With a key given, tokens of another key are refused with the SDK's authentication error."""
    async with running_broker(PRODUCT, key="right") as broker:
        async with client_of(broker) as client, client.get_queue_sender("callbacks") as sender:
            await sender.send_messages(ServiceBusMessage("x"))
        wrong = broker.connection_string.replace("SharedAccessKey=right", "SharedAccessKey=wrong")
        client = ServiceBusClient.from_connection_string(wrong, keep_alive=0, retry_total=0)
        with pytest.raises(ServiceBusAuthenticationError):
            async with client, client.get_queue_sender("callbacks") as sender:
                await sender.send_messages(ServiceBusMessage("x"))


async def test_a_queue_made_at_run_time_is_there_at_once() -> None:
    """``create_queue`` needs no configuration."""
    async with running_broker() as broker, client_of(broker) as client:
        broker.create_queue("fresh", QueueSettings(max_delivery_count=1))
        async with client.get_queue_sender("fresh") as sender:
            await sender.send_messages(ServiceBusMessage("x"))
        assert broker.namespace.counts("fresh").active == 1
