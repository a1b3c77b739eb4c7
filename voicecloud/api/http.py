"""How every resource is served: routes, authentication, JSON in and out, errors as JSON."""

import binascii
import logging
from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from aiohttp import web

from shared.errors import InvalidInput, Limited, Throttled, Unauthorised, VoiceError
from voicecloud import wire
from voicecloud.api import bodies
from voicecloud.api.limits import RateLimiter
from voicecloud.bootstrap import VoiceCloudServices
from voicecloud.organisation.model import User
from voicecloud.serving import Connections

SERVICES = web.AppKey("services", VoiceCloudServices)
LIMITER = web.AppKey("limiter", RateLimiter)
CONNECTIONS = web.AppKey("connections", Connections)
CALLER = web.RequestKey("caller", User)

Handler = Callable[[web.Request], Awaitable[object]]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Route:
    """``public`` needs no HTTP Basic. A path answers with and without a slash at its end, as the original does, and
    with two at its beginning: clients join them to an address that ends with one."""

    method: str
    path: str
    handler: Handler
    public: bool = False


def register(app: web.Application, routes: list[Route]) -> None:
    for route in routes:
        for path in (route.path, f"{route.path}/", f"/{route.path}", f"/{route.path}/"):
            app.router.add_route(route.method, path, answering(route))


def services(request: web.Request) -> VoiceCloudServices:
    return request.app[SERVICES]


def caller(request: web.Request) -> User:
    """Who asks, on routes that are not public."""
    return request[CALLER]


def trust(request: web.Request) -> None:
    """The connection has shown credentials: it does not make room for strangers' ones."""
    request.app[CONNECTIONS].trust(request)


async def body(request: web.Request) -> Mapping[str, Any]:
    """The JSON object sent. Raises InvalidInput ``malformed-json``, ``text-characters``, and what ``bodies`` does."""
    try:
        text = await bodies.text(request)
    except UnicodeError as error:
        raise InvalidInput("malformed-json", "the body is not text") from error
    document = wire.read(text)
    if not isinstance(document, dict):
        raise InvalidInput("malformed-json", "the body is not a JSON object")
    return document


def answering(route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(request: web.Request) -> web.StreamResponse:
        if not route.public:
            request[CALLER] = _authenticated(request)
        result = await route.handler(request)
        return result if isinstance(result, web.StreamResponse) else json_response(result)

    return answer


def _authenticated(request: web.Request) -> User:
    user_name, secret_key = _basic(request.headers.get("Authorization", ""))
    user = services(request).accounts.authenticate(user_name, secret_key)
    trust(request)
    request.app[LIMITER].take(user.id)
    return user


def _basic(header: str) -> tuple[str, str]:
    """User name and key of RFC 7617; the name may not hold a colon, the key may."""
    scheme, _, encoded = header.partition(" ")
    try:
        user_name, colon, secret_key = b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        colon = ""
    if scheme.lower() != "basic" or not colon:
        raise Unauthorised("secret-key", "HTTP Basic with user name and secret key is needed")
    return user_name, secret_key


def json_response(document: object, status: int = 200) -> web.Response:
    return web.Response(text=wire.written(document), status=status, content_type="application/json")


@web.middleware
async def errors_as_json(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """``{"Status", "Code", "Message"}``; 401 asks for Basic, 429 says when to come back."""
    request.app[CONNECTIONS].spoke(request)
    try:
        return await handler(request)
    except VoiceError as error:
        return refused(error)
    except web.HTTPException as error:
        if error.status < HTTPStatus.BAD_REQUEST:
            raise
        return _error(HTTPStatus(error.status), error.reason.lower().replace(" ", "-"), error.reason)
    except Exception:
        log.exception("request failed", extra={"method": request.method, "route": _route_of(request)})
        return _error(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "the request failed; the log says why")


def refused(error: VoiceError) -> web.Response:
    if isinstance(error, Throttled | Limited):
        answer = _error(HTTPStatus.TOO_MANY_REQUESTS, error.code, error.message)
        answer.headers["Retry-After"] = str(max(1, round(error.retry_after_s)))
        return answer
    answer = _error(error.status, error.code, error.message)
    if error.status is HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = 'Basic realm="EnreachAPI"'
    return answer


def _error(status: HTTPStatus, code: str, message: str) -> web.Response:
    return json_response({"Status": int(status), "Code": code, "Message": message}, status)


def _route_of(request: web.Request) -> str:
    """The pattern, not the path: paths may hold numbers and tokens."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else ""
