"""Performatives and frames."""

import pytest

from local.servicebus.amqp.decode import decode
from local.servicebus.amqp.encode import encode
from local.servicebus.amqp.frames import AMQP_HEADER, EMPTY_FRAME, FrameReader, encode_frame
from local.servicebus.amqp.performatives import (
    CODES,
    Attach,
    Disposition,
    Error,
    Flow,
    LinkTarget,
    Modified,
    Rejected,
    Source,
    Transfer,
    error,
)
from local.servicebus.amqp.types import DecodeError


@pytest.mark.parametrize("kind", list(CODES))
def test_every_field_is_written(kind: type) -> None:
    """Trailing nulls are not trimmed: clients index into the list without looking at its length."""
    octets = encode(kind())
    width = len(getattr(kind, "_fields"))  # noqa: B009 - every kind is a named tuple
    assert octets[:3] == bytes((0x00, 0x53, CODES[kind]))
    assert octets.endswith(b"\x40" * width)
    assert octets[5] == width


def test_a_composite_inside_another_is_read_as_itself() -> None:
    """An attach comes back with its source and target, a rejection with its error."""
    attach = Attach("link", 3, True, 0, 1, Source("q", filter={"f": "x"}), LinkTarget("t"))
    assert decode(encode(attach))[0] == attach
    rejected = Disposition(True, 1, 2, True, Rejected(error("amqp:not-found", "no queue")))
    assert decode(encode(rejected))[0] == rejected
    assert len(Error()) == 3
    assert decode(encode(Modified(True, False)))[0] == Modified(True, False)


def test_fields_a_peer_leaves_out_are_none() -> None:
    """Shorter lists are padded, longer ones cut."""
    assert decode(b"\x00\x53\x13\xc0\x03\x02\x43\x41")[0] == Flow(0, True)
    assert decode(b"\x00\x53\x24\xc0\x02\x01\x41")[0] == ()


def test_frames_are_cut_from_any_chunks() -> None:
    """It does not matter how the bytes of header, heartbeat and frames arrive."""
    transfer = Transfer(1, 0, b"tag", 0, False, False)
    stream = AMQP_HEADER + EMPTY_FRAME + encode_frame(7, transfer, b"payload")
    reader = FrameReader(1000)
    for octet in stream[:8]:
        assert reader.protocol_header() is None
        reader.feed(bytes([octet]))
    assert reader.protocol_header() == AMQP_HEADER
    frames = []
    for octet in stream[8:]:
        reader.feed(bytes([octet]))
        if frame := reader.frame():
            frames.append(frame)
    assert [frame.performative for frame in frames] == [None, transfer]
    assert (frames[1].channel, frames[1].payload) == (7, b"payload")


@pytest.mark.parametrize("size", [3, 2000])
def test_a_frame_of_impossible_size_is_refused(size: int) -> None:
    """Smaller than its header, or larger than agreed."""
    reader = FrameReader(1000)
    reader.feed(size.to_bytes(4) + bytes(4))
    with pytest.raises(DecodeError):
        reader.frame()
