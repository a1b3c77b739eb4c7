"""The host: loads an app, starts its triggers, stops them again."""

import asyncio
import logging
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from aiohttp import web

from local.host import runtime
from local.host.admin import Admin
from local.host.clock import HostClock, SystemHostClock
from local.host.connections import connector
from local.host.cors import Cors
from local.host.http import HttpTriggers
from local.host.http_values import MAX_BODY
from local.host.indexing import Function, ServiceBusTrigger, TimerTrigger, index
from local.host.invocation import Invoker
from local.host.keys import Keys
from local.host.manual import ManualRuns
from local.host.servicebus import QueueListener
from local.host.settings import HostSettings, read_host_json
from local.host.storage import BlobStorage
from local.host.timers import NoStorage, TimerFunction, TimerStorage

LOOPBACK = "127.0.0.1"
HOST_ID_SETTING = "AzureFunctionsWebHost__hostid"
DISABLE_HOMEPAGE_SETTING = "AzureWebJobsDisableHomepage"

log = logging.getLogger("host")


@dataclass(frozen=True)
class Options:
    """``keys`` None opens every function, as ``func start`` does; port 0 takes a free one.

    ``timers`` and ``queues`` False leave these triggers to be run by hand.
    """

    directory: Path
    environ: Mapping[str, str]
    port: int = 0
    keys: Keys | None = None
    cors: Cors = field(default_factory=Cors)
    timers: bool = True
    queues: bool = True
    clock: HostClock = field(default_factory=SystemHostClock)


class Host:
    """One app in one process; starts once."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._environ_before = dict(os.environ)
        self._tasks: list[asyncio.Task[None]] = []
        self._listeners: list[QueueListener] = []
        self._runner: web.AppRunner | None = None
        self._storage: BlobStorage | None = None
        self.manual = ManualRuns()
        self.functions: list[Function] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def listening(self) -> bool:
        """Whether every queue is listened to."""
        return all(listener.listening.is_set() for listener in self._listeners)

    async def start(self) -> None:
        """Returns when HTTP answers and every queue is listened to. Raises what keeps the app from starting."""
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Takes nothing new, lets what runs finish, closes everything, gives the environment back."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._runner:
            await self._runner.cleanup()
        await self.manual.finish()
        if self._storage:
            await self._storage.close()
        runtime.unload(self._options.directory)
        os.environ.clear()
        os.environ.update(self._environ_before)

    async def _start(self) -> None:
        options = self._options
        os.environ.update(options.environ)
        settings = read_host_json(options.directory, options.environ)
        self.functions = index(await runtime.load(options.directory), settings, options.environ)
        invoke = Invoker(settings.function_timeout_s)
        await self._serve(invoke, settings)
        self._start_timers(invoke)
        await self._start_queues(invoke, settings)
        log.info("host started", extra={"functions": len(self.functions), "port": self.port})

    async def _serve(self, invoke: Invoker, settings: HostSettings) -> None:
        options = self._options
        triggers = HttpTriggers(
            self.functions,
            invoke,
            settings.http,
            keys=options.keys,
            cors=options.cors,
            homepage=options.environ.get(DISABLE_HOMEPAGE_SETTING, "").lower() != "true",
        )
        app = web.Application(client_max_size=MAX_BODY)
        app.on_response_prepare.append(_name_no_version)
        app.add_routes(Admin(self.functions, options.keys, self.manual).routes())
        app.router.add_route("*", "/{path:.*}", triggers.answer)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=10)
        await self._runner.setup()
        await web.TCPSite(self._runner, LOOPBACK, options.port).start()
        self.port = self._runner.addresses[0][1]

    def _start_timers(self, invoke: Invoker) -> None:
        triggers = [(one, one.trigger) for one in self.functions if isinstance(one.trigger, TimerTrigger)]
        storage = self._open_storage() if triggers else NoStorage()
        for function, trigger in triggers:
            timer = TimerFunction(function, trigger, invoke, storage, self._options.clock)
            self.manual.add_timer(function.name, timer)
            if self._options.timers and not function.disabled:
                self._tasks.append(asyncio.create_task(timer.run_forever()))

    async def _start_queues(self, invoke: Invoker, settings: HostSettings) -> None:
        for function in self.functions:
            if isinstance(function.trigger, ServiceBusTrigger):
                self.manual.add_queue(function, invoke)
                if self._options.queues and not function.disabled:
                    connect = connector(function.trigger.connection, self._options.environ)
                    options = settings.service_bus
                    self._listeners.append(QueueListener(function, function.trigger, invoke, connect, options))
        self._tasks += [asyncio.create_task(listener.run_forever()) for listener in self._listeners]
        await asyncio.gather(*(listener.listening.wait() for listener in self._listeners))

    def _open_storage(self) -> TimerStorage:
        """Two hosts on one port of one machine cannot be: the second start there is the same owner of locks."""
        connection_string = self._options.environ.get("AzureWebJobsStorage", "")
        if not connection_string:
            return NoStorage()
        place = f"{socket.gethostname()}/{self._options.directory}"
        host_id = self._options.environ.get(HOST_ID_SETTING) or uuid5(NAMESPACE_URL, place).hex
        self._storage = BlobStorage(connection_string, host_id, uuid5(NAMESPACE_URL, f"{place}:{self.port}"))
        return self._storage


async def _name_no_version(_request: web.Request, response: web.StreamResponse) -> None:
    """The front end of Functions names Kestrel, without its version."""
    response.headers["Server"] = "Kestrel"
