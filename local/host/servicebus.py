"""Service Bus triggers through the real SDK: peek-lock, complete when the function returns, abandon when it raises."""

import asyncio
import logging
from collections.abc import Callable

from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus.aio import AutoLockRenewer, ServiceBusClient, ServiceBusReceiver
from azure.servicebus.exceptions import ServiceBusError

from local.host.indexing import Function, ServiceBusTrigger
from local.host.invocation import Invoker
from local.host.messages import body_of, metadata_of, to_datum
from local.host.runtime import InvocationFailedError
from local.host.settings import ServiceBusOptions

WAIT_S = 60.0
RECONNECT_S = (0.2, 0.5, 1.0, 2.0, 5.0)
SOCKET_TIMEOUT_S = 0.02
"""While the SDK reads it does not write: this is how long a settlement or the next credit waits on a quiet link."""

log = logging.getLogger("host.servicebus")


class QueueListener:
    """One function's receiver: as many messages at once as host.json allows, none taken before there is room for it."""

    def __init__(
        self,
        function: Function,
        trigger: ServiceBusTrigger,
        invoke: Invoker,
        connect: Callable[[], ServiceBusClient],
        options: ServiceBusOptions,
    ) -> None:
        self._function = function
        self._queue = trigger.queue
        self._invoke = invoke
        self._connect = connect
        self._options = options
        self._slots = asyncio.Semaphore(options.max_concurrent_calls)
        self._running: set[asyncio.Task[None]] = set()
        self.listening = asyncio.Event()

    async def run_forever(self) -> None:
        """Listens until cancelled, then lets running calls finish; what breaks is opened again, each time later."""
        failures = 0
        async with AutoLockRenewer(max_lock_renewal_duration=self._options.max_auto_lock_renewal_s) as renewer:
            while True:
                try:
                    await self._listen(renewer)
                except (ServiceBusError, OSError) as error:
                    log.warning("queue lost", extra={"function": self._function.name, "error": str(error)})
                except Exception:
                    # The SDK answers a dying connection with errors of many kinds.
                    log.exception("queue lost", extra={"function": self._function.name})
                failures = 0 if self.listening.is_set() else failures + 1
                self.listening.clear()
                await asyncio.sleep(RECONNECT_S[min(failures, len(RECONNECT_S) - 1)])

    async def _listen(self, renewer: AutoLockRenewer) -> None:
        async with (
            self._connect() as client,
            client.get_queue_receiver(
                self._queue, prefetch_count=self._options.prefetch_count, socket_timeout=SOCKET_TIMEOUT_S
            ) as receiver,
        ):
            log.info("listening", extra={"function": self._function.name, "queue": self._queue})
            self.listening.set()
            try:
                while True:
                    await self._take(receiver, renewer)
            except asyncio.CancelledError:
                # Calls are settled on this receiver: it stays open until the last one is.
                await self._finish()
                raise

    async def _finish(self) -> None:
        if self._running:
            await asyncio.wait(self._running)

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
        if not task.cancelled() and (error := task.exception()):
            log.error("message dropped", exc_info=error, extra={"function": self._function.name})

    async def _handle(self, receiver: ServiceBusReceiver, message: ServiceBusReceivedMessage) -> None:
        fields = {"function": self._function.name, "message_id": message.message_id}
        try:
            body = body_of(message)
            await self._invoke.call(self._function, to_datum(body), metadata_of(message, body))
        except InvocationFailedError as error:
            log.warning("abandoned", extra={**fields, "delivery": message.delivery_count, "error": str(error)})
            settle = receiver.abandon_message
        except Exception:
            log.exception("abandoned", extra=fields)  # whatever it was, the message is not lost
            settle = receiver.abandon_message
        else:
            if not self._options.auto_complete:
                return
            settle = receiver.complete_message
        try:
            await settle(message)
        except (ServiceBusError, OSError, ValueError, RuntimeError) as error:
            # The lock ends by itself and the message comes again, as after a crash.
            log.warning("message not settled", extra={**fields, "error": str(error)})
