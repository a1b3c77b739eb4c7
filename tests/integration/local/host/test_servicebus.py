import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient, ServiceBusSender
from azure.servicebus.amqp import AmqpAnnotatedMessage

from tests.fixtures.functions_host import RunningHost, StartHost
from tests.fixtures.servicebus import BrokerProcess
from tests.fixtures.waiting import eventually

APP = Path(__file__).parent / "apps" / "sample"
METADATA = [
    "ApplicationProperties",
    "DeliveryCount",
    "EnqueuedTime",
    "EnqueuedTimeUtc",
    "ExpiresAt",
    "ExpiresAtUtc",
    "Label",
    "LockToken",
    "MessageId",
    "SequenceNumber",
    "Subject",
    "UserProperties",
]
"""What Microsoft's host sends of a message with id, subject, properties and expiry; no TimeToLive, no LockedUntil."""
CONCURRENT = {"AzureFunctionsJobHost__extensions__serviceBus__maxConcurrentCalls": "3"}


@pytest.fixture
def queue(servicebus: BrokerProcess) -> str:
    return servicebus.make_queue(max_delivery_count=4)


@pytest_asyncio.fixture
async def sender(servicebus: BrokerProcess, queue: str) -> AsyncIterator[ServiceBusSender]:
    client = ServiceBusClient.from_connection_string(servicebus.connection_string)
    async with client, client.get_queue_sender(queue) as opened:
        yield opened


@pytest_asyncio.fixture
async def host(functions_host: StartHost, servicebus: BrokerProcess, queue: str) -> RunningHost:
    settings = {"SAMPLE_SCHEDULE": "0 0 1 1 1 *", "SAMPLE_QUEUE": queue} | CONCURRENT
    return await functions_host(APP, settings | {"SERVICEBUS_CONNECTION": servicebus.connection_string})


def seen(host: RunningHost, body: str) -> list[dict[str, Any]]:
    return [one for one in host.module.seen if one.get("body") == body]


def has_seen(host: RunningHost, body: str, times: int) -> bool:
    return len(seen(host, body)) == times


async def settled(servicebus: BrokerProcess, queue: str) -> dict[str, int]:
    """The counts of a queue once nothing is active any more."""
    await eventually(lambda: servicebus.counts(queue)["active"] == 0)
    return servicebus.counts(queue)


async def test_a_message_reaches_its_function_with_its_metadata(
    host: RunningHost, sender: ServiceBusSender, servicebus: BrokerProcess, queue: str
) -> None:
    """Body, ids, properties, first delivery and times arrive as Microsoft's host sends them; then it is completed."""
    properties: dict[str | bytes, Any] = {"attempt": 2, "who": "me", "last": True}
    message = ServiceBusMessage("hello", message_id="m1", subject="s", time_to_live=timedelta(hours=1))
    message.application_properties = properties
    await sender.send_messages(message)
    await eventually(lambda: bool(seen(host, "hello")))
    got = seen(host, "hello")[0]
    assert (got["id"], got["deliveries"], got["subject"], got["properties"]) == ("m1", 1, "s", properties)
    assert got["metadata"] == METADATA
    assert abs((datetime.fromisoformat(got["enqueued"]) - datetime.now(UTC)).total_seconds()) < 3600
    assert await settled(servicebus, queue) == {"active": 0, "dead_letter": 0, "scheduled": 0}


async def test_a_message_whose_function_raises_comes_again_until_it_is_dead(
    host: RunningHost, sender: ServiceBusSender, servicebus: BrokerProcess, queue: str
) -> None:
    """Each delivery counts one more; after the queue's MaxDeliveryCount it lies in the dead-letter queue."""
    await sender.send_messages(ServiceBusMessage("boom"))
    await eventually(lambda: servicebus.counts(queue)["dead_letter"] == 1)
    assert [one["deliveries"] for one in seen(host, "boom")] == [1, 2, 3, 4]
    assert servicebus.counts(queue)["active"] == 0


async def test_a_body_that_no_function_can_have_ends_up_dead(
    host: RunningHost, sender: ServiceBusSender, servicebus: BrokerProcess, queue: str
) -> None:
    """An AMQP value instead of bytes: delivered as often as any other, never given to the function."""
    await sender.send_messages(AmqpAnnotatedMessage(value_body={"a": 1}))
    await eventually(lambda: servicebus.counts(queue)["dead_letter"] == 1)
    assert host.module.seen == []


async def test_as_many_calls_run_at_once_as_host_json_allows(
    host: RunningHost, sender: ServiceBusSender, servicebus: BrokerProcess, queue: str
) -> None:
    """With maxConcurrentCalls 3, three run and no further message is taken from the queue."""
    await sender.send_messages([ServiceBusMessage("slow 0.4") for _ in range(5)])
    await eventually(lambda: host.module.running["now"] == 3)
    assert len(seen(host, "slow 0.4")) == 3
    await eventually(lambda: len(seen(host, "slow 0.4")) == 5)
    assert host.module.running["most"] == 3
    assert (await settled(servicebus, queue))["dead_letter"] == 0


async def test_a_message_arrives_within_milliseconds(host: RunningHost, sender: ServiceBusSender) -> None:
    """On a quiet queue: send to function start, median of ten; the bound leaves room for a busy machine."""
    taken: list[float] = []
    for number in range(10):
        sent = time.perf_counter()
        await sender.send_messages(ServiceBusMessage("quick"))
        await eventually(partial(has_seen, host, "quick", number + 1))
        taken.append(seen(host, "quick")[number]["at"] - sent)
    assert sorted(taken)[5] < 0.1


async def test_a_lock_is_renewed_while_its_function_runs(functions_host: StartHost, servicebus: BrokerProcess) -> None:
    """A call that outlasts the lock keeps its message and completes it: one delivery."""
    queue = servicebus.make_queue(lock_duration="PT5S")
    settings = {"SAMPLE_SCHEDULE": "0 0 1 1 1 *", "SAMPLE_QUEUE": queue}
    host = await functions_host(APP, settings | {"SERVICEBUS_CONNECTION": servicebus.connection_string})
    client = ServiceBusClient.from_connection_string(servicebus.connection_string)
    async with client, client.get_queue_sender(queue) as sender:
        await sender.send_messages(ServiceBusMessage("slow 6"))
    await eventually(lambda: host.module.running == {"now": 0, "most": 1})
    assert await settled(servicebus, queue) == {"active": 0, "dead_letter": 0, "scheduled": 0}
    assert len(seen(host, "slow 6")) == 1


async def test_stopping_lets_a_running_call_finish(
    host: RunningHost, sender: ServiceBusSender, servicebus: BrokerProcess, queue: str
) -> None:
    """What runs is completed; what waits stays in the queue, not locked and not counted as delivered."""
    module = host.module
    await sender.send_messages([ServiceBusMessage("slow 0.3") for _ in range(4)])
    await eventually(lambda: module.running["now"] == 3)
    await host.stop()
    assert module.running["now"] == 0
    assert servicebus.counts(queue) == {"active": 1, "dead_letter": 0, "scheduled": 0}
    client = ServiceBusClient.from_connection_string(servicebus.connection_string)
    async with client, client.get_queue_receiver(queue) as receiver:
        (left,) = await receiver.receive_messages(max_wait_time=2)
        assert left.delivery_count == 0
