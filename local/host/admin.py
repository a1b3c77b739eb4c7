"""The ``/admin`` endpoints people and probes use."""

import json
import time
from collections.abc import Awaitable, Callable, Sequence
from uuid import uuid4

from aiohttp import web

from local.host.indexing import Function, HttpTrigger
from local.host.keys import Keys

Runner = Callable[[str, str], Awaitable[bool]]
"""Runs a function by name with an input; False when there is none."""


class Admin:
    """All need the master key except the ping."""

    def __init__(self, functions: Sequence[Function], keys: Keys | None, run: Runner) -> None:
        self._functions = functions
        self._keys = keys
        self._run = run
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
            {"id": "local", "state": "Running", "instanceId": self._instance, "processUptime": uptime_ms, "errors": []}
        )

    async def _list(self, request: web.Request) -> web.Response:
        self._check(request)
        return web.json_response([_describe(function) for function in self._functions])

    async def _one(self, request: web.Request) -> web.Response:
        self._check(request)
        for function in self._functions:
            if function.name.lower() == request.match_info["name"].lower():
                return web.json_response(_describe(function))
        return web.Response(status=404)

    async def _start(self, request: web.Request) -> web.Response:
        self._check(request)
        try:
            given = json.loads(await request.read() or b"{}")
        except ValueError:
            return web.Response(status=400)
        found = await self._run(request.match_info["name"], str(given.get("input", "")))
        return web.Response(status=202 if found else 404)

    def _check(self, request: web.Request) -> None:
        given = request.headers.get("x-functions-key") or request.query.get("code", "")
        if self._keys is not None and not self._keys.allow("", "admin", given):
            raise web.HTTPUnauthorized


def _describe(function: Function) -> dict[str, object]:
    description: dict[str, object] = {"name": function.name, "config": {"bindings": list(function.bindings)}}
    if isinstance(function.trigger, HttpTrigger):
        description["invoke_url_template"] = f"/{function.trigger.route.template}"
    return description
