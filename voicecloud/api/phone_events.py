"""The event stream of a phone, read by browsers of other origins (docs/live-calls.md)."""

import asyncio
import json
from collections.abc import Awaitable

from aiohttp import web

from shared.errors import Unauthorised, VoiceError
from voicecloud.api.http import Route, refused, services, trust

EVENTS = "/phone/events"
COMMENT_EVERY_S = 10.0
WRITE_WITHIN_S = 10.0
CORS_S = 600


async def events(request: web.Request) -> web.StreamResponse:
    """Server-sent events (HTML, section 9.2): always the whole latest state, until the session is over."""
    answer = web.StreamResponse(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no", **_cors(request)})
    answer.content_type = "text/event-stream"
    try:
        await _tell(request, answer)
    except VoiceError as error:
        if answer.prepared:
            return answer  # their user was removed
        shown = refused(error)
        shown.headers.update(_cors(request))
        return shown
    except ConnectionError:
        return answer  # whoever has read it is gone, or was cut off
    return answer


async def events_allowed(request: web.Request) -> object:
    """What browsers ask before they read the stream of another origin (Fetch, CORS preflight)."""
    allowed = {
        "Access-Control-Allow-Methods": "GET",
        "Access-Control-Allow-Headers": "Authorization, Last-Event-ID, Cache-Control",
        "Access-Control-Max-Age": str(CORS_S),
    }
    return web.Response(status=204, headers={**_cors(request), **allowed})


async def _tell(request: web.Request, answer: web.StreamResponse) -> None:
    """Raises what ``WebTerminalSessions.stream`` does before the answer begins, ConnectionError afterwards."""
    phones, seen = services(request).phones, request.headers.get("Last-Event-ID", "")
    try:
        async with phones.sessions.stream(_ticket(request)) as user_id:
            trust(request)
            await answer.prepare(request)
            while True:
                document = await phones.states.changed(user_id, seen, COMMENT_EVERY_S)
                is_new, seen = document["version"] != seen, document["version"]
                text = f"event: state\nid: {seen}\ndata: {json.dumps(document)}\n\n" if is_new else ": here\n\n"
                await _written(request, answer.write(text.encode()))
    except TimeoutError:
        await _written(request, answer.write_eof())


async def _written(request: web.Request, writing: Awaitable[None]) -> None:
    """A reader too slow to take anything is cut off: there would be no end to what is kept for them."""
    try:
        async with asyncio.timeout(WRITE_WITHIN_S):
            await writing
    except TimeoutError:
        if request.transport:
            request.transport.abort()
        raise ConnectionAbortedError from None


def _ticket(request: web.Request) -> str:
    scheme, _, ticket = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthorised("rte-token", "a ticket is needed")
    return ticket


def _cors(request: web.Request) -> dict[str, str]:
    origin = request.headers.get("Origin", "")
    allowed = {"Access-Control-Allow-Origin": origin} if origin in services(request).settings.phone_origins else {}
    return {"Vary": "Origin", **allowed}


ROUTES = [Route("GET", EVENTS, events, public=True)]
PREFLIGHT = [Route("OPTIONS", EVENTS, events_allowed, public=True)]
