"""The environment over HTTP: the Web API, the pages, and the switches of the stand-in."""

import asyncio
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from local.dynamics.api import Api
from local.dynamics.auth import Authentication, Keys
from local.dynamics.data.schema import with_custom_columns
from local.dynamics.data.store import Store
from local.dynamics.data.tables import TABLES
from local.dynamics.data.writing import Caller
from local.dynamics.errors import DataverseError
from local.dynamics.faults import Faults
from local.dynamics.limits import Limits, ServiceProtection
from local.dynamics.odata.batch import Batches
from local.dynamics.odata.messages import ROOT, ApiAnswer, ApiRequest
from local.dynamics.webhooks import Step, Webhooks

PAGES = Path(__file__).parent / "pages"
PAGE_USER = "x-page-user"
"""The pages say who looks; they are served without TLS and take no tokens."""

MAX_BODY = 64 * 1024 * 1024


def _now() -> datetime:
    return datetime.now(UTC)


class Environment:
    """One Dynamics environment."""

    def __init__(
        self,
        path: Path | str,
        keys: Keys,
        *,
        origin: str,
        columns: Path | None = None,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self.store = Store(path, with_custom_columns(TABLES, columns))
        self.api = Api(self.store, origin, clock)
        self.faults = Faults()
        self.protection = ServiceProtection(Limits(), time.monotonic)
        self.webhooks = Webhooks(self.store, origin)
        self.api.writer.listeners.append(self.webhooks.heard)
        self._batches = Batches(self.store)
        self._authentication = Authentication(self.store, keys, origin)
        self._changed = asyncio.Event()
        self.api.writer.listeners.append(lambda _written, _caller: self._changed.set())

    def application(self, *, pages: bool) -> web.Application:
        """With ``pages``, for people on plain HTTP; without, the Web API alone."""
        app = web.Application(client_max_size=MAX_BODY)
        app.router.add_route("*", f"{ROOT}/{{path:.*}}", self._answer)
        app.add_routes(
            [
                web.get("/stand-in/health", self._health),
                web.get("/stand-in/requests", self._requests),
                web.post("/stand-in/faults", self._add_fault),
                web.delete("/stand-in/faults", self._clear_faults),
                web.post("/stand-in/steps", self._add_step),
                web.get("/stand-in/events", self._events),
            ]
        )
        if pages:
            app.add_routes([web.get("/", self._index), web.static("/page", PAGES)])
        return app

    async def close(self) -> None:
        await self.webhooks.close()
        self.store.close()

    async def _answer(self, request: web.Request) -> web.Response:
        return await self.faults.around(request, lambda: self._served(request))

    async def _served(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        body = await request.read()
        try:
            caller = await self._caller(request, headers)
            with self.protection.admit(caller.on_behalf_by or caller.user_id):
                return self._execute(request, headers, body, caller)
        except DataverseError as error:
            return _response(ApiAnswer.refused(error))

    def _execute(self, request: web.Request, headers: dict[str, str], body: bytes, caller: Caller) -> web.Response:
        if request.path == f"{ROOT}/$batch" and request.method == "POST":
            go_on = "odata.continue-on-error" in headers.get("prefer", "")
            content_type, content = self._batches.run(
                headers.get("content-type", ""), body, lambda part: self.api.handle(part, caller), go_on=go_on
            )
            return web.Response(body=content, headers={"Content-Type": content_type, "OData-Version": "4.0"})
        return _response(self.api.handle(ApiRequest.of(request.method, str(request.rel_url), headers, body), caller))

    async def _caller(self, request: web.Request, headers: dict[str, str]) -> Caller:
        if not request.secure and PAGE_USER in headers:
            return Caller(headers[PAGE_USER])
        return await self._authentication.caller(headers)

    async def _health(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "healthy"})

    async def _requests(self, _request: web.Request) -> web.Response:
        return web.json_response(self.faults.requests)

    async def _add_fault(self, request: web.Request) -> web.Response:
        self.faults.add_json(await request.json())
        return web.Response(status=204)

    async def _clear_faults(self, _request: web.Request) -> web.Response:
        self.faults.clear()
        return web.Response(status=204)

    async def _add_step(self, request: web.Request) -> web.Response:
        document = await request.json()
        step = Step(**{**document, "filtering": frozenset(document.get("filtering", ()))})
        self.webhooks.steps = [one for one in self.webhooks.steps if (one.url, one.table) != (step.url, step.table)]
        self.webhooks.steps.append(step)
        return web.Response(status=204)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: one per burst of writes, so that pages show what is there."""
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await stream.prepare(request)
        while True:
            await stream.write(f"data: {json.dumps(self.store.change_number())}\n\n".encode())
            self._changed.clear()
            await self._wait_for_change()

    async def _wait_for_change(self) -> None:
        try:
            async with asyncio.timeout(15):
                await self._changed.wait()
        except TimeoutError:
            return

    async def _index(self, _request: web.Request) -> web.FileResponse:
        return web.FileResponse(PAGES / "index.html")


def _response(answer: ApiAnswer) -> web.Response:
    headers = dict(answer.headers)
    if answer.body is not None:
        headers["Content-Type"] = "application/json; odata.metadata=minimal"
    return web.Response(status=answer.status, body=answer.content(), headers=headers)
