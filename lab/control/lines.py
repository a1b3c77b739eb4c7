"""A person outside with a browser tab as telephone: reachable at a number, with their own voice. For local use only."""

import asyncio
import re
from typing import Any

from aiohttp import web

from lab.control.asking import lab
from lab.people.lines import Line, LineCall, Lines
from shared.errors import InvalidInput
from shared.numbers import from_network
from voicecloud import wire
from voicecloud.api import bodies
from voicecloud.api.http import Route, body, json_response, services
from voicecloud.organisation.model import required

COMMENT_S = 2.0
"""A tab that is gone shows when something is written to it."""
NUMBER = re.compile(r"\+[0-9]{5,15}")


def _lines(request: web.Request) -> Lines:
    return lab(request).lines


def _number(request: web.Request) -> str:
    """Raises InvalidInput ``field-value``."""
    number = from_network(request.match_info["number"], services(request).directory.organisation.region)
    if not NUMBER.fullmatch(number):
        raise InvalidInput("field-value", "a number is written as +358401234567, or as people here write it")
    return number


async def events(request: web.Request) -> web.StreamResponse:
    """``text/event-stream``: all calls of this number, again with each change. It is reachable as long as it runs."""
    stream = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    async with _lines(request).open(_number(request)) as line:
        await stream.prepare(request)
        try:
            await _tell(request, stream, line)
        except ConnectionError:
            return stream
    return stream


async def _tell(request: web.Request, stream: web.StreamResponse, line: Line) -> None:
    """Until the tab is gone."""
    while request.transport and not request.transport.is_closing():
        changed = line.changed
        calls = [_call(request, one) for one in line.calls.values()]
        await stream.write(f"event: calls\ndata: {wire.written(calls)}\n\n".encode())
        while not changed.is_set():
            try:
                async with asyncio.timeout(COMMENT_S):
                    await changed.wait()
            except TimeoutError:
                await stream.write(b": here\n\n")


def _call(request: web.Request, call: LineCall) -> dict[str, Any]:
    media = services(request).telephony.gateway.media(call.leg_id)
    return {
        "CallId": call.call_id,
        "LegId": call.leg_id,
        "Party": call.party,
        "State": call.state.value,
        "Attached": bool(media and media.attached),
    }


async def dial(request: web.Request) -> object:
    """``{Number}``: the person calls a number of ours. 201 with the call."""
    call = _lines(request).dial(_number(request), required(await body(request), "Number"))
    await services(request).telephony.records.kept(call.call_id)
    return json_response(_call(request, call), 201)


async def media(request: web.Request) -> web.StreamResponse:
    """An SDP offer for one of the person's calls; 201 with the answer (RFC 9725)."""
    leg_id = _lines(request).find(_number(request), request.match_info["leg"]).leg_id
    try:
        offer = await bodies.text(request)
    except UnicodeError:
        raise InvalidInput("sdp-malformed", "the offer is not text") from None
    answer = await services(request).telephony.gateway.offer(leg_id, offer)
    return web.Response(text=answer.sdp, status=201, content_type="application/sdp")


async def answer(request: web.Request) -> object:
    _lines(request).answer(_number(request), request.match_info["leg"])
    return {}


async def hang_up(request: web.Request) -> object:
    """Declines a call that rings."""
    _lines(request).hang_up(_number(request), request.match_info["leg"])
    return {}


ROUTES = [
    Route("GET", "/control/api/lines/{number}/events", events, public=True),
    Route("POST", "/control/api/lines/{number}/calls", dial, public=True),
    Route("POST", "/control/api/lines/{number}/legs/{leg}/media", media, public=True),
    Route("POST", "/control/api/lines/{number}/legs/{leg}/answer", answer, public=True),
    Route("POST", "/control/api/lines/{number}/legs/{leg}/hangup", hang_up, public=True),
]
