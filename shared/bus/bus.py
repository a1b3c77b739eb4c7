"""Sends events to Service Bus queues. One link per queue, opened on first use and kept: opening takes half a second."""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Self, cast

from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError
from azure.servicebus import ServiceBusMessage, ServiceBusMessageBatch
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver, ServiceBusSender
from azure.servicebus.exceptions import (
    MessageSizeExceededError,
    MessagingEntityNotFoundError,
    ServiceBusAuthenticationError,
    ServiceBusAuthorizationError,
    ServiceBusError,
)

from shared.bus.events import CloudEvent
from shared.clock import Clock, utc_now
from shared.errors import InvalidInput, Misconfigured, Unavailable

type MessageProperties = Mapping[str, Any]

SEND_TIME_OUT_S = 30.0
TRY_TIME_OUT_S = 10.0
PAGE = 250
MAX_MESSAGE_ID = 128
"""Longest message id the service takes."""


class Bus:
    """A Service Bus namespace.

    What sends raises Unavailable ``bus-unavailable``, Misconfigured ``bus-refused`` or ``queue-missing``, InvalidInput
    ``message-too-large``. After Unavailable a message may have been sent all the same.
    """

    def __init__(self, client: ServiceBusClient, clock: Clock = utc_now) -> None:
        self._client = client
        self._clock = clock
        self._senders: dict[str, ServiceBusSender] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    @classmethod
    def from_settings(
        cls, environ: Mapping[str, str], credential: AsyncTokenCredential | None = None, clock: Clock = utc_now
    ) -> Self:
        """From ``SERVICEBUS_CONNECTION``, or ``SERVICEBUS_CONNECTION__fullyQualifiedNamespace`` with an identity."""
        if connection_string := environ.get("SERVICEBUS_CONNECTION"):
            return cls(ServiceBusClient.from_connection_string(connection_string, **_RETRY), clock)
        namespace = environ.get("SERVICEBUS_CONNECTION__fullyQualifiedNamespace")
        if not namespace or credential is None:
            raise Misconfigured("app-setting-missing", "the app setting SERVICEBUS_CONNECTION is not set")
        return cls(ServiceBusClient(namespace, credential, **_RETRY), clock)

    async def send(
        self,
        queue: str,
        event: CloudEvent,
        *,
        message_id: str | None = None,
        delay_s: float = 0.0,
        properties: MessageProperties | None = None,
    ) -> None:
        """Returns when the broker has it. A message id that is too long for the service goes by its hash."""
        message = _message(event, message_id=message_id, properties=properties)
        if delay_s > 0:
            message.scheduled_enqueue_time_utc = self._clock() + timedelta(seconds=delay_s)
        await self.send_raw(queue, [message])

    async def send_all(self, queue: str, events: Sequence[CloudEvent]) -> None:
        """Sends many in as few transfers as their size allows. On an error some may have been sent."""
        await self.send_raw(queue, [_message(event) for event in events])

    async def send_body(self, queue: str, body: str | bytes, *, message_id: str, properties: MessageProperties) -> None:
        """Sends a body as it is, be it an event or not."""
        message = ServiceBusMessage(
            body, message_id=fitting_id(message_id), application_properties=cast(Any, dict(properties))
        )
        await self.send_raw(queue, [message])

    async def send_raw(self, queue: str, messages: Sequence[ServiceBusMessage]) -> None:
        """Sends messages as they are."""
        async with self._lock(queue), self._link(queue) as sender:
            if len(messages) == 1:
                await sender.send_messages(messages[0], timeout=SEND_TIME_OUT_S)
                return
            batch = await sender.create_message_batch()
            for message in messages:
                if not _added(batch, message):
                    await sender.send_messages(batch, timeout=SEND_TIME_OUT_S)
                    batch = await sender.create_message_batch()
                    batch.add_message(message)
            await sender.send_messages(batch, timeout=SEND_TIME_OUT_S)

    @contextlib.asynccontextmanager
    async def receiver(self, queue: str, **options: Any) -> AsyncIterator[ServiceBusReceiver]:
        """A receiver for a short while, as commands need it."""
        with _errors(queue):
            async with self._client.get_queue_receiver(queue, **options) as opened:
                yield opened

    async def waiting(self, queue: str) -> list[bytes]:
        """The bodies of all messages that wait, are scheduled or are being handled, without touching them."""
        found: list[bytes] = []
        async with self.receiver(queue) as receiver:
            sequence_number = 0
            while page := await receiver.peek_messages(PAGE, sequence_number=sequence_number, timeout=TRY_TIME_OUT_S):
                found += [b"".join(message.body) for message in page]
                sequence_number = int(page[-1].sequence_number or 0) + 1
        return found

    async def close(self) -> None:
        for sender in self._senders.values():
            await sender.close()
        await self._client.close()

    def _lock(self, queue: str) -> asyncio.Lock:
        return self._locks.setdefault(queue, asyncio.Lock())

    async def _sender(self, queue: str) -> ServiceBusSender:
        if queue not in self._senders:
            self._senders[queue] = await self._client.get_queue_sender(queue).__aenter__()
        return self._senders[queue]

    @contextlib.asynccontextmanager
    async def _link(self, queue: str) -> AsyncIterator[ServiceBusSender]:
        """The sender of a queue; one that failed is opened again next time."""
        try:
            with _errors(queue):
                yield await self._sender(queue)
        except Unavailable:
            if failed := self._senders.pop(queue, None):
                with contextlib.suppress(*_FAILURES):  # what is broken may break when it is closed, too
                    await failed.close()
            raise


@contextlib.contextmanager
def _errors(queue: str) -> Iterator[None]:
    """The SDK's errors as ours."""
    try:
        yield
    except MessagingEntityNotFoundError as error:
        raise Misconfigured("queue-missing", f"the namespace has no queue {queue}") from error
    except (ServiceBusAuthenticationError, ServiceBusAuthorizationError) as error:
        raise Misconfigured("bus-refused", "Service Bus refused the app's credentials") from error
    except MessageSizeExceededError as error:
        raise InvalidInput("message-too-large", f"a message is larger than the queue {queue} takes") from error
    except _FAILURES as error:
        raise Unavailable("bus-unavailable", "Service Bus does not answer") from error


_FAILURES = (ServiceBusError, AzureError, OSError, TimeoutError)
_RETRY: dict[str, Any] = {
    "retry_total": 2,
    "retry_backoff_factor": 0.2,
    "retry_backoff_max": 2,
    "try_timeout": TRY_TIME_OUT_S,
}


def _added(batch: ServiceBusMessageBatch, message: ServiceBusMessage) -> bool:
    """Whether it went in. Raises MessageSizeExceededError for one that is too large by itself."""
    try:
        batch.add_message(message)
    except MessageSizeExceededError:
        if not len(batch):
            raise
        return False
    return True


def fitting_id(message_id: str) -> str:
    """The message id, or its hash where it is longer than the service takes."""
    if len(message_id) <= MAX_MESSAGE_ID:
        return message_id
    return hashlib.sha256(message_id.encode()).hexdigest()


def _message(
    event: CloudEvent, *, message_id: str | None = None, properties: MessageProperties | None = None
) -> ServiceBusMessage:
    return ServiceBusMessage(
        event.to_json(),
        message_id=fitting_id(message_id or event.id),
        content_type="application/cloudevents+json",
        subject=event.type,
        application_properties=cast(Any, dict(properties or {})),
    )
