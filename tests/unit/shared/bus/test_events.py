import contextlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.bus.events import CloudEvent
from shared.errors import InvalidInput

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@settings(max_examples=50)
@given(st.dictionaries(st.text(), values))
def test_an_event_survives_its_own_envelope(data: dict[str, object]) -> None:
    """Whatever JSON an event carries, reading its envelope gives the event again."""
    event = CloudEvent("id", "type", "source", "subject", datetime(2026, 11, 22, 8, 0, 0, 120_000, tzinfo=UTC), data)
    assert CloudEvent.from_json(event.to_json()) == event


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "null",
        "7",
        "{}",
        '{"id":"1","type":"t","source":"s"}',
        '{"id":"1","type":"t","source":"s","time":"soon"}',
    ],
)
def test_what_is_no_event_is_refused_with_its_code(body: str) -> None:
    """A body that is not a CloudEvents document is InvalidInput malformed-event, never another error."""
    with pytest.raises(InvalidInput) as refused:
        CloudEvent.from_json(body)
    assert refused.value.code == "malformed-event"


def test_unknown_attributes_are_ignored() -> None:
    """A newer sender may add attributes."""
    text = '{"id":"1","type":"t","source":"s","time":"2026-11-22T08:00:00Z","traceparent":"00-1","data":{"a":1}}'
    assert CloudEvent.from_json(text).data == {"a": 1}


@settings(max_examples=50)
@given(st.recursive(values, lambda inner: st.dictionaries(st.sampled_from(["id", "type", "source", "time"]), inner)))
def test_any_json_is_an_event_or_refused(document: object) -> None:
    """No document gets through with an error of another kind."""
    with contextlib.suppress(InvalidInput):
        CloudEvent.from_json(json.dumps(document))


@pytest.mark.parametrize(
    "change",
    [
        {"id": ""},
        {"id": None},
        {"type": 7},
        {"time": "0001-01-01T00:00:00+14:00"},
        {"data": []},
        {"data": [["a", 1]]},
        {"data": None},
    ],
)
def test_attributes_of_the_wrong_kind_are_refused(change: dict[str, object]) -> None:
    """Required attributes are texts and not empty, the time is one, and the payload is an object."""
    document = {"id": "1", "type": "t", "source": "s", "time": "2026-11-22T08:00:00Z", "data": {}, **change}
    with pytest.raises(InvalidInput, match="malformed-event"):
        CloudEvent.from_json(json.dumps(document))


def test_a_body_nested_without_end_is_refused() -> None:
    """A hostile body ends in a refusal like any other."""
    with pytest.raises(InvalidInput, match="malformed-event"):
        CloudEvent.from_json("[" * 100_000)
