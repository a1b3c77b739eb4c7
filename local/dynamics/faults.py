"""Faults on demand: the next requests that match are refused, delayed, or done with their answer lost."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from local.dynamics.errors import DataverseError


@dataclass
class Fault:
    """``match`` is a part of "METHOD path"; ``after_commit``: the request is done first, then the connection cut."""

    match: str = ""
    times: int = 1
    status: int = 0
    code: str = ""
    retry_after_s: int = 0
    delay_ms: int = 0
    after_commit: bool = False


class Faults:
    """The faults that are still to happen, and what was asked so far."""

    def __init__(self) -> None:
        self._pending: list[Fault] = []
        self.requests: list[str] = []

    def add(self, fault: Fault) -> None:
        self._pending.append(fault)

    def add_json(self, document: Mapping[str, Any]) -> None:
        """Raises TypeError for a field that no fault has."""
        self.add(Fault(**document))

    def clear(self) -> None:
        self._pending.clear()
        self.requests.clear()

    async def around(self, request: web.Request, answer: Callable[[], Awaitable[web.Response]]) -> web.Response:
        """Lets one request through, or lets it suffer."""
        described = f"{request.method} {request.path_qs}"
        self.requests.append(described)
        fault = self._next(described)
        if fault is None:
            return await answer()
        await asyncio.sleep(fault.delay_ms / 1000)
        if fault.after_commit:
            await answer()
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        if not fault.status:
            return await answer()
        headers = {"Retry-After": str(fault.retry_after_s)} if fault.retry_after_s else {}
        error = DataverseError(fault.status, fault.code, "A fault on demand.", headers)
        return web.json_response(error.body(), status=error.status, headers=error.headers)

    def _next(self, described: str) -> Fault | None:
        for fault in self._pending:
            if fault.match in described:
                fault.times -= 1
                if fault.times <= 0:
                    self._pending.remove(fault)
                return fault
        return None
