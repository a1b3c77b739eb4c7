"""The door of the HTTP server: how many connections there are, and which of them go when there are too many.

Strangers' connections make room for new ones, the oldest first; whoever has shown credentials on a connection keeps
it. So a thousand sockets that say nothing keep nobody out.
"""

import asyncio
import logging
import resource
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

HEADERS_WITHIN_S = 10.0
"""Until the head of a connection's first request is there."""
KEEP_ALIVE_S = 75.0
"""Between two requests; longer than the reverse proxies in use keep theirs."""
LOG_EVERY_S = 60.0
WANTED_FILES = 65_536
HEADERS = {
    "Server": "voicecloud",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
}
"""On every answer. Browsers read the second over HTTPS only, where a reverse proxy serves us."""

_PROTOCOL: dict[str, Any] = {
    "access_log": None,
    "keepalive_timeout": KEEP_ALIVE_S,
    "lingering_time": 2.0,
    "auto_decompress": False,
}
"""Bodies are not decompressed: a small one could become a huge one."""

log = logging.getLogger(__name__)


@dataclass(eq=False, repr=False)
class Connections:
    """``most`` at once. ``now`` counts seconds."""

    most: int
    now: Callable[[], float] = time.monotonic
    _spoken: set[asyncio.BaseProtocol] = field(default_factory=set, init=False)
    _trusted: set[asyncio.BaseProtocol] = field(default_factory=set, init=False)
    _leaving: set[asyncio.BaseProtocol] = field(default_factory=set, init=False)
    _logged_at: float = field(default=-LOG_EVERY_S, init=False)

    def spoke(self, request: web.BaseRequest) -> None:
        """A whole request head has come."""
        self._spoken.add(request.protocol)

    def trust(self, request: web.BaseRequest) -> None:
        """Credentials were shown on it."""
        self._trusted.add(request.protocol)

    def door(self, server: web.Server) -> Callable[[], asyncio.BaseProtocol]:
        """What makes the protocol of each new connection."""

        def enter() -> asyncio.BaseProtocol:
            if not self._has_room(server):
                return _Refused()
            protocol = _Protocol(server, loop=asyncio.get_running_loop(), **_PROTOCOL)
            asyncio.get_running_loop().call_later(HEADERS_WITHIN_S, self._unless_spoken, protocol)
            return protocol

        return enter

    def _has_room(self, server: web.Server) -> bool:
        connections = server.connections
        for marked in (self._spoken, self._trusted, self._leaving):
            marked.intersection_update(connections)
        staying = [one for one in connections if one not in self._leaving]
        if len(staying) < self.most:
            return True
        self._say()
        oldest = next((one for one in staying if one not in self._trusted), None)
        if oldest is not None:
            self._close(oldest)
        return oldest is not None

    def _unless_spoken(self, protocol: web.RequestHandler) -> None:
        if protocol not in self._spoken:
            self._close(protocol)

    def _close(self, protocol: web.RequestHandler) -> None:
        self._leaving.add(protocol)
        protocol.force_close()

    def _say(self) -> None:
        if self.now() - self._logged_at >= LOG_EVERY_S:
            self._logged_at = self.now()
            log.warning("too many connections: strangers' oldest ones are closed", extra={"most": self.most})


class _Protocol(web.RequestHandler):
    """Its answers to what is no HTTP reach no application, and bear our headers all the same."""

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        answer = super().handle_error(request, status, exc, message)
        answer.headers.update(HEADERS)
        return answer


async def with_headers(_: web.Request, answer: web.StreamResponse) -> None:
    """For ``on_response_prepare``."""
    answer.headers.update(HEADERS)


class _Refused(asyncio.Protocol):
    """Everybody in the house has shown credentials: whoever comes now has to come again."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            transport.abort()


def room_for(wanted: int) -> int:
    """Connections that the operating system lets us have: half of the files, the others are for media and storage."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = min(max(soft, WANTED_FILES), hard) if hard != resource.RLIM_INFINITY else max(soft, WANTED_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return max(1, min(wanted, allowed // 2))


@asynccontextmanager
async def serving(app: web.Application, connections: Connections, host: str, port: int) -> AsyncIterator[int]:
    """Serves until left; gives the port."""
    runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=2)
    await runner.setup()
    try:
        if runner.server is None:
            raise RuntimeError("the server is not set up")
        entrance = connections.door(runner.server)
        listening = await asyncio.get_running_loop().create_server(entrance, host, port, backlog=128)
        try:
            yield listening.sockets[0].getsockname()[1]
        finally:
            listening.close()
    finally:
        await runner.cleanup()
