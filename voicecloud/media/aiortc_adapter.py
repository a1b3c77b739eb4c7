"""The only module that touches aiortc, and its private parts: packets go in and out as they are, never decoded here.

aiortc decodes whatever it receives and encodes whatever it sends, which holds four calls a core. What is replaced of
its 1.16 for that is guarded by ``tests/integration/voicecloud/media/test_aiortc_adapter.py``:

* ``RTCRtpReceiver.receive`` starts no decoder, ``_handle_rtp_packet`` gives packets to us and counts them for RTCP;
* ``RTCDtlsTransport`` lets no packet that cannot be read end the connection (``_handle_rtp_data``,
  ``_handle_rtcp_data``, ``_setup_srtp``);
* ``RTCRtpSender`` has a track that never says anything; packets go to its transport, counted for its reports;
* ``CODECS`` is Opus, G.711 for telephone networks that know no Opus, and telephone-event (RFC 4733); the answer asks
  for Opus' in-band repair.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pylibsrtp
from aiortc import (
    InvalidAccessError,
    InvalidStateError,
    MediaStreamTrack,
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCRtpCodecParameters,
    RTCSessionDescription,
)
from aiortc.clock import current_ntp_time
from aiortc.codecs import CODECS
from aiortc.exceptions import OperationError
from aiortc.rtcrtpreceiver import StreamStatistics
from aiortc.rtp import RtcpPacket, RtpPacket

from shared.errors import InvalidInput, Missing
from voicecloud.media import g711, malformed
from voicecloud.media.ice import steer
from voicecloud.media.quality import Quality
from voicecloud.media.rtp import CLOCK_RATE, Packet, header
from voicecloud.media.sdp import Choice, chosen, with_repair
from voicecloud.settings.media import ANYWHERE, IceServer, Way

CLOSING_S = 3.0
OPUS, KEYS = "audio/opus", "audio/telephone-event"
VOICES = (OPUS, *g711.LAWS)
MALFORMED = (
    *(ValueError, KeyError, IndexError, AttributeError, TypeError, AssertionError, RuntimeError),
    *(InvalidStateError, InvalidAccessError, OperationError),
)
"""What aiortc raises about a description that makes no sense."""

CODECS["audio"] = [
    RTCRtpCodecParameters(mimeType=OPUS, clockRate=CLOCK_RATE, channels=2, payloadType=96),
    RTCRtpCodecParameters(mimeType="audio/PCMA", clockRate=g711.RATE, channels=1, payloadType=8),
    RTCRtpCodecParameters(mimeType="audio/PCMU", clockRate=g711.RATE, channels=1, payloadType=0),
    RTCRtpCodecParameters(mimeType=KEYS, clockRate=CLOCK_RATE, channels=1, payloadType=110),
    RTCRtpCodecParameters(mimeType=KEYS, clockRate=g711.RATE, channels=1, payloadType=126),
]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Listener:
    """Who is notified of a peer's packets, keys (source, timestamp, payload) and that it is connected, or over."""

    packet: Callable[[Packet], Awaitable[None]]
    key: Callable[[int, int, bytes], Awaitable[None]]
    state: Callable[[str], None]


class _Silent(MediaStreamTrack):
    """Keeps aiortc's sender waiting."""

    kind = "audio"

    async def recv(self) -> Any:
        await asyncio.Future()


@dataclass(eq=False, repr=False)
class _Unlocking:
    """An SRTP session that counts what it cannot unlock: packets of strangers, or broken ones."""

    session: Any

    def unprotect(self, data: bytes) -> bytes:
        return self._counted("rtp", self.session.unprotect, data)

    def unprotect_rtcp(self, data: bytes) -> bytes:
        return self._counted("rtcp", self.session.unprotect_rtcp, data)

    def _counted(self, kind: str, unlock: Callable[[bytes], bytes], data: bytes) -> bytes:
        try:
            return unlock(data)
        except pylibsrtp.Error:
            malformed.counts[kind] += 1
            raise


