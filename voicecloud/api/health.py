"""Whether the voice cloud works."""

from aiohttp import web

from shared.errors import VoiceError
from voicecloud.api.http import Route, json_response, services


async def health(request: web.Request) -> object:
    """200 when storage answers, else 503; failing webhook endpoints are shown but do not make it unhealthy."""
    storage = "ok"
    try:
        await services(request).tables.check()
    except VoiceError as error:
        storage = error.code
    document = {
        "state": "ok" if storage == "ok" else "failed",
        "storage": storage,
        "webhooks": services(request).webhooks.health(),
    }
    return json_response(document, 200 if storage == "ok" else 503)


ROUTES = [Route("GET", "/health", health, public=True)]
