"""The web application: routes over services, and the work that goes on behind them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from aiohttp import web

from voicecloud.api import callbacks, discovery, health, users
from voicecloud.api.http import LIMITER, SERVICES, Route, errors_as_json, register
from voicecloud.api.limits import RateLimiter
from voicecloud.bootstrap import Services

ROUTES: list[Route] = [*health.ROUTES, *discovery.ROUTES, *users.ROUTES, *callbacks.ROUTES]


def build(services: Services) -> web.Application:
    """The application of running services. Its background work starts and stops with it."""
    app = web.Application(middlewares=[errors_as_json])
    app[SERVICES] = services
    app[LIMITER] = RateLimiter(services.settings.rate_limit_per_minute)
    register(app, ROUTES)
    app.cleanup_ctx.append(_background(services))
    return app


def _background(services: Services) -> Callable[[web.Application], AsyncIterator[None]]:
    async def running(app: web.Application) -> AsyncIterator[None]:
        await services.callbacks.recover()
        task = asyncio.create_task(services.webhooks.run())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    return running
