"""Messages and files between the voice cloud and its media process."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from shared.errors import Conflict, Missing, Unavailable
from voicecloud.media.link import Files, GatewayLink, pair
from voicecloud.media.messages import (
    Accept,
    LegChanged,
    Offer,
    Ping,
    PromptAudio,
    PromptWanted,
    SessionDescription,
    Take,
    Withdraw,
)
from voicecloud.routing.effects import Bridge
from voicecloud.routing.events import KeyPressed

NAME = "01a22a84-b315-7000-a6a3-cbf62219e5ed"


@asynccontextmanager
async def linked(handle: Any) -> AsyncIterator[tuple[GatewayLink, list[Any]]]:
    """A link whose other side is ``handle``, and what that side reports by itself."""
    told: list[Any] = []
    ends, here, there = pair(), GatewayLink(told.append), GatewayLink(handle)
    for link, end in zip((here, there), ends, strict=True):
        await link.open(end)
    running = [asyncio.ensure_future(link.run()) for link in (here, there)]
    try:
        yield here, told
    finally:
        here.close()
        await asyncio.gather(*running)


async def test_messages_arrive_as_they_were_in_their_order() -> None:
    """Routing's effects and events, texts, bytes, and what is not there."""
    got: list[Any] = []
    sent = [
        Bridge("c", "c:1", "c:2", True, {"c:2": "anna"}),
        KeyPressed("c:1", "#"),
        LegChanged("c:1", None, False, None),
        PromptAudio(bytes(range(256)) * 5000),
        Offer("c:1", "v=0\r\nåäö"),
    ]
    async with linked(got.append) as (link, _):
        for one in sent:
            link.tell(one)
        await link.ask(Ping())
    assert got == [*sent, Ping()]
    assert got[0].users == {"c:2": "anna"}


async def test_questions_are_answered_in_any_order() -> None:
    """A slow answer keeps no other one waiting."""
    slow = asyncio.Event()

    def handle(message: Any) -> Any:
        return later() if isinstance(message, PromptWanted) else SessionDescription("m", "sdp")

    async def later() -> PromptAudio:
        await slow.wait()
        return PromptAudio(b"hello")

    async with linked(handle) as (link, _):
        first = asyncio.ensure_future(link.ask(PromptWanted("p")))
        assert await link.ask(Offer("c:1", "")) == SessionDescription("m", "sdp")
        assert not first.done()
        slow.set()
        assert await first == PromptAudio(b"hello")


async def test_a_refusal_is_raised_as_it_was() -> None:
    """Of the same class with the same code; a mistake of the other side is an outage, and ends nothing."""

    async def fail(error: Exception) -> None:
        raise error

    errors = {Take: Missing("media-unknown", "the leg is over"), Accept: Conflict("busy", ""), Withdraw: KeyError("x")}
    async with linked(lambda message: fail(errors[type(message)])) as (link, _):
        for question, expected in (
            (Take("c"), Missing),
            (Accept("l", "m", ""), Conflict),
            (Withdraw("l", "m"), Unavailable),
        ):
            with pytest.raises(expected):
                await link.ask(question)


async def test_who_waits_for_an_answer_learns_that_the_other_side_is_gone() -> None:
    """And nobody waits for one that cannot come any more."""
    never = asyncio.Event()
    async with linked(lambda _: never.wait()) as (link, _):
        waiting = asyncio.ensure_future(link.ask(Ping()))
        await asyncio.sleep(0.01)
        link.close()
        for question in (waiting, link.ask(Ping())):
            with pytest.raises(Unavailable, match="media-down"):
                await question


def test_an_open_file_is_handed_over(tmp_path: Path) -> None:
    """By its name, in whatever order it is asked for; the giver's end may be closed."""
    ours, theirs = (Files(end) for end in pair())
    names = [NAME, NAME.replace("0", "f")]
    for name in names:
        with (tmp_path / name).open("w+b") as file:
            file.write(name.encode())
            file.flush()
            ours.give(name, file.fileno())
    for name in reversed(names):
        with os.fdopen(theirs.take(name), "rb") as file:
            file.seek(0)
            assert file.read() == name.encode()
    with pytest.raises(KeyError):
        theirs.take(NAME)
    ours.close()
    theirs.close()


async def test_a_side_that_takes_nothing_any_more_is_given_up_at_once() -> None:
    """However much waits for it: closing would wait for ever."""
    end, other = pair()
    link = GatewayLink(lambda _: None)
    await link.open(end)
    running = asyncio.ensure_future(link.run())
    for _ in range(5000):
        link.tell(Bridge("c", "c:1", "c:2", True, {"c:2": "anna" * 20}))
    link.abort()
    await asyncio.wait_for(running, 1)
    other.close()
