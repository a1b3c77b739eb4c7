"""Calls over networks that lose, delay and cut off packets: they go on, can be understood, and say how they were."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import numpy as np
import pytest
import pytest_asyncio

from tests.fixtures.bad_network import BadNetwork, bad_network
from tests.fixtures.media import Voice, loudness_of, pitch_of, voices
from tests.fixtures.media_floor import AGENT, CALL, CALLER, Floor
from tests.fixtures.waiting import eventually
from voicecloud.media import opus
from voicecloud.media.rtp import FRAME, Packet
from voicecloud.routing.effects import EndLeg
from voicecloud.routing.events import PartyLeft

AGENT_HZ, CALLER_HZ = 600, 1700
NEAR_HZ = 12.0
TALKS_S = 4.0
CUT_S = 5.0
BLOCK = opus.RATE // 50


def near(pitch_hz: float) -> Any:
    return pytest.approx(pitch_hz, abs=NEAR_HZ)


def sound_of(packets: Sequence[Packet]) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    """As a telephone plays it that waits for late packets and conceals what is lost."""
    decoder, sounds, due = opus.Decoder(), [], packets[0].timestamp
    for packet in sorted(packets, key=lambda one: one.timestamp):
        missing = range(min(5, round((packet.timestamp - due) / FRAME)), 0, -1)
        sounds += [decoder.conceal(packet.payload if back == 1 else None) for back in missing]
        sounds.append(decoder.decode(packet.payload))
        due = packet.timestamp + FRAME
    return np.frombuffer(b"".join(sounds), np.int16)


def holes(sound: "np.ndarray[tuple[int], np.dtype[np.int16]]") -> float:
    """The share of 20 ms in which nothing is heard."""
    blocks = sound[: len(sound) // BLOCK * BLOCK].reshape(-1, BLOCK)
    return float(np.mean([loudness_of(block) < 100 for block in blocks]))


@pytest_asyncio.fixture
async def talking(floor: Floor) -> AsyncIterator[tuple[Voice, Voice, BadNetwork]]:
    """An agent and a caller who talk and are recorded; the network is the caller's."""
    async with voices(AGENT_HZ, CALLER_HZ) as (agent, caller), bad_network() as network:

        async def offer(sdp: str) -> str:
            return (await floor.gateway.offer(CALLER, sdp)).sdp

        await caller.call(network.between(offer))
        await floor.join(agent, AGENT)
        floor.bridge(record=True)
        await eventually(lambda: min(len(agent.heard), len(caller.heard)) > 20)
        yield agent, caller, network


@pytest.mark.parametrize(("loss", "jitter_s"), [(0.03, 0.0), (0.0, 0.06), (0.03, 0.06)])
async def test_a_poor_network_is_survived_and_reported(
    floor: Floor, talking: tuple[Voice, Voice, BadNetwork], loss: float, jitter_s: float
) -> None:
    """3 % of the packets lost, 60 ms between early and late ones: both are understood, the recording has hardly a hole,
    and the figures of the call say what it was."""
    agent, caller, network = talking
    network.worsen(loss=loss, jitter_s=jitter_s)
    agent.heard.clear()
    caller.heard.clear()
    await asyncio.sleep(TALKS_S)
    for voice, pitch_hz in ((agent, CALLER_HZ), (caller, AGENT_HZ)):
        sound = sound_of(voice.heard)
        assert pitch_of(sound, opus.RATE) == near(pitch_hz)
        assert holes(sound) < 0.02
    quality = floor.gateway.quality(CALLER)
    assert quality is not None
    assert network.lost / (network.lost + network.passed) == pytest.approx(loss, abs=0.02)
    assert quality.loss == pytest.approx(loss, abs=0.03)
    assert (quality.jitter_ms > 10) is (jitter_s > 0)
    floor.gateway.perform(EndLeg(CALL, AGENT, "agent_left"))
    [taken] = floor.gateway.take(CALL)
    recorded = taken.sound()
    samples = np.frombuffer(recorded.samples, dtype="<i2").reshape(-1, 2)[opus.RATE // 2 : -opus.RATE // 4]
    assert [pitch_of(samples[:, channel], recorded.rate) for channel in (0, 1)] == [near(CALLER_HZ), near(AGENT_HZ)]
    assert holes(samples[:, 0]) < 0.02
    assert not [event for event in floor.reported if isinstance(event, PartyLeft)]


async def test_a_cut_of_five_seconds_is_bridged_by_a_tone(
    floor: Floor, talking: tuple[Voice, Voice, BadNetwork]
) -> None:
    """The other party hears a tone, and the voice again as soon as the network is back; nobody is given up."""
    agent, caller, network = talking
    loop = asyncio.get_running_loop()
    network.is_cut, began = True, loop.time()
    await eventually(lambda: floor.told.count(CALLER) > 0)
    agent.heard.clear()
    await eventually(lambda: len(agent.heard) > 50)
    assert pitch_of(sound_of(agent.heard), opus.RATE) != near(CALLER_HZ)
    assert loop.time() - began < CUT_S
    await asyncio.sleep(began + CUT_S - loop.time())
    network.is_cut = False
    back = loop.time()
    while (await agent.listen(0.1))[0] != near(CALLER_HZ):
        assert loop.time() - back < 1
    assert (await caller.listen())[0] == near(AGENT_HZ)
    assert not [event for event in floor.reported if isinstance(event, PartyLeft)]
