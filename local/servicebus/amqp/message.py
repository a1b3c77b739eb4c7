"""The sections of a message (OASIS AMQP 1.0, 3.2).

What the broker never changes (properties, application properties, body) stays as the bytes that came, so every type
round-trips exactly; only header and annotations are rebuilt on delivery.
"""

from dataclasses import dataclass, field
from typing import Any

from local.servicebus.amqp.decode import decode, skip
from local.servicebus.amqp.encode import encode, encode_described, encode_list
from local.servicebus.amqp.types import DecodeError, Described, Ulong

HEADER, DELIVERY_ANNOTATIONS, MESSAGE_ANNOTATIONS, PROPERTIES, APPLICATION_PROPERTIES = range(0x70, 0x75)
DATA, SEQUENCE, VALUE, FOOTER = range(0x75, 0x79)

PROPERTY_NAMES = (
    "message_id",
    "user_id",
    "to",
    "subject",
    "reply_to",
    "correlation_id",
    "content_type",
    "content_encoding",
    "absolute_expiry_time",
    "creation_time",
    "group_id",
    "group_sequence",
    "reply_to_group_id",
)
TTL_IN_HEADER = 2


@dataclass(slots=True)
class Message:
    """A parsed message. ``body`` holds the encoded body sections and the footer as they came."""

    header: list[Any] = field(default_factory=list)
    annotations: dict[Any, Any] = field(default_factory=dict)
    properties: list[Any] = field(default_factory=list)
    application_properties: dict[Any, Any] = field(default_factory=dict)
    body: bytes = b""

    @property
    def ttl_ms(self) -> int | None:
        """The header's time to live."""
        return self.header[TTL_IN_HEADER] if len(self.header) > TTL_IN_HEADER else None

    def property(self, name: str) -> Any:
        """A standard property by its name, None when absent."""
        index = PROPERTY_NAMES.index(name)
        return self.properties[index] if index < len(self.properties) else None

    def set_property(self, name: str, value: object) -> None:
        index = PROPERTY_NAMES.index(name)
        self.properties += [None] * (index + 1 - len(self.properties))
        self.properties[index] = value

    def data_sections(self) -> list[bytes]:
        """The contents of the data sections, in order; in a batch each is an encoded message."""
        return [value for code, value in self._body_sections() if code == DATA]

    def value(self) -> Any:
        """The content of the amqp-value section, None when there is none."""
        return next((value for code, value in self._body_sections() if code == VALUE), None)

    def _body_sections(self) -> list[tuple[int, Any]]:
        sections, at = [], 0
        while at < len(self.body):
            section, at = decode(self.body, at)
            if isinstance(section, Described) and isinstance(section.descriptor, int):
                sections.append((int(section.descriptor), section.value))
        return sections


_FIELDS = {
    HEADER: "header",
    MESSAGE_ANNOTATIONS: "annotations",
    PROPERTIES: "properties",
    APPLICATION_PROPERTIES: "application_properties",
}


def parse_message(octets: bytes) -> Message:
    """The message that ``octets`` encode; delivery annotations are for one hop only and dropped. Raises DecodeError."""
    message = Message()
    at = 0
    while at < len(octets):
        code, start = _descriptor(octets, at)
        if code >= DATA:
            message.body = octets[at:]
            break
        if code in _FIELDS:
            value, at = decode(octets, start)
            setattr(message, _FIELDS[code], value)
        else:
            at = skip(octets, start)
    return message


def _descriptor(octets: bytes, at: int) -> tuple[int, int]:
    if octets[at] != 0x00:
        raise DecodeError("a message section has no descriptor")
    code, after = decode(octets, at + 1)
    if not isinstance(code, Ulong) or not HEADER <= code <= FOOTER:
        raise DecodeError(f"{code!r} describes no message section")
    return int(code), after


def encode_message(message: Message, delivery_annotations: dict[Any, Any] | None = None) -> bytes:
    """The bytes of ``message``; empty sections are left out."""
    sections = [
        (HEADER, _list(message.header)),
        (DELIVERY_ANNOTATIONS, encode(delivery_annotations) if delivery_annotations else None),
        (MESSAGE_ANNOTATIONS, encode(message.annotations) if message.annotations else None),
        (PROPERTIES, _list(message.properties)),
        (APPLICATION_PROPERTIES, encode(message.application_properties) if message.application_properties else None),
    ]
    return b"".join(encode_described(code, body) for code, body in sections if body is not None) + message.body


def value_body(value: object) -> bytes:
    """A body of one amqp-value section."""
    return encode_described(VALUE, encode(value))


def _list(fields: list[Any]) -> bytes | None:
    return encode_list([encode(item) for item in fields]) if fields else None
