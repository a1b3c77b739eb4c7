"""HTTP triggers: routes tried in the order of function names, keys, bodies and answers as Microsoft's host has them."""

import time
from collections.abc import Mapping, Sequence
from http.cookies import SimpleCookie
from typing import Any

from aiohttp import web

from local.host import runtime
from local.host.indexing import Function, HttpTrigger
from local.host.keys import Keys
from local.host.logs import Log
from local.host.settings import HostSettings

MAX_BODY = 104_857_600
KEY_HEADER = "x-functions-key"
KEY_PARAMETER = "code"


class HttpTriggers:
    """Answers every request outside ``/admin``."""

    def __init__(
        self,
        functions: Sequence[Function],
        invoke: runtime.Invoker,
        settings: HostSettings,
        keys: Keys | None,
        cors: Sequence[str],
        log: Log,
    ) -> None:
        self._invoke = invoke
        self._functions = [one for one in functions if isinstance(one.trigger, HttpTrigger)]
        self._settings = settings
        self._keys = keys
        self._cors = cors
        self._log = log
        self._running = 0

    async def answer(self, request: web.Request) -> web.Response:
        """The response of the function whose route and method match first, with CORS headers where asked for."""
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers and self._cors:
            return web.Response(status=204, headers=self._cors_headers(request))
        response = await self._dispatch(request)
        response.headers.update(self._cors_headers(request))
        return response

    async def _dispatch(self, request: web.Request) -> web.Response:
        if request.path == "/":
            return web.Response(text="The Functions app is up and running.")
        for function in self._functions:
            assert isinstance(function.trigger, HttpTrigger)  # noqa: S101 (chosen so above)
            parameters = function.trigger.route.match(request.path)
            if parameters is not None and request.method in function.trigger.methods:
                return await self._call(function, function.trigger, request, parameters)
        return web.Response(status=404)

    async def _call(
        self, function: Function, trigger: HttpTrigger, request: web.Request, parameters: Mapping[str, str]
    ) -> web.Response:
        given = request.headers.get(KEY_HEADER) or request.query.get(KEY_PARAMETER, "")
        if self._keys is not None and not self._keys.allow(function.name, trigger.auth_level, given):
            return web.Response(status=401)
        limit = self._settings.http.max_concurrent_requests
        if 0 <= limit <= self._running:
            return web.Response(status=429)
        self._running += 1
        started = time.perf_counter()
        try:
            value = await _to_datum(request, parameters)
            returned = await self._invoke(
                function.id, function.argument, value, {}, request.headers.get("traceparent", "")
            )
            response = _to_response(returned)
        except runtime.InvocationFailedError as error:
            self._log.failed(function.name, error)
            response = web.Response(status=500)
        finally:
            self._running -= 1
        self._log.done(function.name, time.perf_counter() - started, status=response.status)
        return response

    def _cors_headers(self, request: web.Request) -> dict[str, str]:
        origin = request.headers.get("Origin", "")
        if not origin or not ("*" in self._cors or origin in self._cors):
            return {}
        return {
            "Access-Control-Allow-Origin": "*" if "*" in self._cors else origin,
            "Access-Control-Allow-Methods": request.headers.get("Access-Control-Request-Method", "*"),
            "Access-Control-Allow-Headers": request.headers.get("Access-Control-Request-Headers", "*"),
            "Access-Control-Expose-Headers": "*",
            "Vary": "Origin",
        }


async def _to_datum(request: web.Request, parameters: Mapping[str, str]) -> Any:
    """The body only arrives with a Content-Length, as in Azure; repeated query values are joined by commas."""
    body = await request.read() if request.content_length else b""
    query = {name: ",".join(request.query.getall(name)) for name in request.query}
    texts = {
        "headers": {name.lower(): ",".join(request.headers.getall(name)) for name in request.headers},
        "params": parameters,
        "query": {name: value for name, value in query.items() if value},
    }
    value = {
        "method": runtime.datum(request.method, "string"),
        "url": runtime.datum(str(request.url), "string"),
        "body": runtime.datum(body, "bytes"),
        **{kind: {name: runtime.datum(text, "string") for name, text in one.items()} for kind, one in texts.items()},
    }
    return runtime.datum(value, "http")


def _to_response(returned: Any) -> web.Response:
    """An ``HttpResponse`` as it is; a bare text as text."""
    if returned is None or returned.type != "http":
        return web.Response(text="" if returned is None else str(returned.value))
    http = returned.value
    body = http["body"].value if http.get("body") else b""
    response = web.Response(
        status=int(http["status_code"].value), body=body.encode() if isinstance(body, str) else bytes(body or b"")
    )
    for name, value in http["headers"].items():
        response.headers[name] = value.value
    for cookie in http.get("cookies") or ():
        _add_cookie(response, cookie)
    return response


def _add_cookie(response: web.Response, cookie: SimpleCookie) -> None:
    for morsel in cookie.values():
        response.headers.add("Set-Cookie", morsel.OutputString())
