"""Contract: what the adapter replaces of aiortc is there, and does what it should in the version that is pinned."""

import asyncio
import inspect
import threading

import pytest
from aiortc import RTCRtpReceiver, RTCRtpSender
from aiortc.codecs import CODECS
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcrtpreceiver import StreamStatistics

from shared.errors import Missing
from tests.fixtures.media import Voice, voices
from tests.fixtures.media_floor import AGENT, CALLER, Floor
from tests.fixtures.waiting import eventually
from voicecloud.media.aiortc_adapter import Listener, Peer
from voicecloud.media.rtp import FRAME

KINDS = ("rtpmap", "fmtp", "rtcp-fb")


async def nothing(*_: object) -> None:
    """Is not interested."""


async def connected() -> tuple[Voice, Voice]:
    """Two peers that speak with each other directly."""
    one, other = Voice(600), Voice(1700)
    await one.call(other.peer.answer)
    await asyncio.wait_for(other.connected.wait(), 30)
    return one, other


def test_the_replaced_parts_have_their_shape() -> None:
    """The names and arguments that the adapter relies on are there."""
    assert list(inspect.signature(RTCRtpReceiver.receive).parameters) == ["self", "parameters"]
    handled = ["self", "packet", "arrival_time_ms"]
    assert list(inspect.signature(RTCRtpReceiver._handle_rtp_packet).parameters) == handled
    assert inspect.iscoroutinefunction(RTCRtpReceiver._run_rtcp)
    assert list(inspect.signature(RTCDtlsTransport._send_rtp).parameters) == ["self", "data"]
    assert list(inspect.signature(RTCDtlsTransport._register_rtp_receiver).parameters) == [
        *("self", "receiver", "parameters"),
    ]
    assert list(inspect.signature(StreamStatistics.__init__).parameters) == ["self", "clockrate"]
    voices = ["audio/opus", "audio/PCMA", "audio/PCMU"]
    assert [codec.mimeType for codec in CODECS["audio"]] == [*voices, *["audio/telephone-event"] * 2]
    assert "_last_timestamp" in vars(StreamStatistics(8_000))
    assert inspect.iscoroutinefunction(RTCRtpSender.send)


async def test_private_fields_are_there() -> None:
    """aiortc still has the private fields that the adapter reads or writes."""
    peer = Peer([], Listener(nothing, nothing, lambda _: None))
    await peer.offer()
    receiver, sender = vars(peer._receiver), vars(peer._sender)
    assert {
        *("_RTCRtpReceiver__started", "_RTCRtpReceiver__rtcp_task", "_RTCRtpReceiver__remote_streams"),
    } <= receiver.keys()
    assert {
        *("_RTCRtpSender__ntp_timestamp", "_RTCRtpSender__rtp_timestamp", "_RTCRtpSender__octet_count"),
        *("_RTCRtpSender__packet_count", "_RTCRtpSender__stats", "_RTCRtpSender__rtt", "_ssrc"),
    } <= sender.keys()
    await peer.close()


async def test_nothing_is_decoded_or_encoded() -> None:
    """A call has no thread of its own, and what arrives is what was sent, byte for byte."""
    before = threading.active_count()
    async with voices() as _:
        one, other = await connected()
        await eventually(lambda: len(other.heard) > 20)
        assert {packet.payload for packet in other.heard} <= set(one.says)
        assert not [thread for thread in threading.enumerate() if "decoder" in thread.name]
        assert threading.active_count() <= before + 1
        await asyncio.gather(one.leave(), other.leave())


async def test_reports_go_both_ways() -> None:
    """Receiver reports tell round trip and what the far end misses (RFC 3550)."""
    one, other = await connected()
    other.talk()
    await eventually(lambda: (quality := one.peer.quality()) is not None and quality.round_trip_ms is not None)
    quality = one.peer.quality()
    assert quality is not None
    assert quality.round_trip_ms is not None
    assert 0 <= quality.round_trip_ms < 200
    assert quality.far_loss == 0
    await asyncio.gather(one.leave(), other.leave())


