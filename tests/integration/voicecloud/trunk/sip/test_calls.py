"""Calls over a real SIP trunk, both ways: Janus, Kamailio and a baresip as the customer's telephone."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.fixtures.media import Voice, voices
from tests.fixtures.sip import BUSY_NUMBER, CUSTOMER_HZ, CUSTOMER_NUMBER, HOST, Carrier, Telephone, carrier
from tests.fixtures.voicecloud import BJORN, RunVoiceCloud, VoiceCloud
from tests.fixtures.web_agent import AGENT_HZ, ANNAS, answers, begins, dials, leg_of, speaks, until, web_agent
from voicecloud.routing.events import Answer, CompleteConsult, Consult, Hold, PartyLeft, Resume, TerminalChanged
from voicecloud.routing.model import Target, TargetKind
from voicecloud.settings.sip import Account
from voicecloud.vocabulary.calls import Terminal

NEAR_HZ = 15.0
BJORNS_HZ = 1500.0
MUSIC_HZ = (200, 560)


@dataclass
class Trunk:
    cloud: VoiceCloud
    carrier: Carrier

    @property
    def is_registered(self) -> bool:
        sip = self.cloud.store.telephony.sip
        return sip is not None and sip.is_registered

    def live(self) -> list[Any]:
        return list(self.cloud.store.telephony.engine.platform.live_calls())


@pytest_asyncio.fixture
async def trunk(run_voicecloud: RunVoiceCloud, tmp_path: Path) -> AsyncIterator[Trunk]:
    async with carrier(tmp_path) as found:
        account = Account(found.janus, found.identity, proxy=f"sip:{HOST}:{found.sip_port}", secret="secret", calls=3)
        async with run_voicecloud(sip=account) as cloud:
            made = Trunk(cloud, found)
            await until(lambda: made.is_registered)
            yield made


async def listens(voice: Voice, pitch_hz: float) -> None:
    async with asyncio.timeout(30):
        while abs((await voice.listen())[0] - pitch_hz) > NEAR_HZ:
            pass


async def plays(telephone: Telephone, pitch_hz: float) -> None:
    async with asyncio.timeout(30):
        while abs(await telephone.listen() - pitch_hz) > NEAR_HZ:
            pass


async def plays_music(telephone: Telephone) -> None:
    async with asyncio.timeout(30):
        while not MUSIC_HZ[0] < await telephone.listen() < MUSIC_HZ[1]:
            pass


async def test_an_agent_calls_a_telephone_over_the_trunk(trunk: Trunk) -> None:
    """It rings, answers, its tone is heard; the agent's hang-up ends it there."""
    telephone = await trunk.carrier.telephone()
    async with web_agent(trunk.cloud) as anna:
        call_id = await dials(trunk.cloud, anna, CUSTOMER_NUMBER)
        await until(lambda: "CALL_ESTABLISHED" in telephone.names())
        await listens(anna, CUSTOMER_HZ)
        await trunk.cloud.client.post(f"/control/api/calls/{call_id}/hangup", json={})
        await until(lambda: "CALL_CLOSED" in telephone.names())


async def test_a_call_hung_up_before_anybody_has_answered_rings_nowhere_any_more(trunk: Trunk) -> None:
    """Whenever the agent hangs up, before the far end has said anything too: it is over there, and the line is free."""
    sip = trunk.cloud.store.telephony.sip
    assert sip
    telephone = await trunk.carrier.telephone(answers="manual")
    async with web_agent(trunk.cloud):
        for after_ms in itertools.count():
            call_id = begins(trunk.cloud, CUSTOMER_NUMBER)
            await asyncio.sleep(after_ms / 1000)
            trunk.cloud.store.telephony.engine.tell(PartyLeft(f"{call_id}:1"))
            await until(lambda: sip.is_idle)
            await until(lambda: telephone.names()[-1:] in ([], ["CALL_CLOSED"]))
            if after_ms >= 15 and telephone.names():
                break  # hung up in every state, one that rang there among them


@pytest.mark.parametrize("codec", ["PCMA/8000/1", "PCMU/8000/1"])
async def test_a_telephone_that_knows_no_opus_is_understood(trunk: Trunk, codec: str) -> None:
    """Called, and calling: its tone is heard, its key arrives, the agent's key arrives there."""
    telephone = await trunk.carrier.telephone(codec=codec)
    async with web_agent(trunk.cloud) as anna:
        call_id = await dials(trunk.cloud, anna, CUSTOMER_NUMBER)
        await until(lambda: "CALL_ESTABLISHED" in telephone.names())
        await listens(anna, CUSTOMER_HZ)
        await telephone.do("sndcode", "5")
        await until(lambda: anna.keys == ["5"])
        trunk.cloud.store.telephony.gateway.send_keys(f"{call_id}:1", "7")
        await until(lambda: any(one["type"] == "CALL_DTMF_START" for one in telephone.events))
        await telephone.do("hangup")
        await until(lambda: not trunk.live())
    async with web_agent(trunk.cloud) as anna:
        await telephone.do("dial", f"sip:{ANNAS}@{HOST}:{trunk.carrier.sip_port}")
        await until(trunk.live)
        await answers(trunk.cloud, anna, trunk.live()[0].call_id)
        await listens(anna, CUSTOMER_HZ)


