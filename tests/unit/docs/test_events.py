import ast
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest

from shared.bus.events import CloudEvent
from shared.callbacks.model import REQUESTED
from shared.callbacks.polling import requested
from shared.calls.messages import check_wanted, received
from shared.calls.model import CHECK, RECEIVED, PoolCallEvent, PoolCallEventKind
from shared.identity.notifications import SYNC, sync_wanted
from shared.presence.messages import call_told, presence_told, reconcile_polled
from shared.presence.model import CALL, CHANGED, RECONCILE, CallNews, CallStep, PresenceNews

ROOT = Path(__file__).parents[3]
EVENTS = ROOT / "docs" / "events"
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
SAMPLES = {
    REQUESTED: requested("L1", "c1", NOW),
    SYNC: sync_wanted(1_795_000_000, NOW),
    CHECK: check_wanted("call-1", 0, NOW, "ended"),
    RECEIVED: received(
        PoolCallEvent("call-1", 3, PoolCallEventKind.ANSWERED, NOW, "+358401234567", "Sales", "u1", "web"), NOW
    ),
    RECONCILE: reconcile_polled("a1", NOW),
    CALL: call_told("u1", CallNews("call-1", CallStep.STARTED, 2, NOW), NOW),
    CHANGED: presence_told("a1", PresenceNews("p1", NOW, "SYSTEM"), "k1", NOW),
}


def event_types() -> Iterator[str]:
    """Every text in shared/ that is shaped like an event type."""
    for path in (ROOT / "shared").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("voice."):
                yield node.value


@pytest.mark.parametrize("event", SAMPLES.values(), ids=SAMPLES)
def test_an_event_is_as_its_schema_says(event: CloudEvent) -> None:
    """What the code sends validates against the published schema of its type."""
    schema = json.loads((EVENTS / f"{event.type}.schema.json").read_text())
    jsonschema.validate(json.loads(event.to_json()), schema, cls=jsonschema.Draft202012Validator)


def test_every_event_type_is_documented() -> None:
    """Each event type of the code has a sample above and a schema, and the overview names it; there are no others."""
    assert set(event_types()) == set(SAMPLES)
    assert {path.name.removesuffix(".schema.json") for path in EVENTS.glob("*.json")} == set(SAMPLES)
    overview = (EVENTS / "README.md").read_text()
    assert all(f"`{name}`" in overview for name in SAMPLES)


def test_the_schemas_are_schemas() -> None:
    """Each file is a JSON Schema of draft 2020-12."""
    for path in EVENTS.glob("*.json"):
        jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text()))
