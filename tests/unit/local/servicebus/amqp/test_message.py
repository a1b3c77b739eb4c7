"""Message sections."""

import pytest

from local.servicebus.amqp.encode import encode, encode_described
from local.servicebus.amqp.message import DATA, FOOTER, Message, encode_message, parse_message, value_body
from local.servicebus.amqp.types import DecodeError, Symbol, Uint


def test_a_message_is_parsed_into_what_it_was_written_from() -> None:
    """All sections but the delivery annotations, which are for one hop, come out again."""
    message = Message(
        header=[True, None, Uint(5000)],
        annotations={Symbol("x-opt-a"): 1},
        properties=["id", None, "to"],
        application_properties={"k": Uint(3)},
        body=encode_described(DATA, encode(b"one")) + encode_described(FOOTER, encode({})),
    )
    parsed = parse_message(encode_message(message, {Symbol("lock"): 1}))
    assert parsed == message
    assert (parsed.ttl_ms, parsed.property("to"), parsed.property("group_id")) == (5000, "to", None)
    assert parsed.data_sections() == [b"one"]


def test_properties_grow_as_they_are_set() -> None:
    """Setting a late property fills the earlier ones with nothing."""
    message = Message()
    message.set_property("correlation_id", "c")
    assert message.properties == [None] * 5 + ["c"]


def test_the_value_of_a_body() -> None:
    """An amqp-value section is read; without one there is none."""
    assert parse_message(value_body({"a": 1})).value() == {"a": 1}
    assert Message().value() is None


@pytest.mark.parametrize("octets", [b"\x40", b"\x00\x53\x10\x45", b"\x00\xa1\x01x\x45"])
def test_what_is_no_message_is_refused(octets: bytes) -> None:
    """Undescribed values and foreign descriptors raise DecodeError."""
    with pytest.raises(DecodeError):
        parse_message(octets)
