"""Messages a second through the broker, as the SDK sees them: one process on each side, store on disk."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from azure.servicebus import ServiceBusClient, ServiceBusMessage, ServiceBusReceiveMode
from azure.servicebus.aio import ServiceBusClient as AioClient

from tests.bench.conftest import Figures
from tests.fixtures.servicebus import BrokerProcess

BODY = b"x" * 500
MESSAGES = 1_000
MakeBroker = Callable[..., BrokerProcess]


def message() -> ServiceBusMessage:
    return ServiceBusMessage(BODY, application_properties={"kind": "bench", "number": 1})


@contextmanager
def measured(figures: Figures, row: str, count: int = MESSAGES) -> Iterator[None]:
    """Notes how many messages a second the block moved."""
    started = time.perf_counter()
    yield
    figures(row, f"{count / (time.perf_counter() - started):,.0f} messages a second")


@pytest.fixture
def broker(make_broker: MakeBroker) -> BrokerProcess:
    return make_broker()


def test_start(make_broker: MakeBroker, figures: Figures) -> None:
    """How long it takes from spawning the process to its ready line."""
    started = time.perf_counter()
    make_broker()
    figures("spawn to ready", f"{time.perf_counter() - started:.2f} s")


def test_sync(broker: BrokerProcess, figures: Figures) -> None:
    """Send and receive with the sync SDK, one by one and in lists of 100."""
    queue = broker.make_queue()
    with (
        ServiceBusClient.from_connection_string(broker.connection_string) as client,
        client.get_queue_sender(queue) as sender,
        client.get_queue_receiver(queue) as receiver,
    ):
        sender.send_messages(message())
        receiver.complete_message(receiver.receive_messages(1)[0])
        with measured(figures, "sync: send one by one"):
            for _ in range(MESSAGES):
                sender.send_messages(message())
        with measured(figures, "sync: receive 1, complete"):
            for _ in range(MESSAGES):
                receiver.complete_message(receiver.receive_messages(1)[0])
        with measured(figures, "sync: send lists of 100", 5 * MESSAGES):
            for _ in range(5 * MESSAGES // 100):
                sender.send_messages([message() for _ in range(100)])
        with measured(figures, "sync: receive 100, complete each"):
            done = 0
            while done < MESSAGES:
                for got in receiver.receive_messages(100):
                    receiver.complete_message(got)
                    done += 1
        mode = ServiceBusReceiveMode.RECEIVE_AND_DELETE
        with client.get_queue_receiver(queue, receive_mode=mode, prefetch_count=500) as deleting:
            assert deleting.receive_messages(1)
            with measured(figures, "sync: receive and delete, lists of 500", 3 * MESSAGES):
                done = 0
                while done < 3 * MESSAGES:
                    done += len(deleting.receive_messages(500))


async def test_aio(broker: BrokerProcess, figures: Figures) -> None:
    """Send one by one and iterate with prefetch, with the asynchronous SDK."""
    queue = broker.make_queue()
    async with (
        AioClient.from_connection_string(broker.connection_string) as client,
        client.get_queue_sender(queue) as sender,
        client.get_queue_receiver(queue, prefetch_count=200) as receiver,
    ):
        await sender.send_messages(message())
        await receiver.complete_message((await receiver.receive_messages(1))[0])
        with measured(figures, "aio: send one by one"):
            for _ in range(MESSAGES):
                await sender.send_messages(message())
        with measured(figures, "aio: iterate with prefetch 200, complete"):
            done = 0
            async for got in receiver:
                await receiver.complete_message(got)
                done += 1
                if done == MESSAGES:
                    break
