"""Between AMQP messages and the broker's records."""

from typing import Any
from uuid import uuid4

from local.servicebus.amqp.message import Message, encode_message, parse_message
from local.servicebus.amqp.types import Int, Symbol, Timestamp, Ubyte, Uint
from local.servicebus.core.filters import Properties
from local.servicebus.core.model import Content, Record

BATCH_FORMAT = 0x80013700
MAX_UINT = 0xFFFFFFFF
DEFAULT_PRIORITY = Ubyte(4)

SCHEDULED_TIME = "x-opt-scheduled-enqueue-time"
BROKER_ANNOTATIONS = {
    "x-opt-sequence-number",
    "x-opt-enqueued-time",
    "x-opt-locked-until",
    "x-opt-enqueue-sequence-number",
    "x-opt-message-state",
    "x-opt-deadletter-source",
}
FILTERABLE = {
    "subject": "label",
    "correlation_id": "correlationid",
    "content_type": "contenttype",
    "message_id": "messageid",
    "reply_to": "replyto",
    "reply_to_group_id": "replytosessionid",
    "group_id": "sessionid",
    "to": "to",
}


def read_content(octets: bytes) -> Content:
    """What a sender gave; a message without an id gets one, as from the real service. Raises DecodeError."""
    message = parse_message(octets)
    if message.property("message_id") is None:
        message.set_property("message_id", uuid4().hex)
        octets = encode_message(message)
    return Content(
        payload=octets,
        message_id=str(message.property("message_id")),
        session_id=message.property("group_id"),
        ttl_ms=message.ttl_ms,
        scheduled_ms=message.annotations.get(SCHEDULED_TIME),
    )


def read_contents(message_format: int, octets: bytes) -> list[Content]:
    """The messages of one transfer: one, or those in the data sections of a batch. Raises DecodeError."""
    if message_format != BATCH_FORMAT:
        return [read_content(octets)]
    return [read_content(section) for section in parse_message(octets).data_sections()]


def read_properties(payload: bytes) -> Properties:
    """What topic filters see of a message."""
    message = parse_message(payload)
    values = {name: message.property(field) for field, name in FILTERABLE.items()}
    return Properties(values, message.application_properties)


def write_record(record: Record) -> bytes:
    """The message as a receiver gets it, with what the broker knows about it in header and annotations."""
    message = parse_message(record.content.payload)
    message.header = _header(message, record)
    message.annotations = {
        key: value for key, value in message.annotations.items() if key not in BROKER_ANNOTATIONS
    } | _annotations(record)
    if record.dead_letter is not None:
        told = {
            "DeadLetterReason": record.dead_letter.reason,
            "DeadLetterErrorDescription": record.dead_letter.description,
        }
        message.application_properties |= {name: text for name, text in told.items() if text is not None}
    lock = {Symbol("x-opt-lock-token"): record.lock.token} if record.lock else None
    return encode_message(message, lock)


def _header(message: Message, record: Record) -> list[Any]:
    """Durable, priority, time to live, first acquirer, delivery count."""
    priority = message.header[1] if len(message.header) > 1 else None
    ttl_ms = record.content.ttl_ms if record.expires_ms is None else record.expires_ms - record.enqueued_ms
    ttl = None if ttl_ms is None else Uint(min(ttl_ms, MAX_UINT))
    return [True, priority or DEFAULT_PRIORITY, ttl, None, Uint(record.delivery_count)]


def _annotations(record: Record) -> dict[Any, Any]:
    annotations: dict[Any, Any] = {
        Symbol("x-opt-sequence-number"): record.sequence,
        Symbol("x-opt-enqueued-time"): Timestamp(record.enqueued_ms),
        Symbol("x-opt-enqueue-sequence-number"): record.enqueue_sequence,
        Symbol("x-opt-message-state"): Int(record.state),
    }
    if record.lock is not None:
        annotations[Symbol("x-opt-locked-until")] = Timestamp(record.lock.until_ms)
    if record.source is not None:
        annotations[Symbol("x-opt-deadletter-source")] = record.source
    return annotations
