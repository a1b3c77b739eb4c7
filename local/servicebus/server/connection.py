"""One AMQP connection: protocol headers, frames, heartbeats, sessions."""

import asyncio
import logging
from typing import cast

from local.servicebus.amqp.frames import (
    AMQP_HEADER,
    EMPTY_FRAME,
    SASL,
    SASL_HEADER,
    Frame,
    FrameReader,
    encode_frame,
)
from local.servicebus.amqp.performatives import (
    Begin,
    Close,
    End,
    Open,
    SaslInit,
    SaslMechanisms,
    SaslOutcome,
    error,
)
from local.servicebus.amqp.types import Array, DecodeError, Symbol
from local.servicebus.server.engine import BrokerEngine
from local.servicebus.server.routes import Routes
from local.servicebus.server.session import ProtocolError, Session

log = logging.getLogger("servicebus.connection")

MAX_FRAME_SIZE = 65_536
CHANNEL_MAX = 4_999
IDLE_TIME_OUT_MS = 240_000
HEARTBEAT_S = 15.0
MECHANISMS = ("ANONYMOUS", "PLAIN", "EXTERNAL", "MSSBCBS")


class AmqpConnection(asyncio.Protocol):
    """A peer. Frames for it gather until the broker's turn is committed and ``flush`` writes them."""

    def __init__(self, engine: BrokerEngine, loop: asyncio.AbstractEventLoop) -> None:
        self.engine = engine
        self.container_id = ""
        self.max_frame_size = MAX_FRAME_SIZE
        self.sessions: dict[int, Session] = {}
        self.authorised = not engine.tokens.required
        self._loop = loop
        self._routes = Routes()
        self._reader = FrameReader(MAX_FRAME_SIZE)
        self._expects_header = True
        self._closing = False
        self._lose_output = False
        self._output: list[bytes] = []
        self._transport: asyncio.Transport | None = None
        self._heartbeat: asyncio.TimerHandle | None = None

    # -- the event loop's side ------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self.engine.peers.add(self)

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        with self.engine.turn():
            try:
                self._read()
            except (DecodeError, ProtocolError) as problem:
                log.warning("a peer broke the protocol", extra={"peer": self.container_id, "problem": str(problem)})
                self._close(Close(error("amqp:connection:framing-error", str(problem))))

    def connection_lost(self, exc: Exception | None) -> None:
        self.engine.peers.discard(self)
        if self._heartbeat is not None:
            self._heartbeat.cancel()
        with self.engine.turn():
            self._end_sessions()

    # -- the engine's side ----------------------------------------------------------------------------------------

    def send(self, channel: int, performative: object, payload: bytes = b"") -> None:
        """Writes a frame at the end of the turn."""
        self._put(encode_frame(channel, performative, payload))

    def flush(self) -> None:
        """Writes what has gathered; everything it tells of is committed."""
        output, self._output = self._output, []
        if self._transport is None or self._transport.is_closing():
            return
        if self._lose_output:
            self._transport.abort()
            return
        self._transport.write(b"".join(output))
        if self._closing:
            self._transport.close()

    def lose_output(self) -> None:
        """The fault "acknowledgement lost": at the end of the turn the connection is cut instead of written to."""
        self._lose_output = True
        self.engine.will_write(self)

    def abort(self) -> None:
        """Cuts the connection now."""
        if self._transport is not None:
            self._transport.abort()

    # -- reading --------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        while not self._closing:
            if self._expects_header:
                header = self._reader.protocol_header()
                if header is None:
                    return
                self._negotiate(header)
            else:
                frame = self._reader.frame()
                if frame is None:
                    return
                self._handle(frame)

    def _negotiate(self, header: bytes) -> None:
        self._expects_header = False
        if header == SASL_HEADER:
            mechanisms = Array([Symbol(name) for name in MECHANISMS], 0xB3)
            self._put(SASL_HEADER + encode_frame(0, SaslMechanisms(mechanisms), kind=SASL))
            return
        self._put(AMQP_HEADER)
        if header != AMQP_HEADER:
            self._closing = True

    def _handle(self, frame: Frame) -> None:
        match frame.performative:
            case None:
                return
            case SaslInit():
                self._put(encode_frame(0, SaslOutcome(code=0), kind=SASL))
                self._expects_header = True
            case Open() as opened:
                self._open(opened)
            case Begin() as begin:
                self._begin(frame.channel, begin)
            case End():
                self._end(frame.channel)
            case Close():
                self._close(Close())
            case performative:
                session = self.sessions.get(frame.channel)
                if session is not None:  # clients detach links after they ended the session
                    session.handle(performative, frame.payload)

    def _open(self, opened: Open) -> None:
        self.container_id = opened.container_id or ""
        self.max_frame_size = min(opened.max_frame_size or MAX_FRAME_SIZE, MAX_FRAME_SIZE)
        answer = Open("voice-servicebus", None, MAX_FRAME_SIZE, CHANNEL_MAX, IDLE_TIME_OUT_MS)
        self.send(0, answer)
        self._beat(min(HEARTBEAT_S, (opened.idle_time_out or IDLE_TIME_OUT_MS) / 3000))

    def _begin(self, channel: int, begin: Begin) -> None:
        session = self.sessions[channel] = Session(self, self.engine, channel, begin, self._routes.open_link)
        self.send(channel, session.answer())

    def _end(self, channel: int) -> None:
        session = self.sessions.pop(channel, None)
        if session is not None:
            session.ended()
            self.send(channel, End())

    def _close(self, close: Close) -> None:
        self._end_sessions()
        self.send(0, close)
        self._closing = True

    def _end_sessions(self) -> None:
        sessions, self.sessions = self.sessions, {}
        for session in sessions.values():
            session.ended()

    # -- writing --------------------------------------------------------------------------------------------------

    def _put(self, octets: bytes) -> None:
        self._output.append(octets)
        self.engine.will_write(self)

    def _beat(self, every_s: float) -> None:
        """An empty frame now and then, so that the peer knows the broker lives."""
        if self._transport is not None and not self._transport.is_closing():
            self._heartbeat = self._loop.call_later(every_s, self._beat, every_s)
            if self._output == []:
                self._transport.write(EMPTY_FRAME)
