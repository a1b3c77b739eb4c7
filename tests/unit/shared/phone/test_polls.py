import asyncio

import pytest

from shared.phone.polls import MOST, LongPolls


async def test_the_oldest_poll_of_an_agent_gives_way() -> None:
    """However many wait, only the newest few are held; another agent's are left alone."""
    polls, released = LongPolls(), asyncio.Event()
    held = 0

    async def answer() -> str:
        nonlocal held
        held += 1
        try:
            await released.wait()
        finally:
            held -= 1
        return "changed"

    other = asyncio.create_task(polls.wait("david", answer()))
    waiting = [asyncio.create_task(polls.wait("anna", answer())) for _ in range(20)]
    await asyncio.wait(waiting[:-MOST])
    assert (held, [one.result() for one in waiting[:-MOST]]) == (MOST + 1, [None] * (20 - MOST))
    released.set()
    assert await asyncio.gather(other, *waiting[-MOST:]) == ["changed"] * (MOST + 1)
    assert polls._waiting == {}


async def test_a_poll_that_fails_says_why() -> None:
    """What the voice cloud refuses is told to who asked."""

    async def refuse() -> None:
        raise LookupError("gone")

    polls = LongPolls()
    with pytest.raises(LookupError, match="gone"):
        await polls.wait("anna", refuse())
    assert polls._waiting == {}


async def test_a_poll_whose_asker_is_gone_ends() -> None:
    """Nothing is left waiting behind it."""
    polls, ended = LongPolls(), asyncio.Event()

    async def answer() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    asker = asyncio.create_task(polls.wait("anna", answer()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    asker.cancel()
    await asyncio.wait([asker])
    await asyncio.wait_for(ended.wait(), 1)
    assert polls._waiting == {}
