"""Web phones over HTTP and WebRTC: sessions, state, commands, and who hears whom (A4, C1-C4, K1, K9)."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.fixtures.media import Voice
from tests.fixtures.voicecloud import ANNA, BJORN, CARLA, CUSTOMER, SALES_NUMBER, VoiceCloud
from tests.fixtures.waiting import eventually
from tests.fixtures.web_phones import STAYS, WebPhone, direct_call, new_call_id

NEAR_HZ = 12.0


def near(pitch_hz: float) -> Any:
    return pytest.approx(pitch_hz, abs=NEAR_HZ)


async def connect_customer(cloud: VoiceCloud, call_id: str, voice: Voice) -> None:
    """In place of the simulated voice the customer would get."""
    cloud.lab.voices.forget(f"{call_id}:1")

    async def offer(sdp: str) -> str:
        return (await cloud.store.telephony.gateway.offer(f"{call_id}:1", sdp)).sdp

    await voice.call(offer)


async def test_a_phone_rings_is_answered_by_its_offer_and_both_hear_each_other(
    voicecloud: VoiceCloud, anna: WebPhone, speakers: list[Voice]
) -> None:
    """From the ring to the end, by the state that the phone sees (C2, C5)."""
    agent, _, caller = speakers
    call_id = await direct_call(voicecloud, ANNA)
    ringing = await anna.rings()
    assert (ringing["callId"], ringing["party"]["number"], ringing["kind"]) == (call_id, CUSTOMER, "direct")
    await connect_customer(voicecloud, call_id, caller)
    await anna.speak(call_id, agent)
    talking = await anna.until(lambda call: call["state"] == "connected" and call["media"]["attached"])
    assert (talking["answeredAt"] is not None, talking["terminal"]) == (True, "web")
    heard = await asyncio.gather(agent.listen(), caller.listen())
    assert [pitch for pitch, _ in heard] == [near(1700), near(600)]
    assert (await anna.do(call_id, "hangup"))["state"] == "ended"
    assert (await anna.until(lambda call: call["state"] == "ended"))["reason"] == "agent_left"


async def test_a_pools_call_names_the_pool(voicecloud: VoiceCloud, anna: WebPhone) -> None:
    """And a phone that declines rings no more (C2, C5)."""
    for user_id in voicecloud.store.directory.users:
        if user_id != ANNA and voicecloud.store.directory.users[user_id].is_person:
            await voicecloud.store.telephony.staff.set_accepting(user_id, False)
    call_id = await voicecloud.call(SALES_NUMBER, STAYS)
    ringing = await anna.rings()
    assert (ringing["pool"]["name"], ringing["kind"]) == ("Sales", "pool")
    assert (await anna.do(call_id, "decline"))["state"] == "ended"


async def test_hold_mute_and_resume(voicecloud: VoiceCloud, anna: WebPhone, speakers: list[Voice]) -> None:
    """Held and muted the customer hears no agent, afterwards the agent is heard (C2)."""
    agent, _, caller = speakers
    call_id = await direct_call(voicecloud, ANNA)
    await anna.rings()
    await connect_customer(voicecloud, call_id, caller)
    await anna.speak(call_id, agent)
    assert (await anna.do(call_id, "hold"))["state"] == "held"
    await asyncio.sleep(0.2)
    assert 200 < (await caller.listen())[0] < 560
    assert (await anna.do(call_id, "resume"))["state"] == "connected"
    muted = await anna.do(call_id, "mute", Muted=True)
    assert muted["muted"]
    await asyncio.sleep(0.1)
    assert (await caller.listen())[1] < 20
    assert not (await anna.do(call_id, "mute", Muted=False))["muted"]
    await asyncio.sleep(0.1)
    assert (await caller.listen())[0] == near(600)


async def test_a_consultation_and_its_completion(
    voicecloud: VoiceCloud, anna: WebPhone, bjorn: WebPhone, speakers: list[Voice]
) -> None:
    """First the colleagues hear each other, then the customer and the colleague do (C3)."""
    agent, colleague, caller = speakers
    call_id = await direct_call(voicecloud, ANNA)
    await anna.rings()
    await connect_customer(voicecloud, call_id, caller)
    await anna.speak(call_id, agent)
    consulting = await anna.do(call_id, "consult", To=f"user:{BJORN}")
    assert (consulting["state"], consulting["consult"]["userId"]) == ("consulting", BJORN)
    ringing = await bjorn.rings()
    assert (ringing["kind"], ringing["party"]["userId"]) == ("consult", ANNA)
    await bjorn.speak(call_id, colleague)
    heard = await asyncio.gather(agent.listen(), colleague.listen(), caller.listen())
    assert [pitch for pitch, _ in heard[:2]] == [near(1000), near(600)]
    assert 200 < heard[2][0] < 560
    await anna.do(call_id, "complete")
    heard = await asyncio.gather(caller.listen(), colleague.listen())
    assert [pitch for pitch, _ in heard] == [near(1000), near(1700)]
    connected = await bjorn.until(lambda call: call["state"] == "connected")
    assert connected["party"]["number"] == CUSTOMER


async def test_a_consultation_given_up_returns_to_the_customer(
    voicecloud: VoiceCloud, anna: WebPhone, bjorn: WebPhone, speakers: list[Voice]
) -> None:
    """The colleague's phone stops ringing (C3)."""
    agent, _, caller = speakers
    call_id = await direct_call(voicecloud, ANNA)
    await anna.rings()
    await connect_customer(voicecloud, call_id, caller)
    await anna.speak(call_id, agent)
    await anna.do(call_id, "consult", To=f"user:{BJORN}")
    await bjorn.rings()
    assert (await anna.do(call_id, "cancel"))["state"] == "connected"
    assert (await bjorn.until(lambda call: call["state"] == "ended"))["callId"] == call_id
    assert (await caller.listen())[0] == near(600)


