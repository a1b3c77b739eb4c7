"""Frames: an 8-byte header (size, data offset, type, channel), then one performative and, in a transfer, payload."""

import struct
from typing import NamedTuple

from local.servicebus.amqp import performatives  # noqa: F401 - registers the composites with the codec
from local.servicebus.amqp.decode import decode
from local.servicebus.amqp.encode import encode
from local.servicebus.amqp.types import DecodeError

AMQP_HEADER = b"AMQP\x00\x01\x00\x00"
SASL_HEADER = b"AMQP\x03\x01\x00\x00"
HEADER_SIZE = 8
EMPTY_FRAME = b"\x00\x00\x00\x08\x02\x00\x00\x00"
SASL = 1


class Frame(NamedTuple):
    """What one frame carried; ``performative`` is None in an empty one (a heartbeat)."""

    channel: int
    performative: object
    payload: bytes


def encode_frame(channel: int, performative: object, payload: bytes = b"", kind: int = 0) -> bytes:
    body = encode(performative)
    return struct.pack(">IBBH", HEADER_SIZE + len(body) + len(payload), 2, kind, channel) + body + payload


class FrameReader:
    """Cuts a stream of bytes into protocol headers and frames."""

    def __init__(self, max_frame_size: int) -> None:
        self._buffer = bytearray()
        self._max_frame_size = max_frame_size

    def feed(self, octets: bytes) -> None:
        self._buffer += octets

    def protocol_header(self) -> bytes | None:
        """The next 8 bytes when the peer starts a protocol with them; None while they have not come."""
        if len(self._buffer) < HEADER_SIZE:
            return None
        return self._take(HEADER_SIZE)

    def frame(self) -> Frame | None:
        """The next frame; None while it has not arrived whole. Raises DecodeError."""
        if len(self._buffer) < HEADER_SIZE:
            return None
        size = int.from_bytes(self._buffer[:4])
        if not HEADER_SIZE <= size <= self._max_frame_size:
            raise DecodeError(f"a frame of {size} bytes")
        return _decode_frame(self._take(size)) if len(self._buffer) >= size else None

    def _take(self, size: int) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken


def _decode_frame(octets: bytes) -> Frame:
    _, offset, _, channel = struct.unpack_from(">IBBH", octets)
    start = offset * 4
    if start == len(octets):
        return Frame(channel, None, b"")
    performative, end = decode(octets, start)
    return Frame(channel, performative, octets[end:])
