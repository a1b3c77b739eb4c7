"""Peers that come, go and come back: the leg stays, and nobody else notices more than they must (K1)."""

import asyncio
import time

import pytest

from shared.errors import Missing, Unavailable
from tests.fixtures.media import Voice, voices
from tests.fixtures.media_floor import AGENT, CALL, CALLER, Floor
from voicecloud.media import connecting
from voicecloud.media.forwarding import MOST_AT_ONCE
from voicecloud.media.liveness import LOOK_EVERY_S, MOST_A_LOOK
from voicecloud.media.rtp import FRAME, FRAME_S
from voicecloud.routing.effects import EndLeg, Play
from voicecloud.routing.events import PartyLeft

NEAR_HZ = 12.0


async def test_a_peer_that_was_replaced_is_heard_no_more(floor: Floor) -> None:
    """Though it goes on talking while it is being closed: its packets would fall between those of the new one."""
    async with voices(600, 1700, 800) as (agent, caller, again):
        await floor.talk((caller, CALLER), (agent, AGENT))
        await floor.join(again, AGENT)
        caller.heard.clear()
        await asyncio.sleep(0.4)
        numbers = [packet.sequence for packet in caller.heard]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


async def test_a_replaced_peer_is_one_stream_to_whoever_hears_it(floor: Floor) -> None:
    """Sequence numbers go on without a gap, time stamps never go back: over hold music too."""
    async with voices(600, 1700, 800) as (agent, caller, again):
        await floor.talk((caller, CALLER), (agent, AGENT))
        caller.heard.clear()
        await asyncio.sleep(0.2)
        floor.separate()
        floor.gateway.perform(Play(CALL, CALLER, "hold-music"))
        await asyncio.sleep(0.2)
        floor.bridge()
        await asyncio.sleep(0.2)
        await floor.join(again, AGENT)
        await asyncio.sleep(0.2)
        assert len({packet.source for packet in caller.heard}) == 1
        steps = [
            after.sequence - before.sequence for before, after in zip(caller.heard, caller.heard[1:], strict=False)
        ]
        assert set(steps) == {1}
        ticks = [
            after.timestamp - before.timestamp for before, after in zip(caller.heard, caller.heard[1:], strict=False)
        ]
        assert min(ticks) >= FRAME


async def test_the_tone_ends_with_the_first_word(floor: Floor) -> None:
    """Whoever is back is not talked over by the comfort tone."""
    async with voices(600, 1700) as (agent, caller):
        await floor.talk((caller, CALLER), (agent, AGENT))
        await agent.hush()
        floor.seconds.ahead_s += 3
        await asyncio.sleep(0.6)
        caller.heard.clear()
        agent.talk()
        await asyncio.sleep(0.3)
        own = [packet.payload in agent.says for packet in caller.heard]
        assert own == sorted(own)


async def test_a_connected_peer_that_says_nothing_is_kept(floor: Floor) -> None:
    """A microphone that has stopped ends no call, however long: its connection lives."""
    async with voices(600, 1700) as (agent, caller):
        await floor.talk((caller, CALLER), (agent, AGENT))
        await agent.hush()
        await asyncio.sleep(0.1)
        floor.seconds.ahead_s += 600
        await asyncio.sleep(0.4)
        media = floor.gateway.media(AGENT)
        assert media is not None
        assert not media.attached
        assert floor.reported == []


async def test_a_call_is_given_up_once(floor: Floor) -> None:
    """Routing is notified of a leg whose peer stays away, once."""
    async with voices(600, 1700) as (agent, caller):
        await floor.talk((caller, CALLER), (agent, AGENT))
        await agent.leave()
        await asyncio.sleep(0.2)
        floor.seconds.ahead_s += 61
        await asyncio.sleep(0.8)
        assert [event for event in floor.reported if event == PartyLeft(AGENT)] == [PartyLeft(AGENT)]


async def test_a_peer_that_never_connects_is_away(floor: Floor) -> None:
    """A firewall, or a page that dies as it answers: the other one hears the tone, and the call ends at the limit."""
    async with voices(600, 1700) as (agent, caller):
        await floor.join(caller, CALLER)
        await floor.gateway.offer(AGENT, await agent.peer.offer())
        floor.bridge()
        floor.seconds.ahead_s += 3
        await asyncio.sleep(0.6)
        caller.heard.clear()
        await asyncio.sleep(0.3)
        assert caller.heard
        assert floor.reported == []
        floor.seconds.ahead_s += 60
        await asyncio.sleep(0.6)
        assert floor.reported == [PartyLeft(AGENT)]


async def test_a_voice_that_is_taken_back_before_it_was_heard_is_not_waited_for(floor: Floor) -> None:
    """Another terminal of the user was faster, whose audio does not come through here."""
    async with voices(600, 1700) as (agent, caller):
        await floor.join(caller, CALLER)
        made = await floor.gateway.offer(AGENT, await agent.peer.offer())
        await floor.gateway.withdraw(AGENT, made.media_id)
        floor.bridge()
        floor.seconds.ahead_s += 600
        await asyncio.sleep(0.6)
        assert PartyLeft(AGENT) not in floor.reported


