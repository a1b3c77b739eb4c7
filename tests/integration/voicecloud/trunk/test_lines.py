"""A person outside at a browser tab: calls, is called, and is heard."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from aiohttp import ClientSession, ClientTimeout

from tests.fixtures.media import Voice, voices
from tests.fixtures.voicecloud import SUPPORT_NUMBER, VoiceCloud
from tests.fixtures.web_agent import AGENT_HZ, ANNAS, answers, dials, until, web_agent

NUMBER = "+358409998877"
PERSON_HZ = 600.0
NEAR_HZ = 15.0


async def post(cloud: VoiceCloud, path: str, **body: Any) -> httpx.Response:
    return await cloud.client.post(f"/control/api/lines/{NUMBER}/{path}", json=body)


@asynccontextmanager
async def reachable(cloud: VoiceCloud, number: str = NUMBER) -> AsyncIterator[list[Any]]:
    """The tab's event stream; the last entry is what it shows."""
    shown: list[Any] = []

    async def follow() -> None:
        url = f"{cloud.url}/control/api/lines/{number}/events"
        async with ClientSession(timeout=ClientTimeout(total=None)) as client, client.get(url) as stream:
            async for line in stream.content:
                shown.extend([json.loads(line[6:])] if line.startswith(b"data: ") else [])

    task = asyncio.ensure_future(follow())
    await until(lambda: shown)
    try:
        yield shown
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def speaks(cloud: VoiceCloud, voice: Voice, leg_id: str) -> None:
    async def offer(sdp: str) -> str:
        path = f"{cloud.url}/control/api/lines/{NUMBER}/legs/{leg_id}/media"
        answer = await cloud.client.post(path, content=sdp, headers={"Content-Type": "application/sdp"})
        assert answer.status_code == 201, answer.text
        return answer.text

    await voice.call(offer)


async def test_a_person_calls_an_agent_and_they_hear_each_other(voicecloud: VoiceCloud) -> None:
    """From the tab's first offer on; when the person hangs up the call is over for both."""
    async with reachable(voicecloud) as shown, web_agent(voicecloud) as anna, voices(PERSON_HZ) as [person]:
        call = (await post(voicecloud, "calls", Number=ANNAS)).json()
        await speaks(voicecloud, person, call["LegId"])
        await answers(voicecloud, anna, call["CallId"])
        await until(lambda: shown[-1] and shown[-1][0]["State"] == "talking")
        assert abs((await anna.listen())[0] - PERSON_HZ) < NEAR_HZ
        assert abs((await person.listen())[0] - AGENT_HZ) < NEAR_HZ
        await person.press("7")
        await until(lambda: anna.keys == ["7"])
        assert (await post(voicecloud, f"legs/{call['LegId']}/hangup")).status_code == 200
        await until(lambda: shown[-1] == [])
        assert voicecloud.store.telephony.engine.platform.live_call(call["CallId"]) is None


async def test_a_person_is_reached_however_the_number_is_written(voicecloud: VoiceCloud) -> None:
    """The tab is opened under a national spelling; whoever calls dials another one."""
    async with reachable(voicecloud, "040 999 8877") as shown, web_agent(voicecloud) as anna:
        await dials(voicecloud, anna, "+358 (0)40 9998877")
        await until(lambda: shown[-1] and shown[-1][0]["State"] == "ringing")
    for nonsense in ("nobody", "112", "+35840999887766554433"):
        answer = await voicecloud.client.get(f"/control/api/lines/{nonsense}/events")
        assert (answer.status_code, answer.json()["Code"]) == (400, "field-value")


async def test_an_agent_calls_a_person_who_answers(voicecloud: VoiceCloud) -> None:
    """It rings in the tab with the agent's number; answered, they hear each other."""
    async with reachable(voicecloud) as shown, web_agent(voicecloud) as anna, voices(PERSON_HZ) as [person]:
        await dials(voicecloud, anna, NUMBER)
        await until(lambda: shown[-1] and shown[-1][0]["State"] == "ringing")
        [call] = shown[-1]
        assert call["Party"] == ANNAS
        await speaks(voicecloud, person, call["LegId"])
        await post(voicecloud, f"legs/{call['LegId']}/answer")
        await until(lambda: shown[-1][0]["State"] == "talking")
        assert abs((await anna.listen())[0] - PERSON_HZ) < NEAR_HZ
        assert abs((await person.listen())[0] - AGENT_HZ) < NEAR_HZ
        assert (await post(voicecloud, f"legs/{call['LegId']}/answer")).json()["Code"] == "not-ringing"


async def test_a_call_declined_in_the_tab_is_declined(voicecloud: VoiceCloud) -> None:
    """The agent's call ends with that reason."""
    async with reachable(voicecloud) as shown, web_agent(voicecloud) as anna:
        call_id = await dials(voicecloud, anna, NUMBER)
        await until(lambda: shown[-1])
        await post(voicecloud, f"legs/{shown[-1][0]['LegId']}/hangup")
        [row] = await voicecloud.over(call_id)
        assert row["EndReason"] == "declined"


async def test_only_the_own_calls_of_a_number_can_be_touched(voicecloud: VoiceCloud) -> None:
    """Unknown legs, numbers nobody has open, a second call and what is no number are refused by name."""
    assert (await post(voicecloud, "calls", Number=SUPPORT_NUMBER)).json()["Code"] == "line-unknown"
    async with reachable(voicecloud):
        call = (await post(voicecloud, "calls", Number=SUPPORT_NUMBER)).json()
        assert (await post(voicecloud, "calls", Number=SUPPORT_NUMBER)).json()["Code"] == "line-busy"
        assert (await post(voicecloud, "legs/other:1/hangup")).json()["Code"] == "party-unknown"
        bad = await voicecloud.client.post(
            f"/control/api/lines/{NUMBER}/legs/{call['LegId']}/media", content="nonsense"
        )
        assert bad.json()["Code"] == "sdp-malformed"
        assert (await voicecloud.client.get("/control/api/lines/me/events")).status_code == 400
        await post(voicecloud, f"legs/{call['LegId']}/hangup")
