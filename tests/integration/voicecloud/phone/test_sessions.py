"""Who has a phone that is there, and who may read its states (A4)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from lab.people.telephones import Answering
from shared.clock import utc_now
from tests.fixtures.voicecloud import ANNA, BJORN, DAVID, SALES, SALES_NUMBER, RunVoiceCloud, VoiceCloud
from tests.fixtures.web_phones import STAYS, WebPhone, direct_call
from voicecloud.phone.sessions import AUDIENCE, MOST_STREAMS, TICKET_FOR
from voicecloud.rte.tokens import Tokens

PAGES = "http://localhost:7071"
AT_ONCE_S = 8.0
"""Before the ten seconds after which a stream would check by itself."""


@pytest_asyncio.fixture
async def http(voicecloud: VoiceCloud) -> AsyncIterator[httpx.AsyncClient]:
    """A browser: no sign-in."""
    async with httpx.AsyncClient(base_url=voicecloud.url) as client:
        yield client


def may_ring(cloud: VoiceCloud, user_id: str) -> bool:
    return cloud.store.telephony.engine.platform.user_status(user_id).can_be_allocated_to


async def test_a_new_session_ends_the_one_before(voicecloud: VoiceCloud, anna: WebPhone) -> None:
    """Its stream closes at once, it is told nothing more and cannot go on."""
    old = WebPhone(voicecloud, ANNA, anna.session_id, anna.ticket)
    anna.session_id = str(uuid4())
    async with old.events() as states:
        await anext(states)
        await anna.open()
        async with asyncio.timeout(AT_ONCE_S):
            assert [state async for state in states] == []
    answer = await voicecloud.client.put(f"{old.path}/session/{old.session_id}")
    assert (answer.status_code, answer.json()["Code"]) == (404, "phone-session-unknown")
    assert may_ring(voicecloud, ANNA)


async def test_a_closed_phone_does_not_ring(voicecloud: VoiceCloud, anna: WebPhone) -> None:
    """Opened again it does; closing what is closed is refused."""
    path = f"{anna.path}/session/{anna.session_id}"
    async with anna.events() as states:
        await anext(states)
        assert (await voicecloud.client.delete(path)).status_code == 204
        async with asyncio.timeout(AT_ONCE_S):
            assert [state async for state in states] == []
    assert not may_ring(voicecloud, ANNA)
    assert (await voicecloud.client.delete(path)).status_code == 404
    await anna.open()
    assert may_ring(voicecloud, ANNA)


async def test_a_frozen_tab_does_not_ring(run_voicecloud: RunVoiceCloud) -> None:
    """Signs of life keep a phone ringing; without them it is spared even the ring it has, and its stream ends."""
    async with run_voicecloud(phone_lease_s=0.5) as cloud:
        anna = WebPhone(cloud, ANNA)
        await anna.open()
        for _ in range(4):
            await asyncio.sleep(0.2)
            answer = await cloud.client.put(f"{anna.path}/session/{anna.session_id}")
            assert (answer.status_code, answer.json()["LeaseS"]) == (200, 0.5)
        async with anna.events() as states:
            await direct_call(cloud, ANNA)
            await anna.rings()
            async with asyncio.timeout(AT_ONCE_S):
                seen = [state async for state in states]
        assert seen[-1]["calls"][0]["state"] in {"ringing", "ended"}
        assert not may_ring(cloud, ANNA)
        assert (await anna.until(lambda call: call["state"] == "ended"))["reason"] == "Timeout"


async def test_whoever_has_no_telephone_opens_no_session(voicecloud: VoiceCloud) -> None:
    """Refused, and nothing is kept of it; nor of ids that could not stand in a path."""
    answer = await voicecloud.client.post("/users/me/phone/session", json={"SessionId": "s"})
    assert answer.status_code == 404
    for odd in ("", "a/b", "x" * 65, 7, None):
        answer = await voicecloud.client.post(f"/users/{ANNA}/phone/session", json={"SessionId": odd})
        assert answer.status_code == 400, odd
    assert voicecloud.store.phones.sessions.users() == []


async def test_a_phone_is_opened_and_watched_by_its_user_only(voicecloud: VoiceCloud, anna: WebPhone) -> None:
    """The application may do so for them; a colleague is refused."""
    colleague = await voicecloud.signed_in("bjorn.lindqvist@aurorahome.example", "local-password")
    assert (await colleague.get(f"/users/{BJORN}/phone")).status_code == 200
    for method, path in (
        ("GET", anna.path),
        ("POST", f"{anna.path}/session"),
        ("PUT", f"{anna.path}/session/{anna.session_id}"),
        ("DELETE", f"{anna.path}/session/{anna.session_id}"),
        ("POST", f"{anna.path}/calls"),
        ("POST", f"{anna.path}/calls/c/hangup"),
    ):
        answer = await colleague.request(method, path, json={})
        assert (answer.status_code, answer.json()["Code"]) == (403, "foreign-user"), path
    assert (await voicecloud.client.put(f"{anna.path}/session/{anna.session_id}")).status_code == 200


async def test_forged_tickets_open_nothing(voicecloud: VoiceCloud, anna: WebPhone, http: httpx.AsyncClient) -> None:
    """Neither changed ones, nor those of the hub, nor old ones, nor what is no text."""
    hub = (await voicecloud.client.get(f"/token/{ANNA}/rte")).json()["Token"]
    forged = Tokens(bytes(32), utc_now, AUDIENCE).issue(f"{ANNA}/{anna.session_id}")
    for ticket in ("a.b.c", "x", anna.ticket[:-2] + "xx", hub, forged, "\udcff\udcfe", "é.é.é"):
        value = b"Bearer " + ticket.encode(errors="surrogateescape")
        answer = await http.get("/phone/events", headers=[(b"Authorization", value)])
        assert (answer.status_code, answer.json()["Code"]) == (401, "rte-token"), ticket
    assert (await http.get("/phone/events")).status_code == 401


async def test_an_old_ticket_opens_nothing(run_voicecloud: RunVoiceCloud) -> None:
    """It holds for two minutes; each sign of life brings a fresh one."""
    ahead = timedelta()
    async with run_voicecloud(clock=lambda: utc_now() + ahead) as cloud:
        anna = WebPhone(cloud, ANNA)
        await anna.open()
        ahead = TICKET_FOR + timedelta(seconds=2)
        async with httpx.AsyncClient(base_url=cloud.url) as http:
            answer = await http.get("/phone/events", headers={"Authorization": f"Bearer {anna.ticket}"})
            assert answer.status_code == 401
        anna.ticket = (await cloud.client.put(f"{anna.path}/session/{anna.session_id}")).json()["Ticket"]
        async with anna.events() as states:
            assert (await anext(states))["calls"] == []


async def test_only_known_origins_may_read_the_stream(run_voicecloud: RunVoiceCloud) -> None:
    """Browsers ask first; they may read a refusal too, to know what to do."""
    async with run_voicecloud(phone_origins=frozenset({PAGES})) as cloud:
        for origin, allowed in ((PAGES, PAGES), ("http://evil.example", None)):
            asks = {"Origin": origin, "Access-Control-Request-Method": "GET"}
            answer = await cloud.client.options("/phone/events", headers=asks)
            assert (answer.status_code, answer.headers.get("Access-Control-Allow-Origin")) == (204, allowed)
            assert answer.headers["Vary"] == "Origin"
            refused = await cloud.client.get("/phone/events", headers={"Origin": origin})
            assert (refused.status_code, refused.headers.get("Access-Control-Allow-Origin")) == (401, allowed)


async def test_a_session_has_few_streams_at_once(voicecloud: VoiceCloud, anna: WebPhone) -> None:
    """One more ends the oldest: readers that went without a word are not waited for."""
    async with anna.events() as oldest:
        await anext(oldest)
        streams = [anna.events() for _ in range(MOST_STREAMS)]
        states = [await stream.__aenter__() for stream in streams]
        try:
            async with asyncio.timeout(AT_ONCE_S):
                assert [state async for state in oldest] == []
                for one in states:
                    await anext(one)
                await direct_call(voicecloud, ANNA)
                assert [(await anext(one))["calls"][0]["state"] for one in states] == ["ringing"] * MOST_STREAMS
        finally:
            for stream in streams:
                await stream.__aexit__(None, None, None)


async def test_a_simulated_phone_goes_on_without_a_page(voicecloud: VoiceCloud) -> None:
    """David is played by the voice cloud, also after somebody had opened David's phone and closed it."""
    david = WebPhone(voicecloud, DAVID)
    await david.open()
    await voicecloud.client.delete(f"{david.path}/session/{david.session_id}")
    call_id = await direct_call(voicecloud, DAVID)
    assert (await david.until(lambda call: call["state"] == "connected"))["callId"] == call_id