async def test_a_peer_that_is_not_expected_any_more_is_away_too(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    """The gateway does not rest when no peer is left: somebody may still come back, or never."""
    monkeypatch.setattr(connecting, "CONNECT_WITHIN_S", 0.1)
    async with voices(600) as (agent,):
        await floor.gateway.offer(AGENT, await agent.peer.offer())
        async with asyncio.timeout(30):
            while floor.gateway.peer_count:  # noqa: ASYNC110 (no bell rings)
                await asyncio.sleep(0.05)
        floor.seconds.ahead_s += 61
        await asyncio.sleep(0.6)
        assert floor.reported == [PartyLeft(AGENT)]


async def test_a_leg_that_never_had_a_voice_is_not_waited_for(floor: Floor) -> None:
    """Simulated parties, and telephones whose audio does not come through here, are no business of K1."""
    async with voices(1700) as (caller,):
        await floor.join(caller, CALLER)
        floor.bridge()
        floor.seconds.ahead_s += 600
        await asyncio.sleep(0.4)
        assert PartyLeft(AGENT) not in floor.reported


async def test_what_was_not_passed_on_is_not_lost(floor: Floor) -> None:
    """Whoever was apart from the other for a while does not count that as bad audio."""
    async with voices(600, 1700) as (agent, caller):
        await floor.talk((caller, CALLER), (agent, AGENT))
        await asyncio.sleep(0.1)
        caller.heard.clear()
        floor.separate()
        await asyncio.sleep(0.3)
        floor.bridge()
        await asyncio.sleep(0.2)
        numbers = [packet.sequence for packet in caller.heard]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


async def test_withdrawn_is_away(floor: Floor) -> None:
    """A phone that takes its peer connection back keeps its leg for a while; one of another id means nothing."""
    async with voices(600, 1700) as (agent, caller):
        await floor.talk((caller, CALLER), (agent, AGENT))
        await asyncio.sleep(0.1)
        media = floor.gateway.media(AGENT)
        assert media is not None
        with pytest.raises(Missing, match="media-unknown"):
            await floor.gateway.withdraw(AGENT, "another")
        await floor.gateway.withdraw(AGENT, media.media_id)
        media = floor.gateway.media(AGENT)
        assert media is not None
        assert not media.attached


async def test_nothing_is_made_for_a_leg_that_is_over(floor: Floor) -> None:
    """An offer that comes with or after the end leaves no peer behind."""
    async with voices(600) as (agent,):
        offer = await agent.peer.offer()
        coming = asyncio.ensure_future(floor.gateway.offer(AGENT, offer))
        await asyncio.sleep(0)
        floor.gateway.perform(EndLeg(CALL, AGENT, "agent_left"))
        for answer in (coming, floor.gateway.offer(AGENT, offer)):
            with pytest.raises(Missing, match="media-unknown"):
                await answer
        assert floor.gateway.peer_count == 0
        assert floor.gateway.media(AGENT) is None


async def test_peers_that_are_being_made_count(floor: Floor) -> None:
    """Many offers in the same moment get no more than the limit."""
    async with voices(*[600.0] * 6) as made:
        offers = [await voice.peer.offer() for voice in made]
        answers = await asyncio.gather(
            *(floor.gateway.offer(f"call:{at}", offer) for at, offer in enumerate(offers)), return_exceptions=True
        )
        assert [isinstance(one, Unavailable) for one in answers].count(True) == 3


async def test_a_gateway_can_call_as_well(floor: Floor) -> None:
    """Its own offer, answered later: for trunks that want to be called."""
    async with voices(600, 1700) as (agent, trunk):
        await floor.join(agent, AGENT)
        invitation = await floor.gateway.invite(CALLER)
        await floor.gateway.accept(CALLER, invitation.media_id, await trunk.peer.answer(invitation.sdp))
        await asyncio.wait_for(trunk.connected.wait(), 30)
        trunk.talk()
        floor.bridge()
        assert (await agent.listen())[0] == pytest.approx(1700, abs=NEAR_HZ)


async def test_a_flood_is_dropped(floor: Floor) -> None:
    """A peer gets through at most eight times a telephone's packets; the other party and the recorder are spared."""
    async with voices(600, 1700) as (agent, caller):
        await floor.talk((caller, CALLER), (agent, AGENT))
        await agent.hush()
        caller.heard.clear()
        began_s = time.monotonic()
        await flood(agent, 2_000)
        await asyncio.sleep(0.2)
        looks = 1 + (time.monotonic() - began_s) / LOOK_EVERY_S  # a slow machine lets more through, as it takes longer
        assert len(caller.heard) <= MOST_AT_ONCE + looks * MOST_A_LOOK


async def flood(voice: Voice, count: int) -> None:
    for number in range(count):
        await voice.peer.send(voice.says[0], 5_000 + number, number * FRAME)
        if number % 50 == 0:
            await asyncio.sleep(FRAME_S)
