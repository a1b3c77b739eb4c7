"""Several who want the same call at the same time (C2)."""

import asyncio
from typing import Any

import pytest

from tests.fixtures.media import Voice
from tests.fixtures.voicecloud import ANNA, BJORN, CARLA, CUSTOMER, SALES, SALES_NUMBER, RunVoiceCloud, VoiceCloud
from tests.fixtures.web_phones import STAYS, WebPhone, direct_call, new_call_id
from voicecloud.phone.commands import WrongState
from voicecloud.routing import events
from voicecloud.routing.events import Event
from voicecloud.vocabulary.calls import Terminal


async def beaten(cloud: VoiceCloud, call_id: str, voice: Voice, event: Event) -> WrongState:
    """What Anna's phone hears that offers its voice, when something else happens before the gateway has answered."""
    sdp = await voice.peer.offer()
    offering = asyncio.ensure_future(cloud.store.phones.commands.offer(ANNA, call_id, sdp, answers=True))
    await asyncio.sleep(0)
    cloud.store.telephony.engine.tell(event)
    with pytest.raises(WrongState) as refused:
        await offering
    return refused.value


async def test_who_takes_the_call_elsewhere_is_not_overheard_by_the_page(
    voicecloud: VoiceCloud, anna: WebPhone, speakers: list[Voice]
) -> None:
    """The mobile telephone was faster: the page's voice is withdrawn, and none is taken later."""
    engine, gateway = voicecloud.store.telephony.engine, voicecloud.store.telephony.gateway
    engine.tell(events.TerminalChanged(ANNA, Terminal.MOBILE, True))
    call_id = await direct_call(voicecloud, ANNA)
    leg_id = (await anna.rings())["legId"]
    refused = await beaten(voicecloud, call_id, speakers[0], events.Answer(leg_id, Terminal.MOBILE))
    assert refused.state == "connected"
    assert gateway.peer_count == 0
    again = await anna.offer(call_id, "v=0")
    assert (again.status_code, again.json()["State"]) == (409, "connected")


async def test_a_call_at_another_terminal_is_shown_and_commanded(voicecloud: VoiceCloud, anna: WebPhone) -> None:
    """Only its voice is at that terminal (C2, C3)."""
    voicecloud.store.telephony.engine.tell(events.TerminalChanged(ANNA, Terminal.MOBILE, True))
    call_id = await direct_call(voicecloud, ANNA)
    leg_id = (await anna.rings())["legId"]
    voicecloud.store.telephony.engine.tell(events.Answer(leg_id, Terminal.MOBILE))
    assert (await anna.until(lambda call: call["state"] == "connected"))["terminal"] == "mobile"
    assert (await anna.do(call_id, "hold"))["state"] == "held"
    assert (await anna.do(call_id, "resume"))["state"] == "connected"
    assert (await anna.do(call_id, "hangup"))["state"] == "ended"


async def test_a_caller_who_leaves_while_the_phone_offers_leaves_no_voice(
    voicecloud: VoiceCloud, anna: WebPhone, speakers: list[Voice]
) -> None:
    """The phone is told that the call has ended."""
    call_id = await direct_call(voicecloud, ANNA)
    await anna.rings()
    refused = await beaten(voicecloud, call_id, speakers[0], events.PartyLeft(f"{call_id}:1"))
    assert refused.state == "ended"
    await settled(lambda: voicecloud.store.telephony.gateway.peer_count == 0)
    assert (await anna.until(lambda call: call["state"] == "ended"))["reason"]


