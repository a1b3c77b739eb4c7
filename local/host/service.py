"""The host: loads an app, starts its triggers, stops them again."""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from local.host import runtime
from local.host.admin import Admin
from local.host.http import MAX_BODY, HttpTriggers
from local.host.indexing import Function, ServiceBusTrigger, TimerTrigger, index
from local.host.keys import Keys
from local.host.logs import Log
from local.host.servicebus import QueueListener
from local.host.settings import read_host_json
from local.host.timer_status import BlobStatus
from local.host.timers import NoStatus, StatusStore, Timer

HOST_ID = "local"


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Options:
    """``keys`` None opens every function, as ``func start`` does; port 0 takes a free one."""

    directory: Path
    environ: Mapping[str, str]
    port: int = 0
    keys: Keys | None = None
    cors: Sequence[str] = ()
    timers: bool = True
    clock: Callable[[], datetime] = field(default=_now)


class Host:
    """One app in one process."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._log = Log()
        self._tasks: list[asyncio.Task[None]] = []
        self._listeners: list[QueueListener] = []
        self._timers: dict[str, Timer] = {}
        self._runner: web.AppRunner | None = None
        self._blob_status: BlobStatus | None = None
        self.functions: list[Function] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Returns when HTTP answers and every queue is listened to. Raises what keeps the app from starting."""
        options = self._options
        os.environ.update(options.environ)
        settings = read_host_json(options.directory, options.environ)
        self.functions = index(await runtime.load(options.directory), settings, options.environ)
        invoke = runtime.Invoker(settings.function_timeout_s)
        status = await self._status()
        for function in self.functions:
            if isinstance(function.trigger, TimerTrigger):
                self._timers[function.name.lower()] = Timer(
                    function, function.trigger, invoke, status, self._log, options.clock
                )
            if isinstance(function.trigger, ServiceBusTrigger):
                listener = QueueListener(
                    function, function.trigger, invoke, options.environ, settings.service_bus, self._log
                )
                self._listeners.append(listener)
                self._tasks.append(asyncio.create_task(listener.run_forever()))
        await self._serve(HttpTriggers(self.functions, invoke, settings, options.keys, options.cors, self._log))
        await asyncio.gather(*(listener.listening.wait() for listener in self._listeners))
        if options.timers:
            self._tasks += [asyncio.create_task(timer.run_forever()) for timer in self._timers.values()]
        self._log.say("host started", functions=len(self.functions), port=self.port)

    async def stop(self) -> None:
        """Takes nothing new, lets what runs finish, closes everything."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._runner:
            await self._runner.cleanup()
        if self._blob_status:
            await self._blob_status.close()
        runtime.stop()

    async def run(self, name: str, _given: str = "", *, past_due: bool = False) -> bool:
        """Runs a timer function now; False when there is none of that name."""
        timer = self._timers.get(name.lower())
        if timer is None:
            return False
        await timer.run(past_due=past_due)
        return True

    async def _status(self) -> StatusStore:
        connection_string = self._options.environ.get("AzureWebJobsStorage", "")
        if "BlobEndpoint" not in connection_string:
            return NoStatus()
        self._blob_status = BlobStatus(connection_string, HOST_ID)
        await self._blob_status.open()
        return self._blob_status

    async def _serve(self, triggers: HttpTriggers) -> None:
        app = web.Application(client_max_size=MAX_BODY)
        app.add_routes(Admin(self.functions, self._options.keys, self.run).routes())
        app.router.add_route("*", "/{path:.*}", triggers.answer)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=10)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._options.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
