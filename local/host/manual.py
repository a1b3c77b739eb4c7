"""Functions run by hand: what ``POST /admin/functions/{name}`` and tests do."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from local.host.indexing import Function
from local.host.invocation import Invoker
from local.host.messages import metadata_by_hand, to_datum
from local.host.runtime import InvocationFailedError
from local.host.timers import TimerFunction

log = logging.getLogger("host.manual")


class ManualRuns:
    """The timers and queue functions of an app by name, in any case."""

    def __init__(self) -> None:
        self._timers: dict[str, TimerFunction] = {}
        self._queues: dict[str, Callable[[bytes, Mapping[str, object] | None], Awaitable[None]]] = {}
        self._running: set[asyncio.Task[None]] = set()

    def add_timer(self, name: str, timer: TimerFunction) -> None:
        self._timers[name.lower()] = timer

    def add_queue(self, function: Function, invoke: Invoker) -> None:
        async def run(body: bytes, properties: Mapping[str, object] | None) -> None:
            await invoke.call(function, to_datum(body), metadata_by_hand(body, properties))

        self._queues[function.name.lower()] = run

    async def timer(self, name: str, *, past_due: bool = False) -> None:
        """Raises KeyError for an unknown name, InvocationFailedError when the function raises."""
        await self._timers[name.lower()].run(past_due=past_due)

    async def message(self, name: str, body: bytes, properties: Mapping[str, object] | None = None) -> None:
        """Raises KeyError for an unknown name, InvocationFailedError when the function raises."""
        await self._queues[name.lower()](body, properties)

    def start(self, name: str, text: str) -> bool:
        """Begins a run with an input that timers ignore; False when there is no such function."""
        if name.lower() in self._timers:
            task = asyncio.create_task(self.timer(name))
        elif name.lower() in self._queues:
            task = asyncio.create_task(self.message(name, text.encode()))
        else:
            return False
        self._running.add(task)
        task.add_done_callback(self._done)
        return True

    async def finish(self) -> None:
        """Waits for the runs that were begun."""
        if self._running:
            await asyncio.wait(self._running)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if error and not isinstance(error, InvocationFailedError):
            log.error("run by hand failed", exc_info=error)
