"""The asynchronous SDK against the namespace under test: the paths the product uses."""

import asyncio
import datetime
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from azure.servicebus import ServiceBusMessage, ServiceBusSubQueue
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver, ServiceBusSender
from azure.servicebus.exceptions import MessageLockLostError, MessagingEntityNotFoundError

from tests.integration.local.servicebus.conftest import LOCK_OVER_S


@dataclass(frozen=True)
class AioEnds:
    client: ServiceBusClient
    queue: str
    sender: ServiceBusSender
    receiver: ServiceBusReceiver

    async def receive(self) -> Any:
        found = await self.receiver.receive_messages(1, max_wait_time=5)
        assert found, "no message came"
        return found[0]


@pytest.fixture(scope="module")
async def aio(namespace: Any) -> AsyncIterator[AioEnds]:
    queue = namespace.make_queue()
    async with (
        ServiceBusClient.from_connection_string(namespace.connection, keep_alive=0, retry_total=0) as client,
        client.get_queue_sender(queue) as sender,
        client.get_queue_receiver(queue) as receiver,
    ):
        yield AioEnds(client, queue, sender, receiver)


async def test_every_settlement_works(aio: AioEnds) -> None:
    """Complete, abandon, defer and dead-letter, each answered by the broker."""
    await aio.sender.send_messages([ServiceBusMessage(text) for text in ("complete", "defer", "bury")])
    completed = await aio.receive()
    await aio.receiver.abandon_message(completed)
    completed = await aio.receive()
    assert (str(completed), completed.delivery_count) == ("complete", 1)
    await aio.receiver.complete_message(completed)
    deferred = await aio.receive()
    await aio.receiver.defer_message(deferred)
    (deferred,) = await aio.receiver.receive_deferred_messages([deferred.sequence_number])
    await aio.receiver.complete_message(deferred)
    await aio.receiver.dead_letter_message(await aio.receive(), reason="r", error_description="d")
    async with aio.client.get_queue_receiver(aio.queue, sub_queue=ServiceBusSubQueue.DEAD_LETTER) as dead_letters:
        (dead,) = await dead_letters.receive_messages(1, max_wait_time=3)
        await dead_letters.complete_message(dead)
    assert (str(dead), dead.dead_letter_reason, dead.dead_letter_error_description) == ("bury", "r", "d")


async def test_a_lock_is_renewed_and_lost(namespace: Any, aio: AioEnds) -> None:
    """A renewed lock outlives its first time; one that is not renewed is lost."""
    await aio.sender.send_messages(ServiceBusMessage("x"))
    message = await aio.receive()
    await asyncio.to_thread(namespace.let_pass, 3)
    await aio.receiver.renew_message_lock(message)
    await asyncio.to_thread(namespace.let_pass, 3)
    await asyncio.to_thread(namespace.let_pass, LOCK_OVER_S)
    with pytest.raises(MessageLockLostError):
        await aio.receiver.complete_message(message)
    again = await aio.receive()
    assert again.delivery_count == 1
    await aio.receiver.complete_message(again)


async def test_a_scheduled_message_comes_and_a_cancelled_one_does_not(namespace: Any, aio: AioEnds) -> None:
    """Schedule and cancel over the management link."""
    await aio.sender.send_messages(ServiceBusMessage("what time is it"))
    now = await aio.receive()
    await aio.receiver.complete_message(now)
    due = now.enqueued_time_utc + datetime.timedelta(seconds=5)
    kept, dropped = await aio.sender.schedule_messages([ServiceBusMessage("kept"), ServiceBusMessage("dropped")], due)
    assert kept < dropped
    await aio.sender.cancel_scheduled_messages(dropped)
    await asyncio.to_thread(namespace.let_pass, 5.5)
    message = await aio.receive()
    await aio.receiver.complete_message(message)
    assert str(message) == "kept"


async def test_concurrent_senders_and_receivers_lose_and_double_nothing(aio: AioEnds) -> None:
    """Three senders and two receivers at once: every message exactly once."""

    async def send(worker: int) -> None:
        async with aio.client.get_queue_sender(aio.queue) as sender:
            for number in range(50):
                await sender.send_messages(ServiceBusMessage(f"{worker}/{number}"))

    got: list[str] = []

    async def receive() -> None:
        async with aio.client.get_queue_receiver(aio.queue, max_wait_time=2) as receiver:
            while len(got) < 150:
                for message in await receiver.receive_messages(20, max_wait_time=1):
                    await receiver.complete_message(message)
                    got.append(str(message))

    await asyncio.gather(*(send(worker) for worker in range(3)), receive(), receive())
    assert sorted(got) == sorted(f"{worker}/{number}" for worker in range(3) for number in range(50))


async def test_an_unknown_queue_is_not_found(aio: AioEnds) -> None:
    """The SDK raises its own error for it."""
    with pytest.raises(MessagingEntityNotFoundError):
        async with aio.client.get_queue_sender("no-such-queue") as sender:
            await sender.send_messages(ServiceBusMessage("x"))
