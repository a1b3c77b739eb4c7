"""The Node SDK, an AMQP implementation of other make, against the namespace under test."""

import json
import subprocess
from pathlib import Path
from typing import Any

WITNESS = Path(__file__).parent / "witness.mjs"
TIMEOUT_S = 40


def test_the_node_sdk_finds_the_same(namespace: Any) -> None:
    """Round trip, batch, every settlement, deferral, schedule and peek as with the Python SDK."""
    queue = namespace.make_queue()
    command = ["node", str(WITNESS), namespace.connection, queue]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "roundTrip": ["ä", "m-1", "s", 7],
        "deliveryCountAfterAbandon": 1,
        "renewed": True,
        "batchInOrder": True,
        "deferred": "defer",
        "deadLetter": ["bury", "r", "d"],
        "peeked": [["scheduled", "scheduled"]],
        "empty": True,
    }
