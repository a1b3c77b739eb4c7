"""The settings row of presence: defaults, names and numbers, and what is not valid."""

import pytest

from shared.errors import InvalidInput
from shared.settings.presence import DEFAULT_STATUSES, Method, PresenceSettings
from shared.statuses import StatusKind

USUAL = [{"name": one.name, "kind": one.kind, "event_type": one.event_type} for one in DEFAULT_STATUSES]
GUID = "5f000000-0000-4000-8000-000000000001"


def test_without_a_row_nothing_is_mirrored() -> None:
    """And everything else has a default, Lunch lasting half an hour."""
    settings = PresenceSettings.from_document({})
    assert settings == PresenceSettings()
    assert (settings.enabled, settings.method, settings.lease_s) == (False, Method.SERVER, 30.0)
    lunch = settings.status_named("lunch")
    assert lunch is not None
    assert (lunch.kind, lunch.length_s) == (StatusKind.OFF_WORK, 1800.0)


@pytest.mark.parametrize("kind", list(StatusKind))
def test_every_kind_has_a_status_a_presence_and_a_number(kind: StatusKind) -> None:
    """The names of the channel framework are those of the kinds (E1)."""
    settings = PresenceSettings()
    assert settings.status_for(kind).kind is kind
    assert settings.presences[kind].kind is kind
    assert settings.kind_of(settings.base_statuses[kind]) is kind
    assert settings.kind_reported("BUSY_DO_NOT_DISTURB") is StatusKind.DND
    assert settings.kind_reported(192360004) is StatusKind.OFF_WORK


def test_both_numeric_tables_can_be_set() -> None:
    """Statuses have the numbers of the voice cloud, kinds those of Omnichannel."""
    statuses = [{**one, "event_type": one["event_type"] + 100} for one in USUAL]  # type: ignore[operator]
    own = {"name": "Training", "kind": "dnd", "event_type": 103, "note": "Training"}
    settings = PresenceSettings.from_document({"statuses": [*statuses, own], "base_statuses": {"busy": 7}})
    found = [settings.status_of(103, note) for note in ("", "lunch", "Training – room 2")]
    assert [one and one.name for one in found] == ["Do not disturb", "Do not disturb", "Training"]
    assert settings.status_of(3, "") is None
    assert settings.kind_of(7) is StatusKind.BUSY


@pytest.mark.parametrize(
    "document",
    [
        {"enabled": "yes"},
        {"method": "pigeon"},
        {"lease_s": 0},
        {"statuses": "all"},
        {"statuses": USUAL[1:]},
        {"statuses": [*USUAL, {"name": "", "kind": "busy", "event_type": 9}]},
        {"statuses": [*USUAL, {"name": "X", "kind": "odd", "event_type": 9}]},
        {"statuses": [*USUAL, {"name": "X", "kind": "busy", "event_type": "9"}]},
        {"statuses": [*USUAL, {"name": "X", "kind": "busy", "event_type": 9, "length_s": -1}]},
        {"statuses": [*USUAL, {"name": "X", "kind": "busy", "event_type": 9, "note": ["Training"]}]},
        {"base_statuses": {"busy": True}},
        {"presences": {"busy": {"id": GUID, "text": 5}}},
        {"presences": {"odd": {"id": GUID}}},
        {"presences": {"busy": {"id": "x"}}},
        {"presences": []},
        {"dnd": "Do not disturb"},
        {"base_statuses": {"busy": "1"}},
    ],
)
def test_what_is_not_valid_is_refused(document: dict[str, object]) -> None:
    """By the name of its field."""
    with pytest.raises(InvalidInput) as caught:
        PresenceSettings.from_document(document)
    assert caught.value.code == "invalid-setting"
