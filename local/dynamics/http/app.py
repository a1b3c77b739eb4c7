"""The applications: the Web API alone for programs, and the same with pages for people."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from local.dynamics.environment import Environment
from local.dynamics.http.events import ChangeStream
from local.dynamics.http.first_call import PATH as FIRST_CALL
from local.dynamics.http.first_call import FirstCall
from local.dynamics.http.switches import Switches
from local.dynamics.http.web_api import WebApi
from local.dynamics.odata.messages import ROOT

PAGES = Path(__file__).parents[1] / "pages"
MAX_BODY = 64 * 1024 * 1024
MAX_LINE = 32_768
"""The longest address the service takes outside a batch."""

CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data:; frame-src {channel}; base-uri 'none'; form-action {sign_in};"
    " frame-ancestors 'self'"
)
CHANNEL = web.AppKey("channel", str)
SIGN_IN = web.AppKey("sign-in", str)
LIBRARY = "/webresources/Widget/msdyn_ciLibrary.js"
"""Where panels load the Channel Integration Framework from."""


def application(
    environment: Environment,
    *,
    pages: bool,
    faults: bool = True,
    channel_url: str = "",
    first_call: FirstCall | None = None,
) -> web.Application:
    """With ``pages``, for people on plain HTTP. ``faults``: whether the environment can be broken on purpose.
    ``channel_url``: the panel of the channel provider. ``first_call``: what a newcomer is led to."""
    app = web.Application(client_max_size=MAX_BODY, handler_args={"max_line_size": MAX_LINE})
    web_api = WebApi(environment, with_pages=pages)
    events = ChangeStream(environment.store)

    async def close(_app: web.Application) -> None:
        await events.close()

    app.on_shutdown.append(close)
    app.router.add_route("*", f"{ROOT}", web_api.handle)
    app.router.add_route("*", f"{ROOT}/{{path:.*}}", web_api.handle)
    app.add_routes(Switches(environment).routes(with_faults=faults))
    app.router.add_get("/stand-in/events", events.stream)
    if pages:
        app.middlewares.append(_protected)
        app[CHANNEL] = channel_url
        app[SIGN_IN] = origin(first_call.sign_in_url) if first_call else ""
        app.add_routes([web.get("/", _index), web.static("/page", PAGES)])
        app.add_routes([web.get("/stand-in/channel", _channel), web.get(LIBRARY, _library)])
        app.add_routes(first_call.routes() if first_call else [web.get(FIRST_CALL, _no_first_call)])
    return app


def origin(url: str) -> str:
    """``scheme://host:port`` of an address; empty without one."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


@web.middleware
async def _protected(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    response = await handler(request)
    if not response.prepared:
        channel = origin(request.app[CHANNEL]) or "'none'"
        sign_in = f"'self' {request.app[SIGN_IN]}" if request.app[SIGN_IN] else "'none'"
        response.headers["Content-Security-Policy"] = CONTENT_POLICY.format(channel=channel, sign_in=sign_in)
        response.headers["Cache-Control"] = "no-cache"
    return response


async def _channel(request: web.Request) -> web.Response:
    """``{channelUrl}``: what an administrator has configured as the channel provider."""
    return web.json_response({"channelUrl": request.app[CHANNEL]})


async def _library(_request: web.Request) -> web.FileResponse:
    return web.FileResponse(PAGES / "ci-library.js")


async def _index(_request: web.Request) -> web.FileResponse:
    return web.FileResponse(PAGES / "index.html")


async def _no_first_call(_request: web.Request) -> web.Response:
    """Nobody is led anywhere."""
    return web.json_response(None)
