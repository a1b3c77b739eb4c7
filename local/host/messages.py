"""A Service Bus message as the runtime takes it: its body, and the metadata Microsoft's host sends with it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus.amqp import AmqpMessageBodyType

from local.host.runtime import InvocationFailedError, datum


def body_of(message: ServiceBusReceivedMessage) -> bytes:
    """Raises InvocationFailedError for AMQP value and sequence bodies, which functions cannot be given."""
    if message.body_type is not AmqpMessageBodyType.DATA:
        raise InvocationFailedError(f"a body of AMQP type {message.body_type.value} cannot be given to a function")
    return b"".join(message.body)


def to_datum(body: bytes) -> Any:
    return datum(body, "bytes")


def metadata_of(message: ServiceBusReceivedMessage, body: bytes) -> dict[str, Any]:
    """The trigger metadata of a message. The first delivery counts as 1, as .NET has it."""
    properties = {_text(name): _plain(value) for name, value in (message.application_properties or {}).items()}
    values: dict[str, object] = {
        "MessageId": message.message_id,
        "ContentType": message.content_type,
        "CorrelationId": message.correlation_id,
        "Subject": message.subject,
        "Label": message.subject,
        "ReplyTo": message.reply_to,
        "ReplyToSessionId": message.reply_to_session_id,
        "To": message.to,
        "SessionId": message.session_id,
        "PartitionKey": message.partition_key,
        "DeadLetterSource": message.dead_letter_source,
        "LockToken": str(message.lock_token),
        "DeliveryCount": (message.delivery_count or 0) + 1,
        "SequenceNumber": message.sequence_number,
        "EnqueuedTimeUtc": message.enqueued_time_utc,
        "EnqueuedTime": message.enqueued_time_utc,
        "ExpiresAtUtc": message.expires_at_utc,
        "ExpiresAt": message.expires_at_utc,
        "ApplicationProperties": properties,
        "UserProperties": properties,
    }
    return _to_metadata(values, body)


def metadata_by_hand(body: bytes, properties: Mapping[str, object] | None = None) -> dict[str, Any]:
    """The metadata of a message that was never in a queue."""
    now = datetime.now(UTC)
    values: dict[str, object] = {
        "MessageId": uuid4().hex,
        "LockToken": str(uuid4()),
        "DeliveryCount": 1,
        "SequenceNumber": 1,
        "EnqueuedTimeUtc": now,
        "EnqueuedTime": now,
        "ApplicationProperties": dict(properties or {}),
        "UserProperties": dict(properties or {}),
    }
    return _to_metadata(values, body)


def _to_metadata(values: Mapping[str, object], body: bytes) -> dict[str, Any]:
    """With what Microsoft's host gets wrong: members at the top of a JSON body hide metadata of the same name."""
    shadows = {name.casefold(): value for name, value in _members(body).items()}
    return {
        name: _value(shadows.get(name.casefold(), value))
        for name, value in values.items()
        if value is not None or name.casefold() in shadows
    }


def _members(body: bytes) -> Mapping[str, object]:
    """Raises InvocationFailedError for JSON too deep to be read: the message is abandoned, and dies after its tries."""
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    except RecursionError:
        raise InvocationFailedError("the body is JSON nested too deeply") from None
    return document if isinstance(document, dict) else {}


def _value(value: object) -> Any:
    if isinstance(value, str):
        return datum(value, "string")
    if isinstance(value, datetime):
        return datum(json.dumps(value.isoformat().replace("+00:00", "Z")), "json")
    return datum(json.dumps(value), "json")


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _plain(value: object) -> object:
    return value if isinstance(value, bool | int | float) else _text(value)
