"""Session descriptions from anybody: understood or refused, at once, and nothing is left behind (RFC 8866)."""

import asyncio
import random
import time
from collections.abc import Awaitable, Iterator

import pytest

from shared.errors import InvalidInput
from tests.fixtures import media_floor
from tests.fixtures.media import voices
from tests.fixtures.media_floor import CALLER, Floor
from voicecloud.media.sdp import LONGEST_SDP

CHANGES = 150
MOST_S = 3.0
STRANGE = (
    *("m=video 9 UDP/TLS/RTP/SAVPF 96", "m=audio 9 UDP/TLS/RTP/SAVPF 96", "m=application 9 DTLS/SCTP 5000"),
    *("a=candidate:1 1 udp 1 999.1.1.1 99999 typ host", "a=rtpmap:96 VP8/90000", "a=setup:passive", "a=inactive"),
    *("a=ssrc:x y", "a=extmap:1 foo", "a=mid:\0", "a=group:BUNDLE", "a=ice-lite", "a=max-message-size:a"),
)


def changed(offer: str, chance: random.Random) -> Iterator[str]:
    """Lines gone, doubled, strange, or with other characters in them."""
    for _ in range(CHANGES):
        lines = offer.split("\r\n")
        for _ in range(chance.randint(1, 3)):
            place, kind = chance.randrange(len(lines)), chance.randrange(4)
            if kind == 0:
                del lines[place]
            elif kind == 1:
                lines.insert(place, chance.choice(lines))
            elif kind == 2:
                lines.insert(place, chance.choice(STRANGE))
            else:
                lines[place] = lines[place].translate({ord(chance.choice("0159=: /")): chance.choice("\0 09:ÿ☎")})
        yield "\r\n".join(lines)


async def is_taken(asked: Awaitable[object]) -> bool:
    try:
        await asked
    except InvalidInput:
        return False
    return True


async def test_whatever_comes_is_understood_or_refused(floor: Floor) -> None:
    """With an error of ours, quickly, and without a word from tasks that nobody waits for; whoever asks before it is
    answered is told the same as when it is."""
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    slowest = 0.0
    try:
        async with voices(600) as (voice,):
            for offer in changed(await voice.peer.offer(), random.Random(7)):
                began = time.monotonic()
                is_answered = await is_taken(floor.gateway.offer(CALLER, offer))
                slowest = max(slowest, time.monotonic() - began)
                assert await is_taken(floor.gateway.check(offer)) is is_answered, offer
    finally:
        asyncio.get_running_loop().set_exception_handler(None)
    assert floor.gateway.peer_count <= 1
    assert complaints == []
    assert slowest < MOST_S


async def test_what_a_telephone_network_leaves_unsaid_is_understood(floor: Floor) -> None:
    """A direction, and the name of a format whose number says all (RFC 8866, section 6.7; RFC 3551, section 6)."""
    async with voices(600) as (voice,):
        offer = await voice.peer.offer()
        for said in (
            offer.replace("a=sendrecv\r\n", ""),
            offer.replace(" 8 0 ", " 8 0 18 ") + "a=fmtp:18 annexb=no\r\n",
        ):
            assert said != offer
            await floor.gateway.offer(CALLER, said)
            await floor.gateway.check(said)


async def test_a_description_that_is_too_long_is_not_read(floor: Floor) -> None:
    """It is refused however well it begins."""
    async with voices(600) as (voice,):
        offer = await voice.peer.offer()
        with pytest.raises(InvalidInput, match="sdp-too-long"):
            await floor.gateway.offer(CALLER, offer + "a=x\r\n" * (LONGEST_SDP // 5))
    assert floor.gateway.peer_count == 0


async def test_closing_is_quiet_and_whole() -> None:
    """With peers connected, connecting and away: no task is left, nobody complains."""
    complaints: list[object] = []
    loop = asyncio.get_running_loop()
    before = asyncio.all_tasks()
    loop.set_exception_handler(lambda _, context: complaints.append(context))
    try:
        async with voices(600, 1700, 800) as (agent, caller, coming), media_floor.floor() as floor:
            await floor.talk((caller, "call:1"), (agent, "call:2"), record=True)
            await agent.leave()
            await floor.gateway.offer("call:3", await coming.peer.offer())
        await asyncio.sleep(0.1)
    finally:
        loop.set_exception_handler(None)
    assert complaints == []
    assert asyncio.all_tasks() == before
