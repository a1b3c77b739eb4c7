"""The bus on the session's broker, and what the Functions host does with a queue.

Opening and closing a link takes the SDK half a second each, so the tests share one queue and its links; each sends
events with ids of its own and leaves the queue empty.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import pytest_asyncio
from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus.aio import ServiceBusReceiver

from shared.bus.bus import Bus
from shared.bus.depths import QueueDepths
from shared.bus.events import CloudEvent
from shared.bus.retry import Retries
from shared.clock import utc_now
from tests.fixtures.servicebus import BrokerProcess

SCHEDULE = (60.0, 600.0)
MAX_DELIVERIES = 3
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


class Moves:
    """A broker and the sender's clock, moved ahead together."""

    def __init__(self, broker: BrokerProcess) -> None:
        self.broker = broker
        self._ahead = timedelta()

    def now(self) -> datetime:
        return utc_now() + self._ahead

    def advance(self, seconds: float) -> None:
        self.broker.advance(seconds)
        self._ahead += timedelta(seconds=seconds)


@pytest.fixture(scope="session")
def moves() -> Iterator[Moves]:
    broker = BrokerProcess(clock="shifted").start()
    yield Moves(broker)
    broker.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def bus(moves: Moves) -> AsyncIterator[Bus]:
    opened = Bus.from_settings({"SERVICEBUS_CONNECTION": moves.broker.connection_string}, clock=moves.now)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def depths(moves: Moves) -> AsyncIterator[QueueDepths]:
    opened = QueueDepths.from_settings({"SERVICEBUS_ADMIN_CONNECTION": moves.broker.admin_connection_string})
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def queue(moves: Moves) -> str:
    """A queue with duplicate detection, as the product's are."""
    return moves.broker.make_queue(
        max_delivery_count=MAX_DELIVERIES,
        requires_duplicate_detection=True,
        duplicate_detection_history_time_window=timedelta(minutes=5),
    )


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def receiver(bus: Bus, queue: str) -> AsyncIterator[ServiceBusReceiver]:
    async with bus.receiver(queue) as opened:
        yield opened


class Inbox:
    """What arrives in the queue."""

    def __init__(self, receiver: ServiceBusReceiver, depths: QueueDepths, queue: str) -> None:
        self._receiver = receiver
        self._depths = depths
        self._queue = queue

    async def take(self, count: int) -> list[ServiceBusReceivedMessage]:
        """Exactly so many messages, in order, and nothing is left."""
        found: list[ServiceBusReceivedMessage] = []
        while len(found) < count:
            page = await self._receiver.receive_messages(count - len(found), max_wait_time=5)
            assert page, f"{len(found)} of {count} messages arrived"
            for message in page:
                await self._receiver.complete_message(message)
            found += page
        assert (await self._depths.of(self._queue)).active == 0
        return found

    async def events(self, count: int) -> list[CloudEvent]:
        return [CloudEvent.from_json(b"".join(message.body)) for message in await self.take(count)]


@pytest.fixture
def inbox(receiver: ServiceBusReceiver, depths: QueueDepths, queue: str) -> Inbox:
    return Inbox(receiver, depths, queue)


MakeEvent = Callable[..., CloudEvent]


@pytest.fixture
def event() -> MakeEvent:
    """``event(number, **data)``: events whose ids no other test uses."""
    test = uuid4().hex

    def make(number: int = 1, **data: object) -> CloudEvent:
        return CloudEvent(f"{test}/{number}", "voice.test", "tests", "subject", NOW, data)

    return make


@dataclass(frozen=True)
class HostMessage:
    """A message as the Functions host hands it over."""

    message_id: str
    application_properties: dict[str, object]
    body: bytes

    @classmethod
    def of(cls, message: ServiceBusReceivedMessage) -> "HostMessage":
        listed = (message.application_properties or {}).items()
        properties = {_text(name): _text(value) for name, value in listed}
        return cls(str(message.message_id), properties, b"".join(message.body))

    def get_body(self) -> bytes:
        return self.body


class QueueHost:
    """Takes what lies in the queue, lets it be handled, completes it or gives it back."""

    def __init__(self, bus: Bus, receiver: ServiceBusReceiver, depths: QueueDepths, queue: str) -> None:
        self._bus = bus
        self._receiver = receiver
        self._depths = depths
        self._queue = queue
        self.raised: list[Exception] = []

    async def run(
        self,
        handler: Callable[[CloudEvent], Awaitable[object]],
        schedule: Callable[[], Awaitable[tuple[float, ...]]] | None = None,
    ) -> list[HostMessage]:
        """Until nothing is left; gives what was delivered, in order."""
        retries = Retries(self._bus, schedule or _schedule)
        delivered: list[HostMessage] = []
        while (await self._depths.of(self._queue)).active:
            (message,) = await self._receiver.receive_messages(1, max_wait_time=5)
            delivered.append(HostMessage.of(message))
            try:
                await retries.handle(self._queue, delivered[-1], handler)
            except Exception as error:  # noqa: BLE001 (the host gives a message back whatever is raised)
                self.raised.append(error)
                await self._receiver.abandon_message(message)
            else:
                await self._receiver.complete_message(message)
        return delivered


@pytest.fixture
def host(bus: Bus, receiver: ServiceBusReceiver, depths: QueueDepths, queue: str) -> QueueHost:
    return QueueHost(bus, receiver, depths, queue)


async def _schedule() -> tuple[float, ...]:
    return SCHEDULE


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
