import json
from typing import Any

import pytest
from azure.functions.servicebus import ServiceBusMessageInConverter

from local.host.messages import metadata_by_hand, to_datum
from local.host.runtime import InvocationFailedError


def decoded(body: bytes, **properties: object) -> Any:
    """The message as the SDK hands it to a function."""
    return ServiceBusMessageInConverter.decode(to_datum(body), trigger_metadata=metadata_by_hand(body, properties))


def test_a_message_made_by_hand_reads_like_one_from_a_queue() -> None:
    """Body, first delivery, an id of its own, and its properties with their types."""
    message = decoded(b"\x00raw", attempt=3)
    assert (message.get_body(), message.delivery_count) == (b"\x00raw", 1)
    assert message.application_properties == {"attempt": 3}
    assert message.message_id != decoded(b"").message_id


def test_members_of_a_json_body_hide_metadata_of_the_same_name() -> None:
    """Microsoft's host lets the body's messageId win, in any case; so does this one, for apps to find out here."""
    message = decoded(json.dumps({"messageId": "from the body", "data": {"messageId": "nested"}}).encode())
    assert message.message_id == "from the body"
    assert decoded(b'["messageId"]').message_id != "from the body"


def test_a_body_nested_too_deeply_fails_as_a_call_does() -> None:
    """So the message is abandoned and dies after its tries: it is never dropped."""
    with pytest.raises(InvocationFailedError, match="too deeply"):
        metadata_by_hand(b"[" * 50_000)
