"""Starts what the plan says, as much at once as can be; watches it; stops it in the reverse order."""

import asyncio
import time
from collections.abc import Sequence

import aiohttp

from local.stack.logs import Log
from local.stack.plan import Command, Service
from local.stack.process import EndedError, Process
from local.stack.settings import ROOT

HEALTH_PAUSE_S = 0.1
START_WITHIN_S = 120.0


class Supervisor:
    """One stack. ``start`` and ``stop`` are called once each."""

    def __init__(self, plan: Sequence[Service | Command], log: Log) -> None:
        self._plan = plan
        self._log = log
        self._running: dict[str, Process] = {}
        self._done = {one.name: asyncio.Event() for one in plan}
        self._begun_at = time.monotonic()

    async def start(self) -> None:
        """Returns when everything is up and well. Raises EndedError, TimeoutError."""
        try:
            async with asyncio.timeout(START_WITHIN_S), asyncio.TaskGroup() as starting:
                for one in self._plan:
                    starting.create_task(self._start(one))
        except* EndedError as group:
            raise group.exceptions[0] from None

    async def watch(self) -> None:
        """Returns never; raises EndedError when a process ends by itself."""
        waits = {asyncio.create_task(process.wait()): name for name, process in self._running.items()}
        ended, others = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for other in others:
            other.cancel()
        first = ended.pop()
        raise EndedError(waits[first], first.result())

    async def stop(self) -> None:
        """Each after those that need it."""
        gone = {service.name: asyncio.Event() for service in self._services}
        await asyncio.gather(*(self._stop(service, gone) for service in self._services))

    @property
    def elapsed_s(self) -> float:
        return time.monotonic() - self._begun_at

    @property
    def _services(self) -> list[Service]:
        return [one for one in self._plan if isinstance(one, Service)]

    async def _start(self, one: Service | Command) -> None:
        for name in one.after:
            await self._done[name].wait()
        if isinstance(one, Command):
            await self._run(one)
        else:
            await self._start_service(one)
        self._log.say(f"{one.name} is ready", after_s=round(self.elapsed_s, 1))
        self._done[one.name].set()

    async def _start_service(self, service: Service) -> None:
        process = Process(service.name, service.command, service.environ, ROOT, self._log)
        self._running[service.name] = process
        await process.start(service.is_ready)
        if service.health:
            await self._until_healthy(service, process)

    async def _until_healthy(self, service: Service, process: Process) -> None:
        ending = asyncio.create_task(process.wait())
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15)) as http:
            while not await _is_healthy(http, service.health):
                if ending.done():
                    raise EndedError(service.name, ending.result())
                await asyncio.sleep(HEALTH_PAUSE_S)
        ending.cancel()

    async def _run(self, command: Command) -> None:
        process = Process(command.name, command.command, command.environ, ROOT, self._log)
        await process.start(lambda _line: True)
        if code := await process.wait():
            raise EndedError(command.name, code)

    async def _stop(self, service: Service, gone: dict[str, asyncio.Event]) -> None:
        for other in self._services:
            if service.name in _needs(other, self._plan):
                await gone[other.name].wait()
        if process := self._running.get(service.name):
            await process.stop(service.grace_s)
        gone[service.name].set()


def _needs(service: Service, plan: Sequence[Service | Command]) -> set[str]:
    """Everything that must be there before a service, also by way of others."""
    after = {one.name: one.after for one in plan}
    found: set[str] = set()
    looking = list(service.after)
    while looking:
        name = looking.pop()
        if name not in found:
            found.add(name)
            looking += after[name]
    return found


async def _is_healthy(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(url) as answer:
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False
