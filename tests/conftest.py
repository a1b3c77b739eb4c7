"""What all tests share: the marker of a test follows from the folder it lies in."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How fast examples are made says something of the machine and of what else it does, nothing of the code.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

pytest_plugins = [
    "tests.fixtures.routing",
    "tests.fixtures.azurite",
    "tests.fixtures.tables",
    "tests.fixtures.triggers",
    "tests.fixtures.functions_host",
    "tests.fixtures.world",
    "tests.fixtures.calls",
    "tests.fixtures.live_phone",
    "tests.fixtures.presence",
    "tests.fixtures.dataverse",
    "tests.fixtures.chromium",
    "tests.fixtures.servicebus",
    "tests.fixtures.dynamics",
    "tests.fixtures.entra",
    "tests.fixtures.stack",
    "tests.fixtures.phone_pages",
    "tests.fixtures.played_phone",
    "tests.fixtures.voicecloud",
    "tests.fixtures.voicecloud_process",
    "tests.fixtures.webhook_receiver",
]

MARKERS = {"unit": "unit", "integration": "integration", "browser": "browser", "faults": "fault", "bench": "bench"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    root = Path(__file__).parent
    for item in items:
        folder = item.path.relative_to(root).parts[0]
        item.add_marker(MARKERS[folder])
