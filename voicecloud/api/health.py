"""Whether the voice cloud works."""

from aiohttp import web

from shared.errors import VoiceError
from voicecloud.api.http import Route, json_response, services


async def health(request: web.Request) -> object:
    """200 when storage answers, audio can be had and calls are taken, else 503.

    Failing webhook endpoints do not make it unhealthy.
    """
    storage = "ok"
    try:
        await services(request).tables.check()
    except VoiceError as error:
        storage = error.code
    telephony = services(request).telephony
    platform, media = telephony.engine.platform, "ok" if telephony.gateway.is_up else "media-down"
    failed = storage != "ok" or media != "ok"
    state = "failed" if failed else "draining" if platform.draining else "ok"
    document = {
        "state": state,
        "storage": storage,
        "media": media,
        "calls": platform.call_count,
        "malformedPackets": telephony.gateway.malformed_packets,
        "webhooks": services(request).webhooks.health(),
    }
    return json_response(document, 200 if state == "ok" else 503)


ROUTES = [Route("GET", "/health", health, public=True)]
