"""kill -9 of the broker: what was acknowledged is there, what was completed is gone."""

import asyncio
import datetime
from collections.abc import Callable
from itertools import count
from typing import Any

from azure.servicebus import ServiceBusClient, ServiceBusMessage, ServiceBusSubQueue
from azure.servicebus.aio import ServiceBusClient as AioClient
from azure.servicebus.exceptions import ServiceBusError

from tests.fixtures.servicebus import BrokerProcess

ROUNDS = 5
TIMEOUT_S = 30
SENDS_BETWEEN_KILLS = 50
LOCK_OVER_S = 61.0


MakeBroker = Callable[..., BrokerProcess]


def connect(broker: BrokerProcess) -> ServiceBusClient:
    return ServiceBusClient.from_connection_string(broker.connection_string, keep_alive=0, retry_total=0)


class Load:
    """Senders and receivers that work until told to stop, and remember what the broker answered."""

    def __init__(self, broker: BrokerProcess, queue: str) -> None:
        self._broker = broker
        self._queue = queue
        self.sent: set[str] = set()
        self.completed: set[str] = set()
        self.unsure: set[str] = set()
        self.redelivered: set[str] = set()
        self.progress = asyncio.Semaphore(0)
        self.working = True
        self._names = (f"message {number}" for number in count())

    async def run(self) -> None:
        await asyncio.gather(self._again(self._send), self._again(self._send), self._again(self._receive))

    async def _again(self, work: Callable[[AioClient], Any]) -> None:
        """One connection after another, as each is cut."""
        while self.working:
            # Without retries of the SDK: it would send a message again whose acknowledgement was lost.
            client = AioClient.from_connection_string(self._broker.connection_string, keep_alive=0, retry_total=0)
            try:
                async with client:
                    await work(client)
            except ServiceBusError:
                await asyncio.sleep(0.05)

    async def _send(self, client: AioClient) -> None:
        async with client.get_queue_sender(self._queue) as sender:
            while self.working:
                name = next(self._names)
                self.unsure.add(name)
                await sender.send_messages(ServiceBusMessage(name, message_id=name))
                self.unsure.discard(name)
                self.sent.add(name)
                self.progress.release()

    async def _receive(self, client: AioClient) -> None:
        async with client.get_queue_receiver(self._queue) as receiver:
            while self.working:
                for message in await receiver.receive_messages(5, max_wait_time=0.2):
                    name = str(message)
                    if name in self.completed:
                        self.redelivered.add(name)
                    self.unsure.add(name)
                    await receiver.complete_message(message)
                    self.completed.add(name)
                    self.unsure.discard(name)


def drain(broker: BrokerProcess, queue: str) -> list[str]:
    """Everything that is still in the queue, after the locks of dead connections ended."""
    broker.advance(LOCK_OVER_S)
    got: list[str] = []
    with connect(broker) as client, client.get_queue_receiver(queue, prefetch_count=200) as receiver:
        while messages := receiver.receive_messages(500, max_wait_time=1):
            for message in messages:
                receiver.complete_message(message)
                got.append(str(message))
    return got


async def test_nothing_acknowledged_is_lost_and_nothing_completed_returns(make_broker: MakeBroker) -> None:
    """Five kills under load: every acknowledged message was completed or is left, and none of them both."""
    broker = make_broker(clock="shifted")
    queue = broker.make_queue()
    load = Load(broker, queue)
    async with asyncio.timeout(TIMEOUT_S), asyncio.TaskGroup() as tasks:
        tasks.create_task(load.run())
        for _ in range(ROUNDS):
            for _ in range(SENDS_BETWEEN_KILLS):
                await load.progress.acquire()
            await asyncio.to_thread(broker.kill)
            await asyncio.to_thread(broker.start)
        load.working = False
    left = await asyncio.to_thread(drain, broker, queue)
    assert len(load.sent) >= ROUNDS * SENDS_BETWEEN_KILLS
    assert load.redelivered == set()
    assert not set(left) & load.completed, "completed messages came back"
    assert load.sent - load.completed - load.unsure <= set(left), "acknowledged messages were lost"


def test_every_state_survives(make_broker: MakeBroker) -> None:
    """Active, locked, deferred, scheduled and dead messages, the duplicate window and made queues are all there."""
    broker = make_broker(clock="shifted")
    queue = broker.make_queue(requires_duplicate_detection=True, max_delivery_count=5)
    with connect(broker) as client, client.get_queue_sender(queue) as sender:
        names = ("dead", "deferred", "locked", "active")
        sender.send_messages([ServiceBusMessage(name, message_id=name) for name in names])
        tomorrow = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)
        sender.schedule_messages(ServiceBusMessage("scheduled", message_id="scheduled"), tomorrow)
        with client.get_queue_receiver(queue) as receiver:
            dead, deferred, locked = (receiver.receive_messages(1, max_wait_time=5)[0] for _ in range(3))
            receiver.dead_letter_message(dead, reason="r", error_description="d")
            receiver.defer_message(deferred)
            broker.kill()
    broker.start()
    assert broker.counts(queue) == {"active": 2, "dead_letter": 1, "scheduled": 1}
    with connect(broker) as client, client.get_queue_receiver(queue) as receiver:
        with client.get_queue_sender(queue) as sender:
            sender.send_messages(ServiceBusMessage("again", message_id="active"))
        (active,) = receiver.receive_messages(5, max_wait_time=1)
        assert str(active) == "active"
        broker.advance(LOCK_OVER_S)
        (again, unlocked) = sorted(receiver.receive_messages(2, max_wait_time=3), key=str)
        assert (str(unlocked), unlocked.sequence_number, unlocked.delivery_count) == (
            "locked",
            locked.sequence_number,
            1,
        )
        assert str(again) == "active"
        (found,) = receiver.receive_deferred_messages([deferred.sequence_number])
        assert str(found) == "deferred"
        with client.get_queue_receiver(queue, sub_queue=ServiceBusSubQueue.DEAD_LETTER) as dead_letters:
            (found,) = dead_letters.receive_messages(1, max_wait_time=3)
            assert (found.dead_letter_reason, found.dead_letter_error_description) == ("r", "d")


def test_sessions_survive(make_broker: MakeBroker) -> None:
    """A session's state is kept; the message its dead holder had open counts one failed delivery."""
    broker = make_broker()
    queue = broker.make_queue(requires_session=True)
    with connect(broker) as client, client.get_queue_sender(queue) as sender:
        sender.send_messages(ServiceBusMessage("x", session_id="s"))
        with client.get_queue_receiver(queue, session_id="s") as receiver:
            receiver.session.set_state(b"halfway")
            assert receiver.receive_messages(1, max_wait_time=3)
            broker.kill()
    broker.start()
    with connect(broker) as client, client.get_queue_receiver(queue, session_id="s") as receiver:
        assert receiver.session.get_state() == b"halfway"
        (message,) = receiver.receive_messages(1, max_wait_time=3)
        assert message.delivery_count == 1


def test_a_client_with_retries_goes_on_after_a_restart(make_broker: MakeBroker) -> None:
    """The SDK reconnects by itself; an open sender need not be made again."""
    broker = make_broker()
    with (
        ServiceBusClient.from_connection_string(broker.connection_string, retry_backoff_factor=0.1) as client,
        client.get_queue_sender("callbacks") as sender,
    ):
        sender.send_messages(ServiceBusMessage("before", message_id="1"))
        broker.kill()
        broker.start()
        sender.send_messages(ServiceBusMessage("after", message_id="2"))
    assert broker.counts("callbacks")["active"] == 2
