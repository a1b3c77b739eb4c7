import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest

from shared.bus.events import Event
from shared.callbacks.model import REQUESTED
from shared.callbacks.polling import requested
from shared.identity.notifications import SYNC, sync_wanted

EVENTS = Path(__file__).parents[3] / "docs" / "events"
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
SAMPLES = {REQUESTED: requested("L1", "c1", NOW), SYNC: sync_wanted(1_795_000_000, NOW)}


@pytest.mark.parametrize("event", SAMPLES.values(), ids=SAMPLES)
def test_an_event_is_as_its_schema_says(event: Event) -> None:
    """What the code sends validates against the published schema of its type."""
    schema = json.loads((EVENTS / f"{event.type}.schema.json").read_text())
    jsonschema.validate(json.loads(event.to_json()), schema, cls=jsonschema.Draft202012Validator)


def test_every_event_type_is_documented() -> None:
    """There is one schema per event type, and the overview names each."""
    assert {path.name.removesuffix(".schema.json") for path in EVENTS.glob("*.json")} == set(SAMPLES)
    overview = (EVENTS / "README.md").read_text()
    assert all(f"`{name}`" in overview for name in SAMPLES)
