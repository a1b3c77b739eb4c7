"""Telephone keys (RFC 4733) through the gateway (C2)."""

import asyncio

from tests.fixtures.media import voices
from tests.fixtures.media_floor import AGENT, CALLER, Floor
from tests.fixtures.waiting import eventually


async def test_keys_pressed_at_once_arrive_one_after_another(floor: Floor) -> None:
    """However fast they are sent, none is lost and the order stays."""
    async with voices(600, 1700) as (agent, caller):
        await floor.talk((caller, CALLER), (agent, AGENT))
        await asyncio.sleep(0.1)
        floor.gateway.send_keys(AGENT, "12")
        floor.gateway.send_keys(AGENT, "#9")
        await eventually(lambda: len(caller.keys) == 4)
        assert "".join(caller.keys) == "12#9"


async def test_a_key_leaves_no_gap_in_the_voice(floor: Floor) -> None:
    """The other party's telephone counts no loss while keys are pressed."""
    async with voices(600, 1700) as (agent, caller):
        await floor.talk((caller, CALLER), (agent, AGENT))
        await asyncio.sleep(0.1)
        caller.numbers.clear()
        await agent.press("5")
        await eventually(lambda: len(caller.keys) == 1)
        await asyncio.sleep(0.3)
        assert caller.numbers == list(range(caller.numbers[0], caller.numbers[0] + len(caller.numbers)))


async def test_keys_to_nobody_are_reported_all_the_same(floor: Floor) -> None:
    """Routing has keys of its own (a callback while waiting); where nobody hears them nothing is kept for later."""
    async with voices(600, 1700) as (agent, caller):
        await floor.join(agent, AGENT)
        await asyncio.sleep(0.1)
        floor.gateway.send_keys(AGENT, "1")
        await floor.join(caller, CALLER)
        floor.bridge()
        await asyncio.sleep(0.3)
        assert len(floor.reported) == 1
        assert caller.keys == []


async def test_the_same_key_twice_is_two_keys_while_nobody_speaks(floor: Floor) -> None:
    """A telephone that sends nothing in silence has no time stamps that would tell them apart."""
    async with voices(600, 1700) as (agent, caller):
        await floor.talk((caller, CALLER), (agent, AGENT))
        await agent.hush()
        await asyncio.sleep(0.1)
        floor.gateway.send_keys(AGENT, "55")
        await eventually(lambda: len(caller.keys) == 2)