async def test_a_telephone_calls_an_agent_over_the_trunk(trunk: Trunk) -> None:
    """The call arrives with the caller's number; answered, the caller is heard; hanging up there ends the call."""
    telephone: Telephone = await trunk.carrier.telephone()
    async with web_agent(trunk.cloud) as anna:
        await telephone.do("dial", f"sip:{ANNAS}@{HOST}:{trunk.carrier.sip_port}")
        await until(trunk.live)
        [call] = trunk.live()
        assert (call.a_number, call.b_number) == (CUSTOMER_NUMBER, ANNAS)
        await answers(trunk.cloud, anna, call.call_id)
        await until(lambda: "CALL_ESTABLISHED" in telephone.names())
        await listens(anna, CUSTOMER_HZ)
        await telephone.do("hangup")
        await until(lambda: not trunk.live())


async def test_a_busy_number_is_reported_as_busy(trunk: Trunk) -> None:
    """The carrier's 486 becomes the reason in the record."""
    async with web_agent(trunk.cloud):
        [row] = await trunk.cloud.over(begins(trunk.cloud, BUSY_NUMBER))
        assert row["EndReason"] == "busy"


async def test_an_unknown_number_of_ours_is_refused(trunk: Trunk) -> None:
    """The caller's telephone is told so, and hears nothing of us."""
    telephone = await trunk.carrier.telephone()
    await telephone.do("dial", f"sip:+35891999999@{HOST}:{trunk.carrier.sip_port}")
    await until(lambda: "CALL_CLOSED" in telephone.names())
    assert "CALL_ESTABLISHED" not in telephone.names()
    assert any("404" in str(one.get("param", "")) for one in telephone.events)


async def test_keys_of_the_telephone_and_of_the_agent_arrive(trunk: Trunk) -> None:
    """Keys travel as telephone-events in both directions."""
    telephone = await trunk.carrier.telephone()
    async with web_agent(trunk.cloud) as anna:
        call_id = await dials(trunk.cloud, anna, CUSTOMER_NUMBER)
        await until(lambda: "CALL_ESTABLISHED" in telephone.names())
        await listens(anna, CUSTOMER_HZ)
        await telephone.do("sndcode", "5")
        await until(lambda: anna.keys == ["5"])
        trunk.cloud.store.telephony.gateway.send_keys(f"{call_id}:1", "7")
        await until(lambda: any(one["type"] == "CALL_DTMF_START" for one in telephone.events))


@pytest.mark.parametrize("codec", ["opus/48000/2", "PCMA/8000/1"])
async def test_a_telephone_is_held_taken_up_and_handed_over(trunk: Trunk, codec: str) -> None:
    """On the same SIP call it plays the agent, music, the agent, music, and at the end the colleague, who hears it."""
    telephone = await trunk.carrier.telephone(codec=codec)
    tell = trunk.cloud.store.telephony.engine.tell
    tell(TerminalChanged(BJORN, Terminal.WEB, online=True))
    async with web_agent(trunk.cloud) as anna, voices(BJORNS_HZ) as [bjorn]:
        call_id = await dials(trunk.cloud, anna, CUSTOMER_NUMBER)
        annas = f"{call_id}:1"
        await until(lambda: "CALL_ESTABLISHED" in telephone.names())
        await plays(telephone, AGENT_HZ)
        tell(Hold(annas))
        await plays_music(telephone)
        tell(Resume(annas))
        await plays(telephone, AGENT_HZ)
        tell(Consult(annas, Target(TargetKind.USER, BJORN)))
        await until(lambda: leg_of(trunk.cloud, call_id, BJORN, "ringing"))
        leg = leg_of(trunk.cloud, call_id, BJORN)
        assert leg
        tell(Answer(leg.leg_id, Terminal.WEB))
        await speaks(trunk.cloud, bjorn, leg.leg_id)
        await plays_music(telephone)
        tell(CompleteConsult(annas))
        await plays(telephone, BJORNS_HZ)
        await listens(bjorn, CUSTOMER_HZ)
        assert telephone.names().count("CALL_ESTABLISHED") == 1


async def test_nobody_outside_can_make_us_call(trunk: Trunk) -> None:
    """The telephone asks by REFER to call somebody else: the call goes on as it was."""
    telephone = await trunk.carrier.telephone()
    async with web_agent(trunk.cloud) as anna:
        await dials(trunk.cloud, anna, CUSTOMER_NUMBER)
        await until(lambda: "CALL_ESTABLISHED" in telephone.names())
        await listens(anna, CUSTOMER_HZ)
        await telephone.do("transfer", f"sip:{BUSY_NUMBER}@{HOST}:{trunk.carrier.sip_port}")
        await asyncio.sleep(0.5)
        assert [len(call.legs) for call in trunk.live()] == [2]
        await listens(anna, CUSTOMER_HZ)


async def test_the_trunk_comes_back_with_janus(trunk: Trunk) -> None:
    """When Janus dies its calls end with a record; when it is there again, calls go out again."""
    telephone = await trunk.carrier.telephone()
    async with web_agent(trunk.cloud) as anna:
        call_id = await dials(trunk.cloud, anna, CUSTOMER_NUMBER)
        await until(lambda: "CALL_ESTABLISHED" in telephone.names())
        await trunk.carrier.stop_janus()
        await until(lambda: not trunk.is_registered)
        [row] = await trunk.cloud.over(call_id)
        assert row["EndResult"] == 0
        await trunk.carrier.start_janus()
        await until(lambda: trunk.is_registered)
    async with web_agent(trunk.cloud) as anna:
        await dials(trunk.cloud, anna, CUSTOMER_NUMBER)
        await until(lambda: telephone.names().count("CALL_ESTABLISHED") == 2)