async def test_both_descriptions_ask_for_repair_and_keys(floor: Floor) -> None:
    """In-band FEC (RFC 7587) and telephone-event (RFC 4733) in offers and in answers."""
    async with voices(600) as (voice,):
        offer = await voice.peer.offer()
        answer = (await floor.gateway.offer(CALLER, offer)).sdp
        invitation = (await floor.gateway.invite(AGENT)).sdp
    for description in (offer, answer, invitation):
        assert "useinbandfec=1" in description
        assert "telephone-event/48000" in description
        assert "telephone-event/8000" in description


async def test_a_peer_without_keys_is_no_trouble() -> None:
    """Some telephones have no telephone-event: they are not sent any."""
    voice, there = Voice(600), Peer([], Listener(nothing, nothing, lambda _: None))
    lines = (await voice.peer.offer()).splitlines(keepends=True)
    offer = "".join(line for line in lines if "telephone-event" not in line).replace(" 97 98", "")
    await there.answer(offer)
    assert there.key_rate == 0
    await asyncio.gather(voice.peer.close(), there.close())


def without(description: str, *names: str) -> str:
    """A session description that does not know these codecs."""
    lines = description.splitlines(keepends=True)
    gone = [line.split(":")[1].split()[0] for line in lines if line.startswith("a=rtpmap") and has(line, names)]
    kept = [line for line in lines if not line.startswith(tuple(f"a={kind}:{one} " for kind in KINDS for one in gone))]
    media = next(line for line in kept if line.startswith("m=audio"))
    fields = [one for number, one in enumerate(media.split()) if number < 3 or one not in gone]
    return "".join(kept).replace(media, " ".join(fields) + "\r\n")


def has(line: str, names: tuple[str, ...]) -> bool:
    return any(name.lower() in line.lower() for name in names)


async def test_a_peer_without_a_voice_we_know_is_refused(floor: Floor) -> None:
    """Opus, which browsers have, or G.711, which telephone networks have, must be among what it offers."""
    async with voices(600) as (voice,):
        offer = without(await voice.peer.offer(), "opus", "PCMA", "PCMU")
        with pytest.raises(Exception, match="sdp-malformed"):
            await floor.gateway.offer(CALLER, offer)


async def test_a_browser_is_answered_with_opus_alone(floor: Floor) -> None:
    """It offers G.711 too, and could speak what it was answered with."""
    async with voices(600) as (voice,):
        answer = (await floor.gateway.offer(CALLER, await voice.peer.offer())).sdp
    assert "opus/48000/2" in answer
    assert "PCM" not in answer


@pytest.mark.parametrize("law", ["PCMA", "PCMU"])
async def test_a_telephone_network_without_opus_is_spoken_with_in_its_own_way(law: str) -> None:
    """Both hear each other's pitch, keys arrive, and reports count on its clock; who offers does not matter."""
    other_law, number = {"PCMA": ("PCMU", 8), "PCMU": ("PCMA", 0)}[law]

    async def answered(offer: str) -> str:
        poorer = without(offer, "opus", other_law)
        return await other.peer.answer(poorer.replace(f"a=rtpmap:{number} {law}/8000\r\n", ""))

    async with voices(600, 1700) as (one, other):
        await one.call(answered)
        await asyncio.wait_for(other.connected.wait(), 30)
        other.talk()
        await eventually(lambda: min(len(one.heard), len(other.heard)) > 20)
        assert abs((await one.listen())[0] - 1700) < 20
        assert abs((await other.listen())[0] - 600) < 20
        await one.press("5")
        await eventually(lambda: other.keys == ["5"])
        quality = other.peer.quality()
        assert quality is not None
        assert quality.loss == 0
        assert quality.jitter_ms < 30


async def test_sending_before_the_connection_and_after_it_is_harmless() -> None:
    """Such packets are lost, as packets may be."""
    one, other = await connected()
    await other.leave()
    await one.hush()
    await one.peer.close()
    await one.peer.send(one.says[0], 1, FRAME)
    early = Peer([], Listener(nothing, nothing, lambda _: None))
    await early.offer()
    await early.send(one.says[0], 1, FRAME)
    await early.close()


async def test_a_peer_that_is_closed_offers_nothing() -> None:
    """As a simulated person's whose call ends before they have a voice."""
    peer = Peer([], Listener(nothing, nothing, lambda _: None))
    await peer.close()
    with pytest.raises(Missing, match="media-unknown"):
        await peer.offer()
