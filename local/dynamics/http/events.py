"""Server-sent events: one after each commit, so that pages show what is there."""

import asyncio
from collections.abc import Sequence
from typing import Any

from aiohttp import web

from local.dynamics.data.store import Store

KEEP_ALIVE_S = 15.0


class ChangeStream:
    """``data:`` is the number of the newest change."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._changed = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False
        store.committed.append(self._committed)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        told = -1
        while not self._closed:
            number = self._store.change_number()
            line = f"data: {number}\n\n" if number != told else ": still here\n\n"
            await response.write(line.encode())
            told = number
            await self._next()
        return response

    async def close(self) -> None:
        """Ends all streams, so that the server can stop."""
        self._closed = True
        await self._notify()

    def _committed(self, _events: Sequence[Any]) -> None:
        task = asyncio.get_running_loop().create_task(self._notify())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _next(self) -> None:
        try:
            async with asyncio.timeout(KEEP_ALIVE_S), self._changed:
                await self._changed.wait()
        except TimeoutError:
            return
