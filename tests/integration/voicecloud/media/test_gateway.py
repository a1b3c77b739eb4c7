"""The gateway with real peers: who hears whom is proved by the pitch of each voice (C1-C3, K1, K9)."""

import asyncio
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from shared.clock import utc_now
from shared.errors import InvalidInput, Unavailable
from tests.fixtures.media import loudness_of, pitch_of, voices
from tests.fixtures.media_floor import AGENT, CALL, CALLER, THIRD, Floor
from tests.fixtures.waiting import eventually
from voicecloud.routing.effects import Bridge, EndLeg, Play, Unbridge
from voicecloud.routing.events import KeyPressed, PartyLeft

NEAR_HZ = 12.0


def near(pitch_hz: float) -> Any:
    return pytest.approx(pitch_hz, abs=NEAR_HZ)


async def test_two_bridged_legs_hear_each_other(floor: Floor) -> None:
    """Each leg hears the other's voice and not its own."""
    async with voices(600, 1700) as (agent, caller):
        await floor.talk((caller, CALLER), (agent, AGENT))
        heard = await asyncio.gather(agent.listen(), caller.listen())
        assert [pitch for pitch, _ in heard] == [near(1700), near(600)]


async def test_hold_plays_music_to_one_and_silence_to_the_other(floor: Floor) -> None:
    """And taken off hold they hear each other again, without a new connection (C2)."""
    async with voices(600, 1700) as (agent, caller):
        await floor.talk((caller, CALLER), (agent, AGENT))
        floor.gateway.perform(Unbridge(CALL, CALLER, AGENT))
        floor.gateway.perform(Play(CALL, CALLER, "hold-music"))
        await asyncio.sleep(0.4)
        (music_hz, music), (_, silence) = await asyncio.gather(caller.listen(), agent.listen())
        assert 200 < music_hz < 560
        assert music > 500
        assert silence == 0
        floor.gateway.perform(Bridge(CALL, CALLER, AGENT, record=False))
        assert (await caller.listen())[0] == near(600)


async def test_who_is_taken_off_hold_at_once_hears_no_music(floor: Floor) -> None:
    """A consultation of a number that is busy is over in the moment in which it began (C3)."""
    async with voices(600, 1700) as (agent, caller):
        await floor.talk((caller, CALLER), (agent, AGENT))
        floor.gateway.perform(Unbridge(CALL, CALLER, AGENT))
        floor.gateway.perform(Play(CALL, CALLER, "hold-music"))
        floor.gateway.perform(Play(CALL, AGENT, "ring-back"))
        floor.gateway.perform(Bridge(CALL, CALLER, AGENT, record=False))
        await asyncio.sleep(0.2)
        heard = await asyncio.gather(agent.listen(), caller.listen())
        assert [pitch for pitch, _ in heard] == [near(1700), near(600)]


async def test_a_muted_leg_is_not_heard(floor: Floor) -> None:
    """It hears the other one all the same (C2)."""
    async with voices(600, 1700) as (agent, caller):
        await floor.talk((caller, CALLER), (agent, AGENT))
        floor.gateway.set_muted(AGENT, True)
        await asyncio.sleep(0.1)
        (_, loudness), (pitch, _) = await asyncio.gather(caller.listen(), agent.listen())
        assert loudness < 20
        assert pitch == near(1700)
        floor.gateway.set_muted(AGENT, False)
        await asyncio.sleep(0.1)
        assert (await caller.listen())[0] == near(600)


async def test_a_transfer_connects_the_new_pair(floor: Floor) -> None:
    """The leg that is gone is heard by nobody (C3)."""
    async with voices(600, 1700, 1000) as (agent, caller, third):
        await floor.talk((caller, CALLER), (agent, AGENT))
        await floor.join(third, THIRD)
        floor.gateway.perform(Unbridge(CALL, CALLER, AGENT))
        floor.gateway.perform(EndLeg(CALL, AGENT, "transferred"))
        floor.gateway.perform(Bridge(CALL, CALLER, THIRD, record=False))
        heard = await asyncio.gather(caller.listen(), third.listen())
        assert [pitch for pitch, _ in heard] == [near(1000), near(1700)]


async def test_keys_reach_routing_once_and_the_other_party(floor: Floor) -> None:
    """From the telephone as RFC 4733 events, and by request (C2)."""
    async with voices(600, 1700) as (agent, caller):
        await floor.talk((caller, CALLER), (agent, AGENT))
        for key in "47#":
            await caller.press(key)
        floor.gateway.send_keys(AGENT, "12")
        await asyncio.sleep(0.7)
        assert floor.reported == [
            *(KeyPressed(CALLER, key) for key in "47#"),
            *(KeyPressed(AGENT, key) for key in "12"),
        ]
        assert (agent.keys, caller.keys) == (["4", "7", "#"], ["1", "2"])
        assert (await caller.listen())[0] == near(600)


async def test_a_new_peer_takes_the_place_of_the_old_one(floor: Floor) -> None:
    """The same leg offered again: the new one is heard, the old one is gone, no call is ended (K1)."""
    async with voices(600, 1700, 800) as (agent, caller, again):
        await floor.talk((caller, CALLER), (agent, AGENT))
        media_id = await floor.join(again, AGENT)
        await asyncio.sleep(0.1)
        heard = await asyncio.gather(caller.listen(), again.listen(), agent.listen())
        assert [pitch for pitch, _ in heard] == [near(800), near(1700), 0]
        media = floor.gateway.media(AGENT)
        assert media is not None
        assert (media.media_id, media.attached, floor.gateway.peer_count) == (media_id, True, 2)


