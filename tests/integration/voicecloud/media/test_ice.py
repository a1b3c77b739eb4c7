"""How peers find each other: what is changed of aioice does what it should, in the version that is pinned."""

import asyncio
import re
import time
from importlib.metadata import version

import aioice.ice
import pytest

from shared.errors import InvalidInput
from tests.fixtures.media import Voice, voices
from voicecloud.media.aiortc_adapter import Listener, Peer
from voicecloud.media.ice import MOST_WAITING
from voicecloud.settings.media import ANYWHERE, IceServer, Way

CANDIDATE = re.compile(r"a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host")
PORTS = range(41_300, 41_310)


async def nothing(*_: object) -> None:
    """Is not interested."""


def peer(way: Way = ANYWHERE, servers: tuple[IceServer, ...] = ()) -> Peer:
    return Peer(servers, Listener(nothing, nothing, lambda _: None), way)


def test_the_versions_are_those_that_were_looked_into() -> None:
    """Private parts are used: another version has to be reviewed first."""
    assert (version("aiortc"), version("aioice")) == ("1.16.0", "0.13.0")


async def test_ports_are_those_given() -> None:
    """Each peer has another one; where none is left the description is refused and nothing stays open."""
    made = [peer(Way(ports=PORTS)) for _ in PORTS]
    try:
        offers = [await one.offer() for one in made]
        ports = [int(port) for offer in offers for _, port in CANDIDATE.findall(offer)]
        assert set(ports) <= set(PORTS)
        assert len(set(ports)) >= len(PORTS)
    finally:
        await asyncio.gather(*(one.close() for one in made))


async def test_the_address_that_others_see_is_offered() -> None:
    """In place of the machine's own, with the port that it really has; and the peer can be called all the same."""
    async with voices(600) as (voice,):
        there = peer(Way(address="203.0.113.7", ports=PORTS))
        answer = await there.answer(await voice.peer.offer())
        assert {address for address, _ in CANDIDATE.findall(answer)} == {"203.0.113.7"}
        await voice.peer.accept(answer)
        await asyncio.wait_for(voice.connected.wait(), 30)
        await there.close()


async def test_servers_that_do_not_answer_hold_nobody_up() -> None:
    """A call is answered without them after a moment."""
    async with voices(600) as (voice,):
        there = peer(servers=(IceServer(["stun:192.0.2.1:3478"]),))
        began = time.monotonic()
        answer = await there.answer(await voice.peer.offer())
        assert time.monotonic() - began < 3
        assert CANDIDATE.search(answer)
        await there.close()


async def test_a_machine_without_a_network_offers_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Development on a train: both ends on one machine, no address but the loopback one."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: [])
    async with voices(600) as (voice,):
        there = peer()
        answer = await there.answer(await voice.peer.offer())
        assert {address for address, _ in CANDIDATE.findall(answer)} == {"127.0.0.1"}
        await voice.peer.accept(answer)
        await asyncio.wait_for(voice.connected.wait(), 30)
        await there.close()


async def test_datagrams_that_nobody_reads_are_limited() -> None:
    """A process that cannot keep up loses packets instead of growing."""
    there = peer()
    await there.offer()
    connection = there._receiver.transport.transport._connection
    for _ in range(MOST_WAITING + 50):
        connection.data_received(b"\x80" + bytes(11), 1)
    assert connection._queue.qsize() == MOST_WAITING
    await there.close()


async def test_a_peer_that_tells_none_of_its_addresses_is_answered() -> None:
    """Browsers hide them behind names of the local network, or send the offer before they know them."""
    async with voices(600) as (voice,):
        offer = re.sub(r"(a=candidate:\S+ \d udp \d+ )\S+", r"\1 0f6e1e5c.local", await voice.peer.offer())
        there = peer()
        await voice.peer.accept(await there.answer(offer.replace("udp  ", "udp ")))
        await asyncio.wait_for(voice.connected.wait(), 30)
        await there.close()


@pytest.mark.parametrize("broken", ["m=audio", "a=ice-ufrag", "a=fingerprint", "a=rtpmap"])
async def test_an_offer_that_lacks_something_is_refused_at_once(broken: str) -> None:
    """With an error of ours, and without waiting."""
    voice = Voice(600)
    offer = "".join(
        line for line in (await voice.peer.offer()).splitlines(keepends=True) if not line.startswith(broken)
    )
    if broken == "a=rtpmap":  # the codecs of some numbers are known without it
        offer = re.sub(r"^(m=audio \S+ \S+) .*$", r"\1 96", offer, flags=re.MULTILINE)
    there = peer()
    began = time.monotonic()
    with pytest.raises(InvalidInput, match="sdp-malformed"):
        await there.answer(offer)
    assert time.monotonic() - began < 3
    await asyncio.gather(there.close(), voice.peer.close())