async def test_a_pools_call_is_offered_to_a_phone_that_opens(voicecloud: VoiceCloud) -> None:
    """Whoever waits is rung as soon as somebody is there."""
    for user_id, user in voicecloud.store.directory.users.items():
        if user.is_person and user_id != ANNA:
            await voicecloud.store.telephony.staff.set_accepting(user_id, False)
    await voicecloud.store.telephony.staff.set_queue(SALES, {"NoAgentsAction": None})
    call_id = await voicecloud.call(SALES_NUMBER, STAYS)
    anna = WebPhone(voicecloud, ANNA)
    await anna.open()
    assert (await anna.rings())["callId"] == call_id


@pytest.mark.parametrize("wait", ["x", "nan", "-1", "inf"])
async def test_odd_waits_are_no_waits_or_refused(voicecloud: VoiceCloud, anna: WebPhone, wait: str) -> None:
    """A wait has an upper limit."""
    async with asyncio.timeout(AT_ONCE_S):
        answer = await voicecloud.client.get(anna.path, params={"WaitS": wait, "Version": "other"})
    assert answer.status_code == (400 if wait == "x" else 200)


async def test_a_phone_that_cannot_answer_is_not_rung(voicecloud: VoiceCloud, anna: WebPhone) -> None:
    """Without a microphone it is there, shows its state, and counts as no telephone, until it can answer again (A1)."""
    path = f"{anna.path}/session/{anna.session_id}"
    call_id = await direct_call(voicecloud, ANNA)
    assert (await anna.rings())["callId"] == call_id
    assert (await voicecloud.client.put(path, json={"CanAnswer": False})).status_code == 200
    assert (await anna.until(lambda call: call["state"] == "ended"))["callId"] == call_id
    assert (await voicecloud.client.put(path)).status_code == 200
    assert not may_ring(voicecloud, ANNA)
    assert (await voicecloud.client.put(path, json={"CanAnswer": "no"})).status_code == 400
    assert (await voicecloud.client.put(path, json={"CanAnswer": True})).status_code == 200
    assert may_ring(voicecloud, ANNA)


