"""How much lies in a queue, asked of the namespace's management endpoint."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError, ResourceNotFoundError
from azure.core.pipeline.transport import AioHttpTransport
from azure.servicebus.aio.management import ServiceBusAdministrationClient

from shared.errors import Misconfigured, Unavailable

EMULATOR = "UseDevelopmentEmulator=true"


@dataclass(frozen=True)
class QueueDepth:
    """Numbers of messages: waiting or locked, scheduled for later, and dead."""

    active: int
    scheduled: int
    dead_letter: int


@dataclass(eq=False, repr=False)
class QueueDepths:
    """The queues of a Service Bus namespace."""

    admin: ServiceBusAdministrationClient

    @classmethod
    def from_settings(cls, environ: Mapping[str, str], credential: AsyncTokenCredential | None = None) -> Self:
        """As the bus. An emulator serves management on another port: ``SERVICEBUS_ADMIN_CONNECTION`` names it."""
        connection_string = environ.get("SERVICEBUS_ADMIN_CONNECTION") or environ.get("SERVICEBUS_CONNECTION")
        if connection_string:
            options: dict[str, Any] = {"transport": _PlainHttp(**_TIME_OUTS)} if EMULATOR in connection_string else {}
            return cls(ServiceBusAdministrationClient.from_connection_string(connection_string, **_CLIENT, **options))
        namespace = environ.get("SERVICEBUS_CONNECTION__fullyQualifiedNamespace")
        if not namespace or credential is None:
            raise Misconfigured("app-setting-missing", "the app setting SERVICEBUS_CONNECTION is not set")
        return cls(ServiceBusAdministrationClient(namespace, credential, **_CLIENT))

    async def of(self, queue: str) -> QueueDepth:
        """Raises Misconfigured ``queue-missing`` or ``bus-refused``, Unavailable ``bus-unavailable``."""
        try:
            found = await self.admin.get_queue_runtime_properties(queue)
        except ResourceNotFoundError as error:
            raise Misconfigured("queue-missing", f"the namespace has no queue {queue}") from error
        except ClientAuthenticationError as error:
            raise Misconfigured("bus-refused", "Service Bus refused the app's credentials") from error
        except (AzureError, OSError, TimeoutError) as error:
            raise Unavailable("bus-unavailable", "Service Bus does not answer") from error
        return QueueDepth(
            active=found.active_message_count or 0,
            scheduled=found.scheduled_message_count or 0,
            dead_letter=found.dead_letter_message_count or 0,
        )

    async def close(self) -> None:
        await self.admin.close()


_TIME_OUTS: dict[str, Any] = {"connection_timeout": 5, "read_timeout": 10}
_CLIENT: dict[str, Any] = {"retry_total": 1, **_TIME_OUTS}


class _PlainHttp(AioHttpTransport):  # type: ignore[misc]  # loaded lazily by the SDK, so untyped
    """An emulator serves management without TLS, which the SDK knows no setting for."""

    async def send(self, request: Any, **options: Any) -> Any:
        request.url = request.url.replace("https://", "http://", 1)
        return await super().send(request, **options)
