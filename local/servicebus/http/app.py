"""Routes of the HTTP port."""

from aiohttp import web

from local.servicebus.server.broker import Broker


def make_app(broker: Broker) -> web.Application:
    """``GET /health`` and the rest, on one broker."""

    async def health(_: web.Request) -> web.Response:
        return web.json_response({"status": "healthy"})

    app = web.Application()
    app.router.add_get("/health", health)
    return app
