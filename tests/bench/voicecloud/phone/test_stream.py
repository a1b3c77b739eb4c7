"""How soon a phone knows: from a change to the state at the reader, with many other phones open."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

from tests.bench.conftest import Figures
from tests.fixtures.voicecloud import ANNA, BJORN, CARLA, DAVID, RunVoiceCloud, VoiceCloud
from tests.fixtures.web_phones import WebPhone, direct_call

RINGS = 100
READERS = 12
"""Streams open besides the one measured."""


async def rung(cloud: VoiceCloud, phone: WebPhone, ringing: Callable[[], Awaitable[Any]]) -> float:
    """Seconds until ``ringing`` has seen a ring that begins now; it is declined then."""
    waiting = asyncio.ensure_future(ringing())
    await asyncio.sleep(0.005)
    began = time.perf_counter()
    call_id = await direct_call(cloud, phone.user_id)
    await waiting
    took_s = time.perf_counter() - began
    await phone.do(call_id, "decline")
    return took_s


async def until_ringing(states: AsyncIterator[dict[str, Any]]) -> None:
    async for state in states:
        if any(call["state"] == "ringing" for call in state["calls"]):
            return


async def test_a_ring_reaches_the_phone(run_voicecloud: RunVoiceCloud, figures: Figures) -> None:
    """By the event stream, and by the long poll that is there without one."""
    async with run_voicecloud(rate_limit_per_minute=0, phone_lease_s=600) as cloud, AsyncExitStack() as stack:
        phones = [WebPhone(cloud, user_id) for user_id in (ANNA, BJORN, CARLA, DAVID)]
        for phone in phones:
            await phone.open()
        for place in range(READERS):
            states = await stack.enter_async_context(phones[1 + place % 3].events())
            await anext(states)
        anna = phones[0]
        states = await stack.enter_async_context(anna.events())
        streamed_ms = [1000 * await rung(cloud, anna, lambda: until_ringing(states)) for _ in range(RINGS)]
        polled_ms = [1000 * await rung(cloud, anna, anna.rings) for _ in range(RINGS)]
    figures.times("ring to phone, event stream", streamed_ms, 50, digits=1)
    figures.times("ring to phone, long poll", polled_ms, 100, digits=1)
