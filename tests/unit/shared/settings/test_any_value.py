"""Whatever stands in a settings row is taken or refused by name: nothing else ends a command, or hides another row."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InvalidInput
from shared.settings.model import CallbackProfile, CallSync, General
from shared.settings.phone import PhoneSettings
from shared.settings.presence import PresenceSettings

GUID = "b7e7a0b4-3f0e-4d0a-9a3c-0a53f0f5c001"
ROWS: dict[Any, tuple[dict[str, object], list[str]]] = {
    General: ({}, ["default_region", "retry_schedule_s"]),
    CallbackProfile: (
        {"list_id": "L1", "queue_id": GUID},
        ["list_id", "queue_id", "method", "age_value", "age_unit", "interval_s", "enabled", "link_repeats"],
    ),
    CallSync: (
        {},
        [
            *("subject", "complete", "complete_limit_s", "recordings", "enterprise", "customer_kinds"),
            *("duration_limit_s", "start_margin_s", "default_assignee", "reclassified"),
        ],
    ),
    PresenceSettings: ({}, ["enabled", "method", "lease_s", "statuses", "presences", "base_statuses", "dnd"]),
    PhoneSettings: ({}, ["take_over", "frame_ancestors", "voice_center_url", "unrecorded_pages", "customer_names"]),
}
PLAIN = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.sampled_from([0, GUID, "{0}"])
)
ANY = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner))


@given(st.data())
def test_any_value_of_any_field_is_taken_or_refused(data: st.DataObject) -> None:
    """By ``invalid-setting``, which names the field."""
    setting = data.draw(st.sampled_from(list(ROWS)))
    document, fields = ROWS[setting]
    name, value = data.draw(st.sampled_from(fields)), data.draw(ANY)
    refused = ""
    try:
        setting.from_document({**document, name: value})
    except InvalidInput as error:
        refused = error.code
    assert refused in {"", "invalid-setting"}


@pytest.mark.parametrize("field", ["complete_limit_s", "duration_limit_s", "start_margin_s"])
def test_false_is_no_number_of_seconds(field: str) -> None:
    """``false`` is refused, although Python takes it for zero."""
    with pytest.raises(InvalidInput, match=field):
        CallSync.from_document({field: False})
    assert CallSync.from_document({field: 0})
