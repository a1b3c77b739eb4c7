"""Table Storage behind something that fails as the real service does and the emulator does not."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import httpx
import pytest_asyncio
from aiohttp import web

from shared.storage.tables import Tables
from tests.fixtures.azurite import ACCOUNT, KEY

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
HOP = {"host", "content-length", "transfer-encoding", "connection"}


class FaultyStorage:
    """Forwards to Azurite; ``next`` holds what happens to the next requests instead."""

    def __init__(self, target: str) -> None:
        self._http = httpx.AsyncClient(base_url=target)
        self.next: list[Answer] = []
        self.requests: list[str] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(f"{request.method} {request.path}")
        return await (self.next.pop(0) if self.next else self.forward)(request)

    async def forward(self, request: web.Request) -> web.StreamResponse:
        kept = {name: value for name, value in request.headers.items() if name.lower() not in HOP}
        query = {name: value for name, value in request.query.items() if value != "invented"}
        answer = await self._http.request(
            request.method, request.path, params=query, headers=kept, content=await request.read()
        )
        shown = {name: value for name, value in answer.headers.items() if name.lower() not in HOP}
        return web.Response(status=answer.status_code, body=answer.content, headers=shown)

    async def lose_answer(self, request: web.Request) -> web.StreamResponse:
        """Done, and then the connection breaks."""
        await self.forward(request)
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async def busy(self, _request: web.Request) -> web.StreamResponse:
        return _error(503, "ServerBusy")

    def page(self, status: int) -> Answer:
        """A proxy answers with a page of its own instead of asking the service."""

        async def answer(_request: web.Request) -> web.StreamResponse:
            return web.Response(
                status=status, text="<html><body>Please sign in</body></html>", content_type="text/html"
            )

        return answer

    async def being_deleted(self, _request: web.Request) -> web.StreamResponse:
        return _error(409, "TableBeingDeleted")

    async def refused(self, _request: web.Request) -> web.StreamResponse:
        return _error(400, "OutOfRangeInput")

    async def empty_page(self, _request: web.Request) -> web.StreamResponse:
        """Azure may give a page without rows and say where to go on."""
        following = {"x-ms-continuation-NextPartitionKey": "invented", "x-ms-continuation-NextRowKey": "invented"}
        return web.json_response({"value": []}, headers=following)

    async def close(self) -> None:
        await self._http.aclose()


@pytest_asyncio.fixture
async def faulty(storage_connection: str) -> AsyncIterator[FaultyStorage]:
    target = storage_connection.partition("TableEndpoint=")[2].partition(f"/{ACCOUNT}")[0]
    storage = FaultyStorage(target)
    yield storage
    await storage.close()


@pytest_asyncio.fixture
async def tables(faulty: FaultyStorage, table_prefix: str) -> AsyncIterator[Tables]:
    """Tables reached through the faults."""
    async with AsyncExitStack() as stack:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", faulty.handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        endpoint = f"http://127.0.0.1:{runner.addresses[0][1]}/{ACCOUNT}"
        opened = Tables.from_connection_string(
            f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};TableEndpoint={endpoint};",
            table_prefix,
        )
        stack.push_async_callback(opened.close)
        yield opened


def _error(status: int, code: str) -> web.Response:
    return web.json_response(
        {"odata.error": {"code": code, "message": {"lang": "en-US", "value": code}}},
        status=status,
        headers={"x-ms-error-code": code, "x-ms-version": "2019-02-02"},
    )