class Peer:
    """One peer connection with one audio stream each way. Made and used within one event loop."""

    def __init__(self, servers: Sequence[IceServer], listener: Listener, way: Way = ANYWHERE) -> None:
        ice = [RTCIceServer(urls=list(one.urls), username=one.username, credential=one.credential) for one in servers]
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=ice))
        self._connection.on("connectionstatechange", self._changed)
        self._listener = listener
        self._way = way
        self._receiver: Any = None
        self._sender: Any = None
        self._voice_type, self._key_type, self._key_rate = 0, 0, 0
        self._types: dict[int, str] = {}
        self._rate = CLOCK_RATE
        self._mouth: g711.TelephoneEncoder | None = None
        self._ears: dict[str, g711.TelephoneDecoder] = {}

    @property
    def state(self) -> str:
        """``new``, ``connecting``, ``connected``, ``failed`` or ``closed``."""
        return str(self._connection.connectionState)

    @property
    def key_rate(self) -> int:
        """Clock rate of keys that can be sent to this peer, 0: it understands none."""
        return self._key_rate

    async def answer(self, offer: str) -> str:
        """The SDP answer: one audio stream is taken, further ones are refused in it.

        Raises InvalidInput ``sdp-too-long`` or ``sdp-malformed``.
        """
        choice = await self.understand(offer)
        try:
            await self._connection.setLocalDescription(await self._connection.createAnswer())
        except MALFORMED as error:
            raise _malformed() from error
        return choice.answered(with_repair(self._connection.localDescription.sdp))

    async def understand(self, offer: str) -> Choice:
        """All of an answer that depends on the offer: what comes after it has no reason to fail. Raises likewise."""
        choice = chosen(offer)
        description = RTCSessionDescription(choice.description, "offer")
        try:
            await self._connection.setRemoteDescription(description)
            self._take_over()
            self._choose()
            self._negotiated()
            await self._connection.createAnswer()
        except MALFORMED as error:
            raise _malformed() from error
        return choice

    async def offer(self) -> str:
        """An SDP offer, for a peer that wants to be called. Raises Missing ``media-unknown`` once it is closed."""
        try:
            self._connection.addTransceiver("audio", direction="sendrecv")
            self._take_over()
            await self._connection.setLocalDescription(await self._connection.createOffer())
        except InvalidStateError as error:
            raise Missing("media-unknown", "the peer connection is closed") from error
        return with_repair(self._connection.localDescription.sdp)

    async def accept(self, answer: str) -> None:
        """The answer to our offer. Raises InvalidInput ``sdp-too-long`` or ``sdp-malformed``."""
        description = RTCSessionDescription(chosen(answer).description, "answer")
        try:
            await self._connection.setRemoteDescription(description)
            self._negotiated()
        except MALFORMED as error:
            raise _malformed() from error

    async def send(
        self, payload: bytes, sequence: int, timestamp: int, *, is_key: bool = False, marker: bool = False
    ) -> None:
        """One packet of Opus, or of a key. One that cannot be sent now is lost, as any packet may be."""
        if self._mouth is None:
            await self._put(self._key_type if is_key else self._voice_type, payload, sequence, timestamp, marker)
        elif is_key:
            await self._put(self._key_type, payload, sequence, self._mouth.key(sequence, timestamp), marker)
        else:
            for said in self._mouth.say(payload, sequence, timestamp):
                await self._put(self._voice_type, *said, marker)

    async def _put(self, kind: int, payload: bytes, sequence: int, timestamp: int, marker: bool) -> None:
        sender = self._sender
        packet = header(kind, sequence, timestamp, sender._ssrc, marker=marker) + payload
        try:
            await sender.transport._send_rtp(packet)
        except (OSError, pylibsrtp.Error):
            return
        sender._RTCRtpSender__ntp_timestamp = current_ntp_time()
        sender._RTCRtpSender__rtp_timestamp = timestamp
        sender._RTCRtpSender__octet_count += len(payload)
        sender._RTCRtpSender__packet_count += 1

    def quality(self) -> Quality | None:
        """None while nothing has been received."""
        streams = list(self._receiver._RTCRtpReceiver__remote_streams.values()) if self._receiver else []
        if not streams:
            return None
        expected = sum(one.packets_expected for one in streams)
        lost = max(0, expected - sum(one.packets_received for one in streams))
        reports = [one for one in self._sender._RTCRtpSender__stats.values() if one.type == "remote-inbound-rtp"]
        sent, trip_s = self._sender._RTCRtpSender__packet_count, self._sender._RTCRtpSender__rtt
        return Quality(
            packets=expected - lost,
            loss=lost / max(1, expected),
            jitter_ms=streams[-1].jitter / self._rate * 1000,
            far_loss=max(0, reports[-1].packetsLost) / max(1, sent) if reports else None,
            round_trip_ms=None if trip_s is None else trip_s * 1000,
        )

    async def close(self) -> None:
        """Ends all of it; the other side notices at once."""
        try:
            async with asyncio.timeout(CLOSING_S):
                await self._connection.close()
        except TimeoutError:
            log.warning("a peer connection did not close")

    def _take_over(self) -> None:
        """Takes the place of aiortc's decoding and encoding, before anything is received."""
        [transceiver] = self._connection.getTransceivers()
        transceiver.direction = "sendrecv"
        self._receiver, self._sender = transceiver.receiver, transceiver.sender
        self._receiver.receive = self._receive
        self._receiver._handle_rtp_packet = self._handle
        self._sender.replaceTrack(_Silent())
        self._protect(self._receiver.transport)
        steer(self._receiver.transport.transport._connection, self._way)

    def _protect(self, dtls: Any) -> None:
        """What is received is read by us: an error in aiortc's reading would close the connection."""
        set_up = dtls._setup_srtp

        def set_up_and_count() -> None:
            set_up()
            if dtls._rx_srtp:
                dtls._rx_srtp = _Unlocking(dtls._rx_srtp)

        async def take_rtp(data: bytes, arrival_time_ms: int) -> None:
            with malformed.dropped("rtp"):
                packet = RtpPacket.parse(data, dtls._rtp_header_extensions_map)
                if receiver := dtls._rtp_router.route_rtp(packet):
                    await receiver._handle_rtp_packet(packet, arrival_time_ms=arrival_time_ms)

        async def take_rtcp(data: bytes) -> None:
            with malformed.dropped("rtcp"):
                for packet in RtcpPacket.parse(data):
                    for recipient in dtls._rtp_router.route_rtcp(packet):
                        await recipient._handle_rtcp_packet(packet)

        dtls._setup_srtp, dtls._handle_rtp_data, dtls._handle_rtcp_data = set_up_and_count, take_rtp, take_rtcp

    def _choose(self) -> None:
        """Of several voices that are offered Opus is taken: what else is answered might be spoken too."""
        [transceiver] = self._connection.getTransceivers()
        if any(codec.mimeType.lower() == OPUS for codec in transceiver._codecs):
            transceiver._codecs = [one for one in transceiver._codecs if one.mimeType.lower() not in g711.LAWS]

    def _negotiated(self) -> None:
        """Notes the payload types that both sides know. Raises InvalidInput ``sdp-malformed`` without a voice."""
        [transceiver] = self._connection.getTransceivers()
        codecs: list[Any] = transceiver._codecs
        self._types = {codec.payloadType: codec.mimeType.lower() for codec in codecs}
        voice = next((codec for codec in codecs if codec.mimeType.lower() in VOICES), None)
        if voice is None:
            raise InvalidInput("sdp-malformed", "the description offers neither Opus nor G.711")
        self._voice_type, self._rate = voice.payloadType, voice.clockRate
        if self._rate == g711.RATE:
            self._mouth = g711.TelephoneEncoder(voice.mimeType.lower())
        key_rates = {codec.clockRate: codec.payloadType for codec in codecs if codec.mimeType.lower() == KEYS}
        self._key_rate = next((rate for rate in (self._rate, g711.RATE) if rate in key_rates), 0)
        self._key_type = key_rates.get(self._key_rate, 0)

    async def _receive(self, parameters: Any) -> None:
        """``RTCRtpReceiver.receive`` without a thread that decodes."""
        receiver = self._receiver
        if receiver._RTCRtpReceiver__started:
            return
        receiver.transport._register_rtp_receiver(receiver, parameters)
        receiver._RTCRtpReceiver__rtcp_task = asyncio.ensure_future(receiver._run_rtcp())
        receiver._RTCRtpReceiver__started = True

    async def _handle(self, packet: Any, arrival_time_ms: int) -> None:
        """``RTCRtpReceiver._handle_rtp_packet``: counts for RTCP and passes on."""
        kind, timestamp = self._types.get(packet.payload_type), packet.timestamp
        if kind is None:
            return
        self._count(packet, has_time=kind != KEYS)
        if kind == KEYS:
            await self._listener.key(packet.ssrc, timestamp, packet.payload)
        elif packet.payload:
            await self._told(kind, Packet(packet.ssrc, packet.sequence_number, timestamp, packet.payload))

    def _count(self, packet: Any, *, has_time: bool) -> None:
        """For RTCP. The packets of a key have the time of its beginning, which says nothing of their way here."""
        streams = self._receiver._RTCRtpReceiver__remote_streams
        if packet.ssrc not in streams:
            streams[packet.ssrc] = StreamStatistics(self._rate)
        if not has_time:
            packet.timestamp = streams[packet.ssrc]._last_timestamp or packet.timestamp
        streams[packet.ssrc].add(packet)

    async def _told(self, kind: str, packet: Packet) -> None:
        if kind == OPUS:
            await self._listener.packet(packet)
            return
        if kind not in self._ears:
            self._ears[kind] = g711.TelephoneDecoder(kind)
        for one in self._ears[kind].take(packet):
            await self._listener.packet(one)

    def _changed(self) -> None:
        self._listener.state(self.state)


def _malformed() -> InvalidInput:
    return InvalidInput("sdp-malformed", "the session description has no audio stream that can be answered")