async def test_a_leg_whose_peer_is_away_is_kept_for_a_while(floor: Floor) -> None:
    """The other one hears a comfort tone after two seconds; it comes back, or the call ends at the limit (K1)."""
    async with voices(600, 1700, 800) as (agent, caller, again):
        await floor.talk((caller, CALLER), (agent, AGENT))
        await agent.leave()
        await asyncio.sleep(0.3)
        media = floor.gateway.media(AGENT)
        assert media is not None
        assert not media.attached
        floor.seconds.ahead_s += 3
        await asyncio.sleep(0.6)
        assert (await caller.listen(2.0))[0] == near(350)
        await floor.join(again, AGENT)
        await asyncio.sleep(0.1)
        assert (await caller.listen())[0] == near(800)
        assert floor.reported == []
        await again.leave()
        await asyncio.sleep(0.3)
        floor.seconds.ahead_s += 61
        await asyncio.sleep(0.6)
        assert PartyLeft(AGENT) in floor.reported


async def test_a_network_that_comes_back_is_no_new_call(floor: Floor) -> None:
    """Nothing is heard for a while, then everything again, over the same connection."""
    async with voices(600, 1700) as (agent, caller):
        await floor.talk((caller, CALLER), (agent, AGENT))
        await agent.hush()
        await asyncio.sleep(0.1)
        floor.seconds.ahead_s += 3
        await asyncio.sleep(0.4)
        media = floor.gateway.media(AGENT)
        assert media is not None
        assert not media.attached
        agent.talk()
        await asyncio.sleep(0.4)
        assert (await caller.listen())[0] == near(600)
        assert floor.gateway.media(AGENT) == type(media)(media.media_id, attached=True)


async def test_a_recording_has_each_party_on_its_channel(floor: Floor) -> None:
    """In full length; what was muted or paused is silent (G2, K9)."""
    async with voices(600, 1700) as (agent, caller):
        await floor.talk((caller, CALLER), (agent, AGENT), record=True)
        began = utc_now()
        await asyncio.sleep(1.0)
        assert floor.gateway.recording_paused(AGENT) is False
        floor.gateway.pause_recording(AGENT, True)
        paused_s = (utc_now() - began).total_seconds()
        await asyncio.sleep(0.8)
        floor.gateway.pause_recording(AGENT, False)
        floor.gateway.set_muted(AGENT, True)
        muted_s = (utc_now() - began).total_seconds()
        await asyncio.sleep(0.8)
        floor.gateway.perform(EndLeg(CALL, AGENT, "agent_left"))
        length_s = (utc_now() - began).total_seconds()
    [taken] = floor.gateway.take(CALL)
    sound = taken.sound()
    samples = np.frombuffer(sound.samples, dtype="<i2").reshape(-1, 2)
    assert sound.frames / sound.rate == pytest.approx(length_s, rel=0.02)
    talking, paused, muted = (
        samples[round((a + 0.25) * sound.rate) : round((b - 0.25) * sound.rate)]
        for a, b in ((0.0, paused_s), (paused_s, muted_s), (muted_s, length_s))
    )
    assert [pitch_of(talking[:, channel], sound.rate) for channel in (0, 1)] == [near(1700), near(600)]
    assert max(loudness_of(paused[:, channel]) for channel in (0, 1)) < 20
    assert loudness_of(muted[:, 1]) < 20 < loudness_of(muted[:, 0])
    assert taken.recording.duration_s == pytest.approx(length_s, abs=0.1)
    assert taken.recording.started_at - began < timedelta(seconds=1)


async def test_more_peers_than_the_limit_are_refused(floor: Floor) -> None:
    """Those that are there go on, and may be replaced."""
    async with voices(600, 700, 800, 900, 1000) as made:
        for number, voice in enumerate(made[:3]):
            await floor.join(voice, f"call:{number}")
        with pytest.raises(Unavailable, match="media-full"):
            await floor.join(made[3], "call:9")
        await floor.join(made[4], "call:0")
        await asyncio.sleep(0.1)
        assert floor.gateway.peer_count == 3


@pytest.mark.parametrize(
    "sdp", ["", "v=0", "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n", "\x00" * 50, "v=0\r\n" * 20_000]
)
async def test_a_description_that_makes_no_sense_is_refused(floor: Floor, sdp: str) -> None:
    """It leaves no connection behind."""
    with pytest.raises(InvalidInput, match=r"sdp-malformed|sdp-too-long"):
        await floor.gateway.offer(CALLER, sdp)
    assert floor.gateway.peer_count == 0


async def test_how_a_peer_is_heard_is_known(floor: Floor) -> None:
    """Loss, jitter and round trip are known after some reports."""
    async with voices(600, 1700) as (agent, caller):
        await floor.talk((caller, CALLER), (agent, AGENT))
        await asyncio.sleep(2.6)
        quality = floor.gateway.quality(AGENT)
        assert quality is not None
        assert quality.packets > 100
        assert quality.loss == 0
        assert quality.jitter_ms < 30


async def test_a_telephone_network_is_there_in_silence(floor: Floor) -> None:
    """It may send nothing while nobody speaks; without its connection it is away, since then."""
    async with voices(600, 1700) as (agent, caller):
        await floor.join(agent, AGENT)

        async def offer(sdp: str) -> str:
            return (await floor.gateway.offer(CALLER, sdp, sends_always=False)).sdp

        await caller.call(offer)
        floor.bridge()
        await caller.hush()
        await asyncio.sleep(0.1)
        floor.seconds.ahead_s += 61
        await asyncio.sleep(0.5)
        media = floor.gateway.media(CALLER)
        assert media is not None
        assert media.attached
        assert (await agent.listen(0.5))[1] == 0
        await caller.leave()
        await eventually(lambda: not floor.gateway.media(CALLER).attached)  # type: ignore[union-attr]
        assert floor.reported == []