async def test_a_phone_that_cannot_answer_from_the_beginning_never_rings(voicecloud: VoiceCloud) -> None:
    """Nor after it was opened again by the same session."""
    body = {"SessionId": str(uuid4()), "CanAnswer": False}
    for _ in range(2):
        assert (await voicecloud.client.post(f"/users/{BJORN}/phone/session", json=body)).status_code == 201
        assert not may_ring(voicecloud, BJORN)


async def test_a_pools_call_goes_to_a_real_phone_before_simulated_ones(voicecloud: VoiceCloud, anna: WebPhone) -> None:
    """Anna, less skilled than the simulated David, is rung first; when she declines, David takes the call."""
    call_id = await voicecloud.call(SALES_NUMBER, STAYS, answering=Answering(after_s=0.02))
    assert (await anna.rings())["callId"] == call_id
    await anna.do(call_id, "decline")
    david = WebPhone(voicecloud, DAVID)
    assert (await david.until(lambda call: call["state"] == "connected"))["callId"] == call_id


async def test_nobody_plays_a_user_whose_phone_a_person_has_opened(voicecloud: VoiceCloud) -> None:
    """David's phone rings until the person answers, as long as it is open; then David is simulated again."""
    david = WebPhone(voicecloud, DAVID)
    await david.open()
    quickly = Answering(after_s=0.02)
    call_id = await voicecloud.call(voicecloud.store.directory.user(DAVID).work_number, STAYS, answering=quickly)
    assert (await david.rings())["callId"] == call_id
    await asyncio.sleep(0.2)
    assert [call["state"] for call in (await david.state())["calls"]] == ["ringing"]
    await david.do(call_id, "decline")
    assert (await voicecloud.client.delete(f"{david.path}/session/{david.session_id}")).status_code == 204
    again = await voicecloud.call(voicecloud.store.directory.user(DAVID).work_number, STAYS, answering=quickly)
    assert (await david.until(lambda call: call["state"] == "connected"))["callId"] == again
