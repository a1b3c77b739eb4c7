from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.bus.events import Event
from shared.errors import InvalidInput

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.text(), values))
def test_an_event_survives_its_own_envelope(data: dict[str, object]) -> None:
    """Whatever JSON an event carries, reading its envelope gives the event again."""
    event = Event("id", "type", "source", "subject", datetime(2026, 11, 22, 8, 0, 0, 120_000, tzinfo=UTC), data)
    assert Event.from_json(event.to_json()) == event


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
        Event.from_json(body)
    assert refused.value.code == "malformed-event"


def test_unknown_attributes_are_ignored() -> None:
    """A newer sender may add attributes."""
    text = '{"id":"1","type":"t","source":"s","time":"2026-11-22T08:00:00Z","traceparent":"00-1","data":{"a":1}}'
    assert Event.from_json(text).data == {"a": 1}
