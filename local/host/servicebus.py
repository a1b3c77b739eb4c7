"""Service Bus triggers through the real SDK: peek-lock, complete when the function returns, abandon when it raises."""

import asyncio
import json
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus.aio import AutoLockRenewer, ServiceBusClient, ServiceBusReceiver
from azure.servicebus.exceptions import ServiceBusError

from local.host import runtime
from local.host.indexing import Function, ServiceBusTrigger
from local.host.logs import Log
from local.host.settings import ServiceBusOptions, SettingsError

WAIT_S = 60.0
RECONNECT_S = (0.2, 0.5, 1.0, 2.0, 5.0)


class QueueListener:
    """One function's receiver: as many messages at once as host.json allows, none taken before there is room for it."""

    def __init__(
        self,
        function: Function,
        trigger: ServiceBusTrigger,
        invoke: runtime.Invoker,
        environ: Mapping[str, str],
        options: ServiceBusOptions,
        log: Log,
    ) -> None:
        self._invoke = invoke
        self._function = function
        self._trigger = trigger
        self._environ = environ
        self._options = options
        self._log = log
        self._slots = asyncio.Semaphore(options.max_concurrent_calls)
        self._running: set[asyncio.Task[None]] = set()
        self.listening = asyncio.Event()

    async def run_forever(self) -> None:
        """Listens until cancelled; a broken connection is opened anew, more slowly each time it fails."""
        failures = 0
        while True:
            try:
                await self._listen()
            except (ServiceBusError, OSError) as error:
                self.listening.clear()
                pause_s = RECONNECT_S[min(failures, len(RECONNECT_S) - 1)]
                failures += 1
                self._log.warn("queue lost", function=self._function.name, error=str(error), again_in_s=pause_s)
                await asyncio.sleep(pause_s)
            else:
                failures = 0

    async def finish(self) -> None:
        """Waits for what is running."""
        if self._running:
            await asyncio.wait(self._running)

    async def _listen(self) -> None:
        async with (
            _client(self._trigger.connection, self._environ) as client,
            client.get_queue_receiver(self._trigger.queue, prefetch_count=self._options.prefetch_count) as receiver,
            AutoLockRenewer(max_lock_renewal_duration=self._options.max_auto_lock_renewal_s) as renewer,
        ):
            self.listening.set()
            try:
                while True:
                    await self._take(receiver, renewer)
            finally:
                await asyncio.shield(self.finish())

    async def _take(self, receiver: ServiceBusReceiver, renewer: AutoLockRenewer) -> None:
        await self._slots.acquire()
        messages: list[ServiceBusReceivedMessage] = []
        try:
            messages = await receiver.receive_messages(max_message_count=1, max_wait_time=WAIT_S)
        finally:
            if not messages:
                self._slots.release()
        for message in messages:
            renewer.register(receiver, message)
            task = asyncio.create_task(self._handle(receiver, message))
            self._running.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._slots.release()

    async def _handle(self, receiver: ServiceBusReceiver, message: ServiceBusReceivedMessage) -> None:
        started = time.perf_counter()
        value = runtime.datum(b"".join(message.body), "bytes")
        try:
            await self._invoke(self._function.id, self._function.argument, value, _metadata(message))
            succeeded = True
        except runtime.InvocationFailedError as error:
            self._log.failed(self._function.name, error)
            succeeded = False
        try:
            if not succeeded:
                await receiver.abandon_message(message)
            elif self._options.auto_complete:
                await receiver.complete_message(message)
        except (ServiceBusError, OSError, ValueError) as error:
            # The lock ends by itself and the message comes again: the app is made for that.
            self._log.warn("message not settled", function=self._function.name, error=str(error))
        self._log.done(self._function.name, time.perf_counter() - started, message_id=message.message_id)


def _client(connection: str, environ: Mapping[str, str]) -> ServiceBusClient:
    text = environ.get(connection) or environ.get(f"AzureWebJobs{connection}")
    if not text:
        raise SettingsError(f"the app setting {connection} is not set")
    return ServiceBusClient.from_connection_string(text, retry_total=0)


def _metadata(message: ServiceBusReceivedMessage) -> dict[str, Any]:
    """The trigger metadata Microsoft's host sends; the first delivery counts as 1 there."""
    properties = {_text(name): _plain(value) for name, value in (message.application_properties or {}).items()}
    values: dict[str, object] = {
        "MessageId": message.message_id,
        "ContentType": message.content_type,
        "CorrelationId": message.correlation_id,
        "Subject": message.subject,
        "Label": message.subject,
        "ReplyTo": message.reply_to,
        "ReplyToSessionId": message.reply_to_session_id,
        "To": message.to,
        "SessionId": message.session_id,
        "PartitionKey": message.partition_key,
        "DeadLetterSource": message.dead_letter_source,
        "LockToken": str(message.lock_token),
        "DeliveryCount": (message.delivery_count or 0) + 1,
        "SequenceNumber": message.sequence_number,
        "EnqueuedTimeUtc": message.enqueued_time_utc,
        "EnqueuedTime": message.enqueued_time_utc,
        "ExpiresAtUtc": message.expires_at_utc,
        "ExpiresAt": message.expires_at_utc,
        "ApplicationProperties": properties,
        "UserProperties": properties,
    }
    return {name: _to_datum(value) for name, value in values.items() if value is not None}


def _to_datum(value: object) -> Any:
    if isinstance(value, str):
        return runtime.datum(value, "string")
    if isinstance(value, datetime):
        return runtime.datum(json.dumps(value.isoformat().replace("+00:00", "Z")), "json")
    return runtime.datum(json.dumps(value), "json")


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _plain(value: object) -> object:
    return value if isinstance(value, bool | int | float) else _text(value)
