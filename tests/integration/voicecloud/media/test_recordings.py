"""Recordings of real voices: whole, each party on its channel, and only what may be kept (G2, K9)."""

import asyncio
import random
from typing import Any

import numpy as np
import pytest

from shared.clock import utc_now
from tests.fixtures.media import Voice, loudness_of, pitch_of, voices
from tests.fixtures.media_floor import AGENT, CALL, CALLER, Floor
from voicecloud.routing.effects import EndLeg, RecordVoicemail

NEAR_HZ = 12.0


def sound_of(floor: Floor) -> tuple["np.ndarray[Any, np.dtype[np.int16]]", int, float]:
    """Samples by channel, rate, and the length that the recording says it has."""
    [taken] = floor.gateway.take(CALL)
    sound = taken.sound()
    samples = np.frombuffer(sound.samples, dtype="<i2").reshape(-1, 2)
    return samples, sound.rate, taken.recording.duration_s


def lossy(voice: Voice, share: float) -> None:
    """A network between this peer and the gateway that loses packets, the same ones every time."""
    send, chance = voice.peer.send, random.Random(1)

    async def sometimes(payload: bytes, sequence: int, timestamp: int, **more: bool) -> None:
        if chance.random() >= share:
            await send(payload, sequence, timestamp, **more)

    voice.peer.send = sometimes  # type: ignore[method-assign]


async def test_what_is_lost_is_concealed(floor: Floor) -> None:
    """With a tenth of the packets lost the recording has its full length, and hardly a hole."""
    async with voices(600, 1700) as (agent, caller):
        lossy(agent, 0.1)
        await floor.talk((caller, CALLER), (agent, AGENT))
        await asyncio.sleep(0.2)
        floor.separate()
        floor.bridge(record=True)
        began = utc_now()
        await asyncio.sleep(1.6)
        floor.gateway.perform(EndLeg(CALL, AGENT, "agent_left"))
        length_s = (utc_now() - began).total_seconds()
    samples, rate, duration_s = sound_of(floor)
    assert duration_s == pytest.approx(length_s, rel=0.01)
    assert len(samples) / rate == pytest.approx(length_s, rel=0.01)
    heard = samples[: round((length_s - 0.1) * rate), 1]
    blocks = heard[: len(heard) // 320 * 320].reshape(-1, 320)[3:]
    silent = sum(loudness_of(block) < 100 for block in blocks)
    assert silent <= len(blocks) * 0.03
    assert pitch_of(heard, rate) == pytest.approx(600, abs=NEAR_HZ)


async def test_what_is_paused_stays_paused_over_a_hold(floor: Floor) -> None:
    """A card number that comes after a hold is not recorded either, until the agent takes the recording up (K9)."""
    async with voices(600, 1700) as (agent, caller):
        await floor.talk((caller, CALLER), (agent, AGENT), record=True)
        floor.gateway.pause_recording(AGENT, True)
        floor.separate()
        assert floor.gateway.recording_paused(AGENT) is None
        floor.bridge(record=True)
        assert floor.gateway.recording_paused(AGENT) is True
        await asyncio.sleep(0.3)
        floor.gateway.perform(EndLeg(CALL, AGENT, "agent_left"))
    silent = [np.frombuffer(taken.sound().samples, dtype="<i2") for taken in floor.gateway.take(CALL)]
    assert len(silent) == 2
    assert loudness_of(silent[1]) == 0


async def test_a_real_voice_is_never_told_by_a_simulated_one(floor: Floor) -> None:
    """A recording in which nothing was said is silent; only calls without any peer connection are played."""
    async with voices(600) as (agent,):
        await floor.join(agent, AGENT)
        await agent.hush()
        floor.bridge(record=True)
        await asyncio.sleep(0.2)
        floor.gateway.perform(EndLeg(CALL, AGENT, "agent_left"))
    samples, _, _ = sound_of(floor)
    assert loudness_of(samples[-500:, 1]) == 0


async def test_calls_without_peers_are_played(floor: Floor) -> None:
    """Simulated calls have a simulated conversation, as ever."""
    floor.bridge(record=True)
    await asyncio.sleep(0.3)
    floor.gateway.perform(EndLeg(CALL, AGENT, "agent_left"))
    [taken] = floor.gateway.take(CALL)
    assert taken.recording.transcript
    assert loudness_of(np.frombuffer(taken.sound().samples, dtype="<i2")) > 100


async def test_a_voicemail_is_recorded(floor: Floor) -> None:
    """The recording has one voice, on the left."""
    async with voices(1700) as (caller,):
        await floor.join(caller, CALLER)
        await asyncio.sleep(0.1)
        floor.gateway.perform(RecordVoicemail(CALL, CALLER, 60.0))
        await asyncio.sleep(0.5)
        floor.gateway.perform(EndLeg(CALL, CALLER, "voicemail"))
    samples, rate, _ = sound_of(floor)
    assert pitch_of(samples[:, 0], rate) == pytest.approx(1700, abs=NEAR_HZ)
    assert loudness_of(samples[:, 1]) == 0


async def test_a_recording_can_be_made_again(floor: Floor) -> None:
    """Storage that does not answer is asked again later, with the same sound."""
    async with voices(600, 1700) as (agent, caller):
        await floor.talk((caller, CALLER), (agent, AGENT), record=True)
        await asyncio.sleep(0.3)
        floor.gateway.perform(EndLeg(CALL, AGENT, "agent_left"))
    [taken] = floor.gateway.take(CALL)
    assert bytes(taken.sound().samples) == bytes(taken.sound().samples)
    taken.done()


async def test_how_a_call_was_heard_is_kept_for_its_record(floor: Floor) -> None:
    """Per leg, over all its peers, with how long it was away; given out once."""
    async with voices(600, 1700, 800) as (agent, caller, again):
        await floor.talk((caller, CALLER), (agent, AGENT))
        await asyncio.sleep(0.5)
        await agent.leave()
        await asyncio.sleep(0.2)
        floor.seconds.ahead_s += 5
        await floor.join(again, AGENT)
        await asyncio.sleep(0.5)
        for leg_id in (CALLER, AGENT):
            floor.gateway.perform(EndLeg(CALL, leg_id, "agent_left"))
    qualities = floor.gateway.take_qualities(CALL)
    assert sorted(qualities) == [CALLER, AGENT]
    assert qualities[AGENT].packets > 30
    assert qualities[AGENT].loss_percent == 0
    assert 5 <= qualities[AGENT].away_s < 8
    assert floor.gateway.take_qualities(CALL) == {}
