"""Frames of the hub protocol."""

import pytest

from shared.errors import InvalidInput
from voicecloud.rte.model import EVENT_NAMES, event_number
from voicecloud.rte.protocol import completion, framed, invocation, messages


def test_frames_are_taken_apart() -> None:
    """Several messages may come in one WebSocket text."""
    assert [one["type"] for one in messages(framed({"type": 6}) + invocation("X", 1))] == [6, 1]


def test_a_completion_has_a_result_or_an_error() -> None:
    """It never has both, as the protocol demands."""
    assert next(iter(messages(completion("1", [])))) == {"type": 3, "invocationId": "1", "result": []}
    assert next(iter(messages(completion("1", error="no")))) == {"type": 3, "invocationId": "1", "error": "no"}


def test_what_is_no_object_is_refused() -> None:
    """A frame that is not a JSON object ends the connection."""
    for text in ("[1]\x1e", "{\x1e"):
        with pytest.raises((ValueError, InvalidInput)):
            list(messages(text))


def test_event_numbers_are_unique() -> None:
    """No two events share a number."""
    assert len({event_number(name) for name in EVENT_NAMES}) == len(EVENT_NAMES)
