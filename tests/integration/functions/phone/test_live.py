"""The app on the real voice cloud: an agent's phone through a whole call (A4, C1, C2, C5)."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest_asyncio
from aiortc import AudioStreamTrack, RTCPeerConnection, RTCSessionDescription

from tests.fixtures.calls import MATTI, MATTI_NUMBER
from tests.fixtures.functions_host import running_host
from tests.fixtures.live_phone import ANNA_OBJECT, DAVID_OBJECT
from tests.fixtures.people import token_of
from tests.fixtures.processes import ROOT
from tests.fixtures.world import World, eventually

ANNAS_NUMBER = "+35891001001"


def new_call_id() -> str:
    """A UUID of version 7 (RFC 9562, section 5.7)."""
    random = int.from_bytes(os.urandom(10))
    value = (int(time.time() * 1000) << 80) | random
    return str(UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | (0x7 << 76) | (0x2 << 62)))


@dataclass
class Phone:
    """Anna's open phone."""

    world: World
    browser: httpx.AsyncClient
    stranger: httpx.AsyncClient
    session: dict[str, Any]

    @property
    def own(self) -> dict[str, str]:
        return {"Phone-Session": self.session["sessionId"]}

    async def state(self) -> dict[str, Any]:
        path = f"/phone/session/{self.session['sessionId']}/state"
        shown: dict[str, Any] = (await self.browser.get(path)).raise_for_status().json()
        return shown

    async def call(self, call_id: str) -> dict[str, Any]:
        """One call of her state; nothing when it is not there."""
        return next((one for one in (await self.state())["calls"] if one["callId"] == call_id), {})

    async def becomes(self, call_id: str, state: str) -> dict[str, Any]:
        async def check() -> dict[str, Any]:
            call = await self.call(call_id)
            assert call.get("state") == state
            return call

        return await eventually(check)

    async def does(self, call_id: str, command: str, body: Any = None) -> httpx.Response:
        headers = {**self.own, "Idempotency-Key": str(uuid4())}
        return await self.browser.post(f"/phone/calls/{call_id}/{command}", json=body, headers=headers)

    async def is_called(self) -> str:
        url = f"{self.world.neighbours.voicecloud_url}/control/api/calls"
        answer = await self.world.http.post(url, json={"Number": ANNAS_NUMBER, "From": MATTI_NUMBER})
        return str(answer.raise_for_status().json()["CallId"])


@pytest_asyncio.fixture
async def phone(world: World) -> AsyncIterator[Phone]:
    async with running_host(ROOT, world.environ, auth=True, queues=False) as app:
        browsers = [
            httpx.AsyncClient(
                base_url=f"{app.url}/api", headers={"Authorization": f"Bearer {await token_of(world, who)}"}, timeout=40
            )
            for who in (ANNA_OBJECT, DAVID_OBJECT)
        ]
        opened = await browsers[0].post("/phone/session", json={"sessionId": str(uuid4())})
        assert opened.status_code == 201, opened.text
        yield Phone(world, *browsers, opened.json())
        await browsers[0].delete(f"/phone/session/{opened.json()['sessionId']}")
        for browser in browsers:
            await browser.aclose()


async def test_a_call_rings_is_taken_held_and_hung_up(phone: Phone) -> None:
    """The long poll ends with the ring; every command's answer is the call as it is then."""
    path = f"/phone/session/{phone.session['sessionId']}/state"
    before = await phone.browser.get(path)
    waiting = asyncio.create_task(phone.browser.get(path, headers={"If-None-Match": before.headers["ETag"]}))
    await asyncio.sleep(0.2)
    began = time.monotonic()
    call_id = await phone.is_called()
    rung = await waiting
    assert (rung.status_code, time.monotonic() - began < 10) == (200, True)
    call = await phone.becomes(call_id, "ringing")
    assert (call["direction"], call["party"]["number"]) == ("inbound", MATTI_NUMBER)
    shown = (await phone.browser.get(f"/phone/calls/{call_id}")).json()
    assert [one["id"] for one in shown["caller"]["matches"]] == [MATTI]
    assert (await phone.does(call_id, "answer")).json()["call"]["state"] == "connected"
    assert (await phone.does(call_id, "hold")).json()["call"]["state"] == "held"
    forbidden = await phone.does(call_id, "hold")
    assert (forbidden.status_code, forbidden.json()["code"]) == (409, "not-in-this-state")
    assert forbidden.json()["state"] == "held"
    assert (await phone.does(call_id, "resume")).json()["call"]["state"] == "connected"
    assert (await phone.does(call_id, "hangup")).status_code == 200
    ended = await phone.becomes(call_id, "ended")
    assert ended["reason"]


async def test_the_same_command_twice_is_one(phone: Phone) -> None:
    """A repeated request gives the first answer, whatever has become of the call."""
    call_id = await phone.is_called()
    await phone.becomes(call_id, "ringing")
    headers = {**phone.own, "Idempotency-Key": "once"}
    first = await phone.browser.post(f"/phone/calls/{call_id}/answer", headers=headers)
    again = await phone.browser.post(f"/phone/calls/{call_id}/answer", headers=headers)
    assert (first.status_code, again.status_code, first.json()) == (200, 200, again.json())
    await phone.does(call_id, "hangup")


