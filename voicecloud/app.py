"""The web application: routes over services, and the work that goes on behind them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from aiohttp import web

from voicecloud.api import (
    availability,
    bodies,
    callbacks,
    calls,
    classification,
    communication,
    directory,
    discovery,
    health,
    phone,
    phone_events,
    prompts,
    queues,
    rte,
    users,
)
from voicecloud.api.http import CONNECTIONS, LIMITER, SERVICES, Route, errors_as_json, register
from voicecloud.api.limits import RateLimiter
from voicecloud.bootstrap import VoiceCloudServices
from voicecloud.serving import Connections, room_for, with_headers

ROUTES: list[Route] = [
    *health.ROUTES,
    *discovery.ROUTES,
    *users.ROUTES,
    *availability.ROUTES,
    *communication.ROUTES,
    *queues.ROUTES,
    *prompts.ROUTES,
    *calls.ROUTES,
    *callbacks.ROUTES,
    *classification.ROUTES,
    *directory.ROUTES,
    *rte.ROUTES,
    *phone.ROUTES,
    *phone_events.ROUTES,
]
"""The API; ``openapi.yaml`` describes each of them."""


def build(services: VoiceCloudServices) -> web.Application:
    """The application of running services. Its background work starts and stops with it."""
    app = web.Application(middlewares=[errors_as_json], client_max_size=bodies.LARGEST)
    app[SERVICES] = services
    app[CONNECTIONS] = Connections(room_for(services.settings.connections))
    app[LIMITER] = RateLimiter(services.settings.rate_limit_per_minute)
    register(app, [*ROUTES, *phone_events.PREFLIGHT])
    app.on_response_prepare.append(with_headers)
    app.cleanup_ctx.append(_background(services))
    return app


def _background(services: VoiceCloudServices) -> Callable[[web.Application], AsyncIterator[None]]:
    async def running(app: web.Application) -> AsyncIterator[None]:
        await services.accounts.load()
        await services.callbacks.recover()
        await services.telephony.start()
        task = asyncio.create_task(_work(services))
        await services.telephony.gateway.started()
        for guest in services.telephony.guests:
            await guest.start()
        yield
        await services.telephony.drain(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    return running


async def _work(services: VoiceCloudServices) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(services.webhooks.run())
        group.create_task(services.telephony.run())
        group.create_task(services.reloading.run())
