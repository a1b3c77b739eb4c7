"""Simulated people with a real agent: each hears the other, by the pitch of the voice, through the control page."""

import asyncio
from typing import Any

from tests.fixtures.voicecloud import CUSTOMER, SUPPORT_NUMBER, VoiceCloud
from tests.fixtures.web_agent import AGENT_HZ, ANNAS, answers, dials, until, web_agent

NEAR_HZ = 15.0
CUSTOMER_HZ = 700.0
LOUD_DB, QUIET_DB = -40.0, -60.0


async def ask(cloud: VoiceCloud, path: str, **body: Any) -> Any:
    answer = await cloud.client.post(f"/control/api/{path}", json=body)
    assert answer.is_success, answer.text
    return answer.json()


async def heard(cloud: VoiceCloud, call_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = (await cloud.client.get(f"/control/api/calls/{call_id}/heard")).json()
    return answer


async def hears(cloud: VoiceCloud, call_id: str, pitch_hz: float) -> None:
    async with asyncio.timeout(30):
        while True:
            now = await heard(cloud, call_id)
            if now["LoudnessDb"] > LOUD_DB and abs(now["Hz"] - pitch_hz) < NEAR_HZ:
                return
            await asyncio.sleep(0.05)


async def listens(voice: Any, pitch_hz: float) -> None:
    async with asyncio.timeout(30):
        while abs((await voice.listen())[0] - pitch_hz) > NEAR_HZ:
            pass


async def test_a_customer_and_a_web_phone_hear_each_other(voicecloud: VoiceCloud) -> None:
    """The customer gets a voice because a person answers, speaks the tone asked for, hears Anna's and the keys."""
    async with web_agent(voicecloud) as anna:
        call_id = (await ask(voicecloud, "calls", Number=ANNAS, From=CUSTOMER))["CallId"]
        assert not (await heard(voicecloud, call_id))["Connected"]
        leg_id = await answers(voicecloud, anna, call_id)
        await hears(voicecloud, call_id, AGENT_HZ)
        await listens(anna, 220.0)
        await ask(voicecloud, f"calls/{call_id}/voice", Hz=CUSTOMER_HZ)
        await listens(anna, CUSTOMER_HZ)
        voicecloud.store.telephony.gateway.send_keys(leg_id, "12#")
        await ask(voicecloud, f"calls/{call_id}/keys", Key="5")
        await until(lambda: anna.keys == ["5"])
        async with asyncio.timeout(30):
            while (await heard(voicecloud, call_id))["Keys"] != "12#":  # noqa: ASYNC110 (no bell rings)
                await asyncio.sleep(0.05)
        await ask(voicecloud, f"calls/{call_id}/hangup")
        await until(lambda: voicecloud.store.telephony.gateway.media(f"{call_id}:1") is None)


async def test_whom_an_agent_calls_outside_has_a_voice(voicecloud: VoiceCloud) -> None:
    """The far telephone answers, hums, and hears her."""
    async with web_agent(voicecloud) as anna:
        call_id = await dials(voicecloud, anna, CUSTOMER)
        await ask(voicecloud, f"calls/{call_id}/answer")
        await listens(anna, 220.0)
        await hears(voicecloud, call_id, AGENT_HZ)
        await ask(voicecloud, f"calls/{call_id}/hangup")


async def test_a_customer_with_a_tone_hears_the_queue(voicecloud: VoiceCloud) -> None:
    """With ``Hz`` customers listen from the first moment, while nobody has answered."""
    call_id = (await ask(voicecloud, "calls", Number=SUPPORT_NUMBER, From=CUSTOMER, Hz=500, Answer="nobody"))["CallId"]
    async with asyncio.timeout(30):
        while (await heard(voicecloud, call_id))["LoudnessDb"] < LOUD_DB:  # noqa: ASYNC110 (no bell rings)
            await asyncio.sleep(0.05)
    await ask(voicecloud, f"calls/{call_id}/hangup")


async def test_simulated_people_among_themselves_need_no_media(voicecloud: VoiceCloud) -> None:
    """A simulated customer with a simulated agent: no peer connection."""
    call_id = (await ask(voicecloud, "calls", Number=SUPPORT_NUMBER, From=CUSTOMER))["CallId"]
    platform = voicecloud.store.telephony.engine.platform
    await until(lambda: any(leg.state == "connected" for leg in platform.live_call(call_id).legs))  # type: ignore[union-attr]
    assert voicecloud.store.telephony.gateway.peer_count == 0
    await ask(voicecloud, f"calls/{call_id}/hangup")