async def test_a_call_is_dialled_once_however_often_it_is_sent(phone: Phone) -> None:
    """By the id the phone has made; a pool's number is shown; the far end's answer connects."""
    call_id, number = new_call_id(), phone.world.new_number()
    dialled = {"callId": call_id, "number": number, "callerNumber": "+35891000100"}
    for _ in range(2):
        answer = await phone.browser.post("/phone/calls", json=dialled, headers=phone.own)
        assert (answer.status_code, answer.json()) == (201, {"callId": call_id}), answer.text
    assert [one["callId"] for one in (await phone.state())["calls"] if one["state"] != "ended"] == [call_id]
    assert (await phone.does(call_id, "hangup")).status_code == 200


async def test_nobody_touches_another_agents_call(phone: Phone) -> None:
    """Neither with their own session nor with the other agent's; unknown calls are unknown."""
    call_id = await phone.is_called()
    await phone.becomes(call_id, "ringing")
    session = str(uuid4())
    assert (await phone.stranger.post("/phone/session", json={"sessionId": session})).status_code == 201
    headers = {"Phone-Session": session, "Idempotency-Key": "k"}
    foreign = await phone.stranger.post(f"/phone/calls/{call_id}/answer", headers=headers)
    assert (foreign.status_code, foreign.json()["code"]) == (403, "call-foreign")
    forged = await phone.stranger.post(f"/phone/calls/{call_id}/answer", headers={**headers, **phone.own})
    assert (forged.status_code, forged.json()["code"]) == (409, "phone-session-lost")
    unknown = await phone.stranger.post(f"/phone/calls/{new_call_id()}/hangup", headers=headers)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "call-unknown")
    assert (await phone.stranger.get(f"/phone/calls/{call_id}")).json()["caller"] is None
    await phone.stranger.delete(f"/phone/session/{session}")
    assert (await phone.call(call_id))["state"] == "ringing"
    await phone.does(call_id, "decline")


async def test_the_event_stream_tells_what_the_long_poll_tells(phone: Phone) -> None:
    """With the ticket of the session, or of a sign of life; the same document on either path."""
    kept = (await phone.browser.put(f"/phone/session/{phone.session['sessionId']}")).json()
    for ticket in (phone.session["events"]["ticket"], kept["events"]["ticket"]):
        headers = {"Authorization": f"Bearer {ticket}"}
        async with phone.world.http.stream("GET", phone.session["events"]["url"], headers=headers) as stream:
            assert stream.status_code == 200
            lines = stream.aiter_lines()
            first = [await anext(lines) for _ in range(3)]
        assert first[0] == "event: state"
        assert first[1] == f"id: {(await phone.state())['version']}"


async def test_offers_that_make_no_sense_are_refused_by_the_gateway(phone: Phone) -> None:
    """The app passes on what begins like a session description; the gateway says that it is none."""
    call_id = await phone.is_called()
    await phone.becomes(call_id, "ringing")
    headers = {**phone.own, "Content-Type": "application/sdp"}
    refused = await phone.browser.post(f"/phone/calls/{call_id}/media", content="v=0\r\nnonsense", headers=headers)
    problem = refused.json()
    assert (refused.status_code, problem["code"], problem["reason"]) == (400, "call-refused", "sdp-malformed")
    assert (await phone.call(call_id))["state"] == "ringing"
    await phone.does(call_id, "decline")


async def offered(phone: Phone, call_id: str) -> tuple[RTCPeerConnection, str]:
    """A peer connection of the phone, answered over the app; and where it is deleted."""
    peer = RTCPeerConnection()
    peer.addTrack(AudioStreamTrack())
    await peer.setLocalDescription(await peer.createOffer())
    headers = {**phone.own, "Content-Type": "application/sdp"}
    path = f"/phone/calls/{call_id}/media"
    answer = await phone.browser.post(path, content=peer.localDescription.sdp, headers=headers)
    assert answer.status_code == 201, answer.text
    await peer.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
    return peer, answer.headers["Location"].removeprefix("/api")


async def test_audio_is_offered_answered_replaced_and_withdrawn(phone: Phone) -> None:
    """The offer answers the ringing call; a second one, as after a reload, takes the place of the first (K1)."""
    call_id = await phone.is_called()
    await phone.becomes(call_id, "ringing")
    first, _ = await offered(phone, call_id)

    async def attached() -> str:
        call = await phone.call(call_id)
        assert (call["state"], call["media"]["attached"]) == ("connected", True)
        return str(call["media"]["id"])

    media_id = await eventually(attached)
    second, address = await offered(phone, call_id)

    async def replaced() -> None:
        now = (await phone.call(call_id))["media"]
        assert (now["attached"], now["id"]) == (True, address.rpartition("/")[2])
        assert now["id"] != media_id

    await eventually(replaced)
    assert (await phone.browser.delete(address, headers=phone.own)).status_code == 204

    async def held() -> None:
        call = await phone.call(call_id)
        assert call["state"] == "connected"
        assert not (call["media"] or {}).get("attached")

    await eventually(held)
    await phone.does(call_id, "hangup")
    for peer in (first, second):
        await peer.close()