async def test_dialling_a_colleague_and_a_blind_transfer(
    voicecloud: VoiceCloud, anna: WebPhone, bjorn: WebPhone, speakers: list[Voice]
) -> None:
    """A number in any spelling; the one transferred to rings for the one who stays (C1, C3)."""
    agent, colleague, _ = speakers
    carla = WebPhone(voicecloud, CARLA)
    await carla.open()
    number = voicecloud.store.directory.user(BJORN).work_number
    call_id = await anna.dial("0" + number.removeprefix("+358"))
    await anna.speak(call_id, agent)
    assert (await bjorn.rings())["party"]["userId"] == ANNA
    await bjorn.speak(call_id, colleague)
    await anna.until(lambda call: call["state"] == "connected" and call["answeredAt"])
    assert (await agent.listen())[0] == near(1000)
    await anna.do(call_id, "transfer", To=f"user:{CARLA}")
    assert (await anna.until(lambda call: call["state"] == "ended"))["callId"] == call_id
    assert (await carla.rings())["party"]["userId"] == BJORN


async def test_a_reloaded_page_takes_its_call_up_again(
    voicecloud: VoiceCloud, anna: WebPhone, speakers: list[Voice]
) -> None:
    """The old page is gone, the new one opens its session and offers again for the same leg (K1)."""
    agent, again, caller = speakers
    call_id = await direct_call(voicecloud, ANNA)
    await anna.rings()
    await connect_customer(voicecloud, call_id, caller)
    await anna.speak(call_id, agent)
    await anna.until(lambda call: call["media"] and call["media"]["attached"])
    await agent.leave()
    await anna.until(lambda call: not call["media"]["attached"])
    opened = await anna.open()
    assert [call["callId"] for call in opened["State"]["calls"]] == [call_id]
    await anna.speak(call_id, again)
    assert (await anna.until(lambda call: call["media"]["attached"]))["state"] == "connected"
    assert (await caller.listen())[0] == near(1000)


async def test_keys_are_pressed_for_the_other_party(
    voicecloud: VoiceCloud, anna: WebPhone, speakers: list[Voice]
) -> None:
    """Keys are sent by request, as RFC 4733 events (C2)."""
    agent, _, caller = speakers
    call_id = await direct_call(voicecloud, ANNA)
    await anna.rings()
    await connect_customer(voicecloud, call_id, caller)
    await anna.speak(call_id, agent)
    await anna.until(lambda call: call["media"] and call["media"]["attached"])
    await anna.do(call_id, "keys", Keys="5#")
    await eventually(lambda: caller.keys == ["5", "#"])
    assert (await anna.send(call_id, "keys", Keys="x")).status_code == 400


async def test_the_event_stream_gives_the_whole_state_and_goes_on_where_it_was(
    voicecloud: VoiceCloud, anna: WebPhone
) -> None:
    """What has been seen is not sent again; a change is, at once."""
    async with anna.events() as states:
        first = await anext(states)
        assert first["calls"] == []
        call_id = await direct_call(voicecloud, ANNA)
        async with asyncio.timeout(8):
            second = await anext(states)
        assert [call["callId"] for call in second["calls"]] == [call_id]
    async with anna.events(second["version"]) as states:
        await anna.do(call_id, "decline")
        async with asyncio.timeout(8):
            third = await anext(states)
        assert third["version"] != second["version"]
        assert [call["state"] for call in third["calls"]] == ["ended"]


