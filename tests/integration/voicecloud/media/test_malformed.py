"""Packets that make no sense, from strangers and from the peer itself: dropped, counted, never an error (RFC 7983)."""

import asyncio
import random
import re
import socket
import struct
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio
from aioice import stun

from tests.fixtures.media import Voice, voices
from tests.fixtures.media_floor import AGENT, CALLER, Floor
from tests.fixtures.waiting import eventually

CANDIDATE = re.compile(r"a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host")
TRIES = 400
NEAR_HZ = 15.0
AUDIO_LEVEL = 2
"""The id of the header extension in aiortc's offers."""


@pytest_asyncio.fixture
async def complaints() -> AsyncIterator[list[Any]]:
    """What the event loop complains about."""
    heard: list[Any] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: heard.append(context))
    yield heard
    loop.set_exception_handler(None)


def binding(attribute: int = 0x0006, value: bytes = b"a:b", length: int | None = None) -> bytes:
    """A STUN request of one attribute (RFC 8489, section 5)."""
    padded = value + bytes(-len(value) % 4)
    body = struct.pack("!HH", attribute, len(value) if length is None else length) + padded
    return struct.pack("!HHI12s", 1, len(body), stun.COOKIE, b"x" * 12) + body


def nonsense(chance: random.Random) -> Iterator[bytes]:
    """Attributes of every length, cut datagrams, and all first bytes with whatever behind them."""
    yield b""
    for attribute in stun.ATTRIBUTES_BY_TYPE:
        for length in range(10):
            yield binding(attribute, chance.randbytes(length))
    yield binding(length=0xFFFF)
    for first in range(256):
        yield bytes([first]) + chance.randbytes(chance.choice((0, 1, 12, 40, 1_200)))
    for _ in range(TRIES):
        changed = bytearray(binding(chance.choice(list(stun.ATTRIBUTES_BY_TYPE)), chance.randbytes(8)))
        changed[chance.randrange(len(changed))] = chance.randrange(256)
        yield bytes(changed)


async def join(floor: Floor, voice: Voice, leg_id: str) -> list[tuple[str, int]]:
    """The voice is there; gives where the gateway is reached."""
    places: list[tuple[str, int]] = []

    async def offer(sdp: str) -> str:
        answer = (await floor.gateway.offer(leg_id, sdp)).sdp
        places.extend((host, int(port)) for host, port in CANDIDATE.findall(answer))
        return answer

    await voice.call(offer)
    return places


async def test_what_strangers_send_is_dropped_and_counted(floor: Floor, complaints: list[Any]) -> None:
    """While a call goes on, and before it is connected: it is heard all the same, and nobody complains."""
    async with voices(600, 1700) as (agent, caller):
        places = await join(floor, caller, CALLER) + await join(floor, agent, AGENT)
        floor.bridge()
        before = floor.gateway.malformed_packets
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.setblocking(False)
            for place in (one for one in places if ":" not in one[0]):
                for number, datagram in enumerate(nonsense(random.Random(7))):
                    stranger.sendto(datagram, place)
                    await asyncio.sleep(0.002 if number % 20 == 0 else 0)
        await eventually(lambda: floor.gateway.malformed_packets > before + TRIES)
        pitch_hz, _ = await agent.listen()
        assert pitch_hz == pytest.approx(1700, abs=NEAR_HZ)
        assert (floor.gateway.media(CALLER).attached, floor.gateway.media(AGENT).attached) == (True, True)  # type: ignore[union-attr]
    assert complaints == []


async def test_what_the_peer_itself_sends_ends_no_call(floor: Floor, complaints: list[Any]) -> None:
    """Well protected, but broken inside: header extensions and reports of wrong lengths."""
    chance = random.Random(7)
    async with voices(600, 1700) as (agent, caller):
        await floor.talk((caller, CALLER), (agent, AGENT))
        before, dtls = floor.gateway.malformed_packets, caller.peer._sender.transport
        for length in range(4):
            extension = bytes([AUDIO_LEVEL << 4 | length]) + bytes(length + 1)
            extension += bytes(-len(extension) % 4)
            head = struct.pack("!BBHII", 0x90, caller.peer._voice_type, length, 7, 7) + struct.pack(
                "!HH", 0xBEDE, len(extension) // 4
            )
            await dtls._send_rtp(head + extension + b"\xf8\xff\xfe")
        for kind in range(200, 208):
            for count in (0, 1, 31):
                body = chance.randbytes(4 * chance.randrange(1, 9))
                await dtls._send_rtp(struct.pack("!BBH", 0x80 | count, kind, len(body) // 4) + body)
        await eventually(lambda: floor.gateway.malformed_packets >= before + 10)
        pitch_hz, _ = await agent.listen()
        assert pitch_hz == pytest.approx(1700, abs=NEAR_HZ)
    assert complaints == []
