"""Calls that arrive over the SIP trunk: who calls, and which media they bring."""

import asyncio
import re
from typing import Any

import pytest

from tests.fixtures.media import Voice, voices
from tests.fixtures.sip_line import Line, sip_line
from tests.fixtures.voicecloud import ANNA, RunVoiceCloud
from tests.fixtures.web_agent import ANNAS, leg_of, until
from voicecloud.routing.events import Answer
from voicecloud.vocabulary.calls import Terminal

CALLER = "sip:+358401112233@carrier.example"
VIDEO = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:9\r\na=rtpmap:96 VP8/90000\r\n"
PLAIN = "m=audio 40000 RTP/AVP 8\r\na=mid:9\r\n"
SILENT_S = 2.4


async def arrives(line: Line, sdp: str, **headers: str) -> Any:
    """A call for Anna; gives it when it rings."""
    line.janus.tells("incomingcall", username=CALLER, callee=f"sip:{ANNAS}@us.example", sdp=sdp, headers=headers)
    await until(line.live)
    return line.live()[0]


def is_there(line: Line, call_id: str) -> bool:
    media = line.cloud.store.telephony.gateway.media(f"{call_id}:1")
    return media is not None and media.attached


async def is_taken(line: Line, voice: Voice, call_id: str) -> None:
    """Anna answers, and the far end gets our description."""
    await until(lambda: leg_of(line.cloud, call_id, ANNA, "ringing"))
    leg = leg_of(line.cloud, call_id, ANNA)
    assert leg
    line.cloud.store.telephony.engine.tell(Answer(leg.leg_id, Terminal.WEB))
    await until(lambda: line.janus.answers)
    await voice.peer.accept(line.janus.answers[0])


@pytest.mark.parametrize("further", [VIDEO, PLAIN])
async def test_a_call_with_further_media_is_a_call(run_voicecloud: RunVoiceCloud, further: str) -> None:
    """It rings, is answered with port 0 for what is not ours, and stays; a network silent for seconds is not away."""
    async with sip_line(run_voicecloud) as line, voices(440) as [voice]:
        call = await arrives(line, await voice.peer.offer() + further)
        await is_taken(line, voice, call.call_id)
        await asyncio.wait_for(voice.connected.wait(), 30)
        ports = [part.split()[:2] for part in line.janus.answers[0].splitlines() if part.startswith("m=")]
        assert ports[1] == [further.split()[0], "0"]
        assert ports[0] != ["m=audio", "0"]
        await until(lambda: is_there(line, call.call_id))
        await asyncio.sleep(SILENT_S if further is VIDEO else 0)
        assert is_there(line, call.call_id)
        assert leg_of(line.cloud, call.call_id, ANNA, "connected")


async def test_a_call_with_no_voice_for_us_does_not_ring(run_voicecloud: RunVoiceCloud) -> None:
    """It is refused at once: what would not be answered is not rung."""
    async with sip_line(run_voicecloud) as line, voices(440) as [voice]:
        offer = await voice.peer.offer()
        session = offer.partition("m=audio")[0]
        for refused in (session + VIDEO, session + PLAIN, re.sub("a=ice-pwd:.*", "", offer), offer.replace("mux", "x")):
            line.janus.said.clear()
            line.janus.tells("incomingcall", username=CALLER, callee=f"sip:{ANNAS}@us.example", sdp=refused)
            await until(lambda: line.janus.said == ["incomingcall", "decline"])
        assert line.live() == []


async def test_whoever_asks_for_privacy_is_withheld(run_voicecloud: RunVoiceCloud) -> None:
    """In the call and its record, also where the carrier asserts who it is."""
    async with sip_line(run_voicecloud, frozenset({"carrier.example"})) as line, voices(440) as [voice]:
        assert {"Privacy", "P-Asserted-Identity"} <= set(line.janus.prefixes)
        asserted = {"P-Asserted-Identity": f"<{CALLER}>"}
        call = await arrives(line, await voice.peer.offer(), Privacy="id", **asserted)
        assert call.a_number is None
        line.janus.tells("hangup", code=487)
        [row] = await line.cloud.over(call.call_id)
        assert "401112233" not in str(row)


async def test_a_call_taken_back_as_it_arrives_never_was(run_voicecloud: RunVoiceCloud) -> None:
    """A CANCEL that comes while its description is read: nothing rings, nothing is recorded, the line is free."""
    async with sip_line(run_voicecloud) as line, voices(440) as [voice]:
        offer = await voice.peer.offer()
        line.janus.tells("incomingcall", username=CALLER, callee=f"sip:{ANNAS}@us.example", sdp=offer)
        line.janus.tells("hangup", code=487)
        await until(lambda: line.trunk.is_idle)
        call = await arrives(line, offer)
        assert [one.call_id for one in line.live()] == [call.call_id]
        assert line.janus.said[-3:] == ["incomingcall", "hangup", "incomingcall"]
