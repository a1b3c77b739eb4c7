"""Announcements: made from text or uploaded (I4)."""

from aiohttp import web

from voicecloud.api import bodies, query
from voicecloud.api.http import Route, body, caller, services
from voicecloud.api.queues import require_manager
from voicecloud.organisation.model import required
from voicecloud.prompts.service import CONTENT_TYPE


async def prompts(request: web.Request) -> object:
    return services(request).prompts.all()


async def write(request: web.Request) -> object:
    require_manager(caller(request))
    document = await body(request)
    name, text = str(document.get("Name") or ""), required(document, "Text")
    made = await services(request).prompts.write(request.match_info["id"], name, text)
    await services(request).telephony.staff.prompts_changed()
    return made


async def upload(request: web.Request) -> object:
    require_manager(caller(request))
    audio = await bodies.content(request, bodies.LARGEST_AUDIO, bodies.AUDIO_WITHIN_S)
    made = await services(request).prompts.upload(request.match_info["id"], query.text(request, "Name"), audio)
    await services(request).telephony.staff.prompts_changed()
    return made


async def listen(request: web.Request) -> object:
    audio = await services(request).prompts.audio(request.match_info["id"])
    return web.Response(body=audio, content_type=CONTENT_TYPE)


ROUTES = [
    Route("GET", "/prompts", prompts),
    Route("PUT", "/prompts/{id}", write),
    Route("PUT", "/prompts/{id}/audio", upload),
    Route("GET", "/prompts/{id}/audio", listen),
]
