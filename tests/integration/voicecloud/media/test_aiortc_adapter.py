"""Contract: what the adapter replaces of aiortc is there, and does what it should in the version that is pinned."""

import asyncio
import inspect
import threading

import pytest
from aiortc import RTCRtpReceiver, RTCRtpSender
from aiortc.codecs import CODECS
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcrtpreceiver import StreamStatistics

from tests.fixtures.media import Voice, voices
from tests.fixtures.media_floor import AGENT, CALLER, Floor
from tests.fixtures.waiting import eventually
from voicecloud.media.aiortc_adapter import Listener, Peer
from voicecloud.media.rtp import FRAME


async def nothing(*_: object) -> None:
    """Is not interested."""


async def connected() -> tuple[Voice, Voice]:
    """Two peers that speak with each other directly."""
    one, other = Voice(600), Voice(1700)
    await one.call(other.peer.answer)
    await asyncio.wait_for(other.connected.wait(), 5)
    return one, other


def test_the_replaced_parts_have_their_shape() -> None:
    """Names and arguments that the adapter relies on."""
    assert list(inspect.signature(RTCRtpReceiver.receive).parameters) == ["self", "parameters"]
    handled = ["self", "packet", "arrival_time_ms"]
    assert list(inspect.signature(RTCRtpReceiver._handle_rtp_packet).parameters) == handled
    assert inspect.iscoroutinefunction(RTCRtpReceiver._run_rtcp)
    assert list(inspect.signature(RTCDtlsTransport._send_rtp).parameters) == ["self", "data"]
    assert list(inspect.signature(RTCDtlsTransport._register_rtp_receiver).parameters) == [
        *("self", "receiver", "parameters"),
    ]
    assert list(inspect.signature(StreamStatistics.__init__).parameters) == ["self", "clockrate"]
    assert [codec.mimeType for codec in CODECS["audio"]] == ["audio/opus", *["audio/telephone-event"] * 2]
    assert inspect.iscoroutinefunction(RTCRtpSender.send)


async def test_private_fields_are_there() -> None:
    """Those that are read or written by name."""
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


@pytest.mark.parametrize("codec", ["opus/48000/2", "opus"])
async def test_a_peer_without_opus_is_refused(floor: Floor, codec: str) -> None:
    """There is nothing else that a browser and we both speak."""
    async with voices(600) as (voice,):
        offer = (await voice.peer.offer()).replace(codec, "speex/16000")
        with pytest.raises(Exception, match="sdp-malformed"):
            await floor.gateway.offer(CALLER, offer)


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
