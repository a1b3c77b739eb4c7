"""Sends events to Service Bus queues. One link per queue, opened on first use and kept: opening takes half a second."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Self, cast

from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver, ServiceBusSender
from azure.servicebus.exceptions import (
    MessagingEntityNotFoundError,
    ServiceBusAuthenticationError,
    ServiceBusAuthorizationError,
    ServiceBusError,
)

from shared.bus.events import Event
from shared.errors import Misconfigured, Unavailable

type Properties = Mapping[str, Any]


class Bus:
    """A Service Bus namespace."""

    def __init__(self, client: ServiceBusClient) -> None:
        self._client = client
        self._senders: dict[str, ServiceBusSender] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    @classmethod
    def from_settings(cls, environ: Mapping[str, str], credential: AsyncTokenCredential | None = None) -> Self:
        """From ``SERVICEBUS_CONNECTION``, or ``SERVICEBUS_CONNECTION__fullyQualifiedNamespace`` with an identity."""
        if connection_string := environ.get("SERVICEBUS_CONNECTION"):
            return cls(ServiceBusClient.from_connection_string(connection_string, **_RETRY))
        namespace = environ.get("SERVICEBUS_CONNECTION__fullyQualifiedNamespace")
        if not namespace or credential is None:
            raise Misconfigured("app-setting-missing", "the app setting SERVICEBUS_CONNECTION is not set")
        return cls(ServiceBusClient(namespace, credential, **_RETRY))

    async def send(
        self,
        queue: str,
        event: Event,
        *,
        message_id: str | None = None,
        delay_s: float = 0.0,
        properties: Properties | None = None,
    ) -> None:
        """Returns when the broker has it. Raises Unavailable ``bus-unavailable``, Misconfigured ``bus-refused``."""
        message = _message(event, message_id=message_id, properties=properties)
        if delay_s > 0:
            message.scheduled_enqueue_time_utc = datetime.now(UTC) + timedelta(seconds=delay_s)
        await self.send_raw(queue, [message])

    async def send_all(self, queue: str, events: Sequence[Event]) -> None:
        """Sends many in as few transfers as their size allows. On an error some may have been sent."""
        await self.send_raw(queue, [_message(event) for event in events])

    async def send_body(self, queue: str, body: str | bytes, *, message_id: str, properties: Properties) -> None:
        """Sends a body as it is, be it an event or not."""
        await self.send_raw(
            queue, [ServiceBusMessage(body, message_id=message_id, application_properties=cast(Any, dict(properties)))]
        )

    async def send_raw(self, queue: str, messages: Sequence[ServiceBusMessage]) -> None:
        """Sends messages as they are."""
        async with self._lock(queue), self._errors(queue):
            sender = await self._sender(queue)
            if len(messages) == 1:
                await sender.send_messages(messages[0])
                return
            batch = await sender.create_message_batch()
            for message in messages:
                try:
                    batch.add_message(message)
                except ValueError:  # the SDK's way to say that the batch is full
                    await sender.send_messages(batch)
                    batch = await sender.create_message_batch()
                    batch.add_message(message)
            if len(batch):
                await sender.send_messages(batch)

    @contextlib.asynccontextmanager
    async def receiver(self, queue: str, **options: Any) -> AsyncIterator[ServiceBusReceiver]:
        """A receiver for a short while, as commands need it."""
        async with self._errors(queue), self._client.get_queue_receiver(queue, **options) as opened:
            yield opened

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
    async def _errors(self, queue: str) -> AsyncIterator[None]:
        """The SDK's errors as ours; a link that failed is opened anew next time."""
        try:
            yield
        except MessagingEntityNotFoundError as error:
            raise Misconfigured("queue-missing", f"the namespace has no queue {queue}") from error
        except (ServiceBusAuthenticationError, ServiceBusAuthorizationError) as error:
            raise Misconfigured("bus-refused", "Service Bus refused the app's credentials") from error
        except (ServiceBusError, AzureError, OSError, TimeoutError) as error:
            if failed := self._senders.pop(queue, None):
                await failed.close()
            raise Unavailable("bus-unavailable", "Service Bus does not answer") from error


_RETRY: dict[str, Any] = {"retry_total": 2, "retry_backoff_factor": 0.2, "retry_backoff_max": 2}


def _message(event: Event, *, message_id: str | None = None, properties: Properties | None = None) -> ServiceBusMessage:
    return ServiceBusMessage(
        event.to_json(),
        message_id=message_id or event.id,
        content_type="application/cloudevents+json",
        subject=event.type,
        application_properties=cast(Any, dict(properties or {})),
    )
