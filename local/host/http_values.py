"""HTTP requests and responses as the runtime has them."""

from collections.abc import Mapping
from http.cookies import SimpleCookie
from typing import Any

from aiohttp import web

from local.host.runtime import datum

MAX_BODY = 104_857_600
"""Bytes; Microsoft's host refuses more."""


async def to_datum(request: web.Request, parameters: Mapping[str, str]) -> Any:
    """A request as a function gets it.

    The body arrives only with a Content-Length, as in Azure; repeated query values are joined by commas, empty ones
    left out; names of headers are in lower case. Answers 413 by raising when the body is announced as too large.
    """
    if (request.content_length or 0) > MAX_BODY:
        raise web.HTTPRequestEntityTooLarge(MAX_BODY, request.content_length or 0)
    body = await request.read() if request.content_length else b""
    query = {name: ",".join(request.query.getall(name)) for name in request.query}
    return datum(
        {
            "method": datum(request.method, "string"),
            "url": datum(str(request.url), "string"),
            "body": datum(body, "bytes"),
            "headers": _texts({name.lower(): ",".join(request.headers.getall(name)) for name in request.headers}),
            "params": _texts(parameters),
            "query": _texts({name: value for name, value in query.items() if value}),
        },
        "http",
    )


def to_response(returned: Any) -> web.Response:
    """An ``HttpResponse`` as it is; a bare text as text."""
    if returned is None or returned.type != "http":
        return web.Response(text="" if returned is None else str(returned.value))
    http = returned.value
    response = web.Response(status=int(http["status_code"].value), body=http["body"].value)
    for name, value in http["headers"].items():
        response.headers[name] = value.value
    for cookie in http["cookies"] or ():
        _add_cookie(response, cookie)
    return response


def _add_cookie(response: web.Response, cookie: SimpleCookie) -> None:
    for morsel in cookie.values():
        response.headers.add("Set-Cookie", morsel.OutputString())


def _texts(values: Mapping[str, str]) -> dict[str, Any]:
    return {name: datum(value, "string") for name, value in values.items()}