async def test_waiting_for_a_change_ends_with_it(voicecloud: VoiceCloud, anna: WebPhone) -> None:
    """Without a change it ends after the time that was asked for."""
    version = (await anna.state())["version"]
    waiting = asyncio.ensure_future(anna.state(Version=version, WaitS="10"))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    await direct_call(voicecloud, ANNA)
    async with asyncio.timeout(8):
        assert (await waiting)["version"] != version
    version = (await anna.state())["version"]
    assert (await anna.state(Version=version, WaitS="0.1"))["version"] == version


async def test_the_same_command_twice_is_done_once(voicecloud: VoiceCloud, anna: WebPhone) -> None:
    """A dial by its call id, anything else by its key."""
    call_id = await anna.dial(CUSTOMER)
    assert await anna.dial(CUSTOMER, call_id) == call_id
    assert len(voicecloud.store.telephony.engine.platform.live_calls()) == 1
    first = await anna.send(call_id, "hangup", key="k-1")
    again = await anna.send(call_id, "hangup", key="k-1")
    assert (first.status_code, again.json()) == (200, first.json())
    assert (await anna.send(call_id, "hangup", key="k-2")).status_code == 409


async def test_what_the_state_forbids_is_refused_with_the_state(voicecloud: VoiceCloud, anna: WebPhone) -> None:
    """The call is unchanged after the refusal."""
    call_id = await direct_call(voicecloud, ANNA)
    await anna.rings()
    answer = await anna.send(call_id, "hold")
    assert (answer.status_code, answer.json()["Code"], answer.json()["State"]) == (409, "not-in-this-state", "ringing")
    assert (await anna.rings())["callId"] == call_id
    assert (await anna.send(call_id, "dance")).status_code == 404


async def test_nobody_commands_a_call_of_somebody_else(voicecloud: VoiceCloud, anna: WebPhone, bjorn: WebPhone) -> None:
    """Nor a call that there is not, nor with a call id that is another's."""
    call_id = await direct_call(voicecloud, ANNA)
    await anna.rings()
    assert (await bjorn.send(call_id, "hangup")).status_code == 403
    assert (await bjorn.offer(call_id, "v=0")).status_code == 403
    assert (await bjorn.send(new_call_id(), "hangup")).status_code == 404
    body = {"CallId": call_id, "Number": CUSTOMER}
    assert (await voicecloud.client.post(f"{bjorn.path}/calls", json=body)).status_code == 409
    for odd in ("x", str(uuid4()), "01900000-0000-7000-8000-000000000000"):
        body = {"CallId": odd, "Number": CUSTOMER}
        answer = await voicecloud.client.post(f"{bjorn.path}/calls", json=body)
        assert (answer.status_code, answer.json()["Code"]) == (400, "call-id")


async def test_many_offers_are_refused_before_they_cost_anything(voicecloud: VoiceCloud, anna: WebPhone) -> None:
    """Other phones are not disturbed by them."""
    call_id = await anna.dial(CUSTOMER)
    answers = [await anna.offer(call_id, "v=0") for _ in range(30)]
    assert {answer.status_code for answer in answers} == {400, 429}
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert int(refused.headers["Retry-After"]) >= 1
    assert (await anna.offer(call_id, "v" * 70_000)).status_code == 400
    assert voicecloud.store.telephony.gateway.peer_count == 0


async def test_a_recording_can_be_paused(voicecloud: VoiceCloud, anna: WebPhone, speakers: list[Voice]) -> None:
    """Only the recording of a call that is recorded can be paused (K9)."""
    agent, _, caller = speakers
    call_id = await direct_call(voicecloud, ANNA)
    await anna.rings()
    assert (await anna.send(call_id, "recording", Paused=True)).status_code == 409
    await connect_customer(voicecloud, call_id, caller)
    await anna.speak(call_id, agent)
    talking = await anna.until(lambda call: call["state"] == "connected")
    assert talking["recording"] == {"paused": False}
    assert (await anna.do(call_id, "recording", Paused=True))["recording"] == {"paused": True}


async def test_who_ends_the_call_in_a_consultation_ends_it(
    voicecloud: VoiceCloud, anna: WebPhone, bjorn: WebPhone
) -> None:
    """The caller is not handed over (C3)."""
    call_id = await direct_call(voicecloud, ANNA)
    await anna.rings()
    await anna.do(call_id, "answer")
    await anna.do(call_id, "consult", To=f"user:{BJORN}")
    await bjorn.rings()
    await bjorn.do(call_id, "answer")
    await anna.do(call_id, "hangup")
    assert (await bjorn.until(lambda call: call["state"] == "ended"))["callId"] == call_id
    assert voicecloud.store.telephony.engine.platform.live_call(call_id) is None