async def test_of_two_phones_that_ring_one_gets_the_call(
    voicecloud: VoiceCloud, anna: WebPhone, bjorn: WebPhone, speakers: list[Voice]
) -> None:
    """Both offer at the same moment: one is answered, the other told that it is over."""
    change = {"Selection": "ring_all"}
    assert (await voicecloud.client.put(f"/queues/{SALES}/settings", json=change)).status_code == 200
    for user_id, user in voicecloud.store.directory.users.items():
        if user.is_person and user_id not in {ANNA, BJORN}:
            await voicecloud.store.telephony.staff.set_accepting(user_id, False)
    call_id = await voicecloud.call(SALES_NUMBER, STAYS)
    await anna.rings()
    await bjorn.rings()
    offers = [await voice.peer.offer() for voice in speakers[:2]]
    answers = await asyncio.gather(anna.offer(call_id, offers[0]), bjorn.offer(call_id, offers[1]))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    loser = next(answer.json() for answer in answers if answer.status_code == 409)
    assert (loser["Code"], loser["State"]) == ("not-in-this-state", "ended")


async def test_one_key_for_two_commands_is_two_requests(voicecloud: VoiceCloud, anna: WebPhone) -> None:
    """A phone that counts its keys again for each command loses none of them."""
    call_id = await direct_call(voicecloud, ANNA)
    await anna.rings()
    states = [
        (await anna.send(call_id, each, key="1")).json()["State"]["state"] for each in ("answer", "hold", "resume")
    ]
    assert states == ["connected", "held", "connected"]
    assert (await anna.send(call_id, "hold", key="1")).json()["State"]["state"] == "held"
    assert (await anna.state())["calls"][0]["state"] == "connected"


@pytest.mark.parametrize("number", ["abc", "x@evil.example", "sip:a@b", "user:nobody", "1" * 30])
async def test_what_is_no_number_is_not_called(voicecloud: VoiceCloud, anna: WebPhone, number: str) -> None:
    """Neither dialled nor transferred to, so that no trunk is sent anywhere else."""
    body = {"CallId": new_call_id(), "Number": number}
    assert (await voicecloud.client.post(f"{anna.path}/calls", json=body)).status_code in {400, 404}
    call_id = await direct_call(voicecloud, ANNA)
    await anna.rings()
    await anna.do(call_id, "answer")
    for command in ("transfer", "consult"):
        assert (await anna.send(call_id, command, To=number)).status_code in {400, 404}, command
    assert (await anna.state())["calls"][0]["state"] == "connected"


async def test_a_held_call_and_a_second_one(voicecloud: VoiceCloud, anna: WebPhone) -> None:
    """A second call only with the first on hold, and both are shown (C1)."""
    carla = WebPhone(voicecloud, CARLA)
    await carla.open()
    first = await anna.dial(voicecloud.store.directory.user(CARLA).work_number)
    await carla.rings()
    await carla.do(first, "answer")
    body = {"CallId": new_call_id(), "Number": CUSTOMER}
    refused = await voicecloud.client.post(f"{anna.path}/calls", json=body)
    assert (refused.status_code, refused.json()["Code"]) == (409, "user-busy")
    await anna.do(first, "hold")
    second = await anna.dial(CUSTOMER)
    states = {call["callId"]: call["state"] for call in (await anna.state())["calls"]}
    assert states == {first: "held", second: "waiting"}
    assert (await anna.send(first, "resume")).status_code == 409
    await anna.do(second, "hangup")
    assert (await anna.do(first, "resume"))["state"] == "connected"


@pytest.mark.parametrize("dialled", [True, False])
async def test_a_page_that_dies_before_its_voice_was_offered_holds_nobody(
    run_voicecloud: RunVoiceCloud, dialled: bool
) -> None:
    """It has dialled, or answered by a command: without a voice for as long as a page may be away, it has left."""
    async with run_voicecloud(media_hold_s=1.0) as cloud:
        anna, carla = WebPhone(cloud, ANNA), WebPhone(cloud, CARLA)
        await anna.open()
        await carla.open()
        if dialled:
            call_id = await anna.dial(cloud.store.directory.user(CARLA).work_number)
        else:
            call_id = await direct_call(cloud, ANNA)
            await anna.rings()
            await anna.do(call_id, "answer")
        assert await cloud.over(call_id)


async def settled(holds: Any) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 (no bell rings)
            await asyncio.sleep(0.01)
