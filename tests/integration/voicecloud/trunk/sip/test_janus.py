"""Janus' HTTP API when whoever answers is not Janus, or not in order: a proxy, a plugin of another version."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from shared.errors import Unavailable
from tests.fixtures.sip_line import sip_line
from tests.fixtures.voicecloud import RunVoiceCloud
from tests.fixtures.web_agent import until
from voicecloud.trunk.sip.janus import JanusSession

STRANGE: tuple[Any, ...] = (
    None,
    [],
    [1],
    "busy",
    7,
    {},
    {"error": "busy"},
    {"janus": "error", "error": "busy"},
    {"janus": "success"},
)
EVENTS: tuple[dict[str, Any], ...] = (
    {"plugindata": None},
    {"plugindata": {"data": "x"}},
    {"plugindata": {"data": {"result": "x"}}},
    {"plugindata": {"data": {"result": {"event": "hangup", "code": "x"}}}},
    {"plugindata": {"data": {"result": {"event": "info", "content": [1]}}}},
    {"jsep": "x"},
    {"jsep": {"sdp": 5}, "plugindata": {"data": {"result": {"event": "incomingcall", "headers": "x", "callee": 5}}}},
)


@pytest_asyncio.fixture
async def url() -> AsyncIterator[str]:
    """Answers with the document whose number is in the path."""

    async def answer(request: web.Request) -> web.Response:
        return web.json_response(STRANGE[int(request.match_info["number"])])

    app = web.Application()
    app.router.add_route("*", r"/{number:\d}{rest:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.mark.parametrize("document", STRANGE)
async def test_what_is_no_answer_of_janus_is_no_janus(url: str, document: object) -> None:
    """It is tried again later, as when nobody answers."""
    async with aiohttp.ClientSession() as http:
        session = JanusSession(http, f"{url}/{STRANGE.index(document)}", "")
        for asked in (session.open(), session.attach()):
            with pytest.raises(Unavailable, match="sip-unreachable"):
                await asked
        if document not in ([], {"janus": "success"}):
            with pytest.raises(Unavailable, match="sip-unreachable"):
                await anext(session.events())


async def test_an_event_that_makes_no_sense_ends_nothing(run_voicecloud: RunVoiceCloud) -> None:
    """The trunk goes on, and so does all else that runs beside it."""
    async with sip_line(run_voicecloud) as line:
        for event in EVENTS:
            line.janus.tells_raw({"janus": "event", "sender": 7, **event})
        await until(lambda: line.janus.said[-1] == "decline")
        line.janus.tells("hangup", code="x")
        await until(lambda: line.trunk.is_idle)
        await line.calls()
        assert line.trunk.is_registered
        assert line.cloud.store.telephony.gateway.is_up
        line.janus.tells("hangup", code=487)
        await until(lambda: line.trunk.is_idle)
