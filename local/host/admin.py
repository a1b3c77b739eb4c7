"""The ``/admin`` endpoints people and probes use."""

import json
import time
from collections.abc import Sequence
from uuid import uuid4

from aiohttp import web

from local.host.indexing import Function, HttpTrigger
from local.host.keys import Keys, given_key
from local.host.manual import ManualRuns


class Admin:
    """All need the master key except the ping. ``keys`` None asks for none."""

    def __init__(self, functions: Sequence[Function], keys: Keys | None, manual: ManualRuns) -> None:
        self._functions = {function.name.lower(): function for function in functions}
        self._keys = keys
        self._manual = manual
        self._started = time.monotonic()
        self._instance = uuid4().hex

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", "/admin/host/ping", self._ping),
            web.get("/admin/host/status", self._status),
            web.get("/admin/functions", self._list),
            web.get("/admin/functions/{name}", self._one),
            web.post("/admin/functions/{name}", self._start),
        ]

    async def _ping(self, _request: web.Request) -> web.Response:
        return web.Response()

    async def _status(self, request: web.Request) -> web.Response:
        self._check(request)
        uptime_ms = int((time.monotonic() - self._started) * 1000)
        return web.json_response(
            {
                "id": "local",
                "state": "Running",
                "version": "4",
                "instanceId": self._instance,
                "processUptime": uptime_ms,
                "functionAppContentEditingState": "NotAllowed",
                "errors": [],
            }
        )

    async def _list(self, request: web.Request) -> web.Response:
        self._check(request)
        return web.json_response([_describe(function) for function in self._functions.values()])

    async def _one(self, request: web.Request) -> web.Response:
        self._check(request)
        function = self._functions.get(request.match_info["name"].lower())
        return web.json_response(_describe(function)) if function else web.Response(status=404)

    async def _start(self, request: web.Request) -> web.Response:
        """Body ``{"input": "…"}``: 202 at once, the function runs on."""
        self._check(request)
        try:
            given = json.loads(await request.read() or b"{}")
        except ValueError:
            return web.Response(status=400)
        if not isinstance(given, dict):
            return web.Response(status=400)
        found = self._manual.start(request.match_info["name"], str(given.get("input", "")))
        return web.Response(status=202 if found else 404)

    def _check(self, request: web.Request) -> None:
        if self._keys is not None and not self._keys.allow("", "admin", given_key(request)):
            raise web.HTTPUnauthorized


def _describe(function: Function) -> dict[str, object]:
    description: dict[str, object] = {
        "name": function.name,
        "language": "python",
        "isDisabled": function.disabled,
        "config": {"bindings": list(function.bindings)},
    }
    if isinstance(function.trigger, HttpTrigger):
        description["invoke_url_template"] = f"/{function.trigger.route.template}"
    return description
