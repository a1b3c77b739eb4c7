"""HTTP triggers: routes are tried in the order of function names; then key, switch, throttle, call."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from aiohttp import web

from local.host.cors import Cors
from local.host.http_values import to_datum, to_response
from local.host.indexing import Function, HttpTrigger
from local.host.invocation import Invoker
from local.host.keys import Keys, given_key
from local.host.runtime import InvocationFailedError
from local.host.settings import HttpOptions

HOMEPAGE = "The Functions app is up and running."


class TooManyError(Exception):
    """More requests wait than ``maxOutstandingRequests`` allows."""


class Throttle:
    """At most ``maxConcurrentRequests`` at once, at most ``maxOutstandingRequests`` with those that wait."""

    def __init__(self, options: HttpOptions) -> None:
        self._slots = asyncio.Semaphore(_or_endless(options.max_concurrent_requests))
        self._limit = _or_endless(options.max_outstanding_requests)
        self._outstanding = 0

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Waits for its turn. Raises TooManyError."""
        if self._outstanding >= self._limit:
            raise TooManyError
        self._outstanding += 1
        try:
            async with self._slots:
                yield
        finally:
            self._outstanding -= 1


class HttpTriggers:
    """Answers every request outside ``/admin``. ``keys`` None opens every function."""

    def __init__(
        self,
        functions: Sequence[Function],
        invoke: Invoker,
        options: HttpOptions,
        *,
        keys: Keys | None,
        cors: Cors,
        homepage: bool = True,
    ) -> None:
        self._functions = [(one, one.trigger) for one in functions if isinstance(one.trigger, HttpTrigger)]
        self._invoke = invoke
        self._options = options
        self._throttle = Throttle(options)
        self._keys = keys
        self._cors = cors
        self._homepage = homepage

    async def answer(self, request: web.Request) -> web.Response:
        """The response of the function whose route and method match first."""
        if preflight := self._cors.preflight(request):
            return preflight
        response = await self._dispatch(request)
        for name, value in {**self._options.custom_headers, **self._cors.headers(request)}.items():
            response.headers.setdefault(name, value)
        return response

    async def _dispatch(self, request: web.Request) -> web.Response:
        if request.path == "/" and self._homepage:
            return web.Response(text=HOMEPAGE)
        for function, trigger in self._functions:
            parameters = trigger.route.match(request.path)
            if parameters is not None and request.method in trigger.methods:
                return await self._admit(function, trigger, request, parameters)
        return web.Response(status=204 if request.path == "/" else 404)

    async def _admit(
        self, function: Function, trigger: HttpTrigger, request: web.Request, parameters: Mapping[str, str]
    ) -> web.Response:
        if self._keys is not None and not self._keys.allow(function.name, trigger.auth_level, given_key(request)):
            return web.Response(status=401)
        if function.disabled:
            return web.Response(status=404)
        try:
            async with self._throttle.slot():
                value = await to_datum(request, parameters)
                trace_parent = request.headers.get("traceparent", "")
                return to_response(await self._invoke.call(function, value, trace_parent=trace_parent))
        except TooManyError:
            return web.Response(status=429)
        except InvocationFailedError:
            return web.Response(status=500)


def _or_endless(limit: int) -> int:
    return limit if limit >= 0 else sys.maxsize
