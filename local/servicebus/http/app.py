"""The application on the HTTP port: which answers it gives, and what errors become."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from local.servicebus.core.errors import BrokerError
from local.servicebus.http.admin import Administration
from local.servicebus.http.control import control_routes
from local.servicebus.server.broker import Broker

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make_app(broker: Broker) -> web.Application:
    """``GET /health``, the switches, and entity management under every other path."""
    app = web.Application(middlewares=[_errors_to_answers])
    app.add_routes([web.get("/health", _health), *control_routes(broker), *Administration(broker).routes()])
    return app


async def _health(_: web.Request) -> web.Response:
    return web.json_response({"status": "healthy"})


@web.middleware
async def _errors_to_answers(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except BrokerError as refusal:
        return _error(refusal.status, str(refusal))
    except (ValueError, KeyError, TypeError) as problem:
        return _error(400, f"{type(problem).__name__}: {problem}")


def _error(status: int, detail: str) -> web.Response:
    text = f"<Error><Code>{status}</Code><Detail>{_escaped(detail)}</Detail></Error>"
    return web.Response(text=text, status=status, content_type="application/xml")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
