"""Faults on demand: the next requests that match are refused, delayed, or done with their answer lost."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from local.dynamics.errors import DataverseError

THROTTLED = "0x80072322"


@dataclass
class Fault:
    """What the next ``times`` requests suffer whose line, or a line of whose batch, holds ``match``.

    ``delay_ms`` passes first. Then ``status`` is answered, with Retry-After; without a status but with
    ``drop`` the connection is cut. ``after_commit``: the request is done before that, so that only its answer is lost.
    """

    match: str = ""
    times: int = 1
    status: int = 0
    code: str = ""
    retry_after_s: int = 0
    delay_ms: int = 0
    after_commit: bool = False
    drop: bool = False


class FaultPlan:
    """The faults that are still to happen, and what was asked so far (``METHOD /path?query``)."""

    def __init__(self) -> None:
        self._pending: list[Fault] = []
        self.requests: list[str] = []

    def add(self, fault: Fault) -> None:
        self._pending.append(fault)

    def add_json(self, document: Mapping[str, Any]) -> None:
        """Raises TypeError for a field that no fault has."""
        self.add(Fault(**document))

    def clear(self) -> None:
        """Forgets the pending faults and the requests."""
        self._pending.clear()
        self.requests.clear()

    async def around(
        self, request: web.Request, lines: Sequence[str], answer: Callable[[], Awaitable[web.Response]]
    ) -> web.Response:
        """Lets one request through, or lets it suffer. ``lines``: its own first line, then those of its parts."""
        self.requests.append(lines[0])
        fault = self._next(lines)
        if fault is None:
            return await answer()
        done = await answer() if fault.after_commit else None
        await asyncio.sleep(fault.delay_ms / 1000)
        if fault.status:
            return _refusal(fault)
        if fault.drop or fault.after_commit:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        return done or await answer()

    def _next(self, lines: Sequence[str]) -> Fault | None:
        for fault in self._pending:
            if any(fault.match in line for line in lines):
                fault.times -= 1
                if fault.times <= 0:
                    self._pending.remove(fault)
                return fault
        return None


def _refusal(fault: Fault) -> web.Response:
    headers = {"Retry-After": str(fault.retry_after_s)} if fault.retry_after_s else {}
    code = fault.code or (THROTTLED if fault.status == 429 else "")
    error = DataverseError(fault.status, code, "A fault on demand.", headers)
    return web.json_response(error.body(), status=error.status, headers=error.headers)
