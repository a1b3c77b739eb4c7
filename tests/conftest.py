"""What all tests share: the marker of a test follows from the folder it lies in."""

import os
import signal
import ssl
import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, settings

from local.children import ends_with_parent

# How fast examples are made says something of the machine and of what else it does, nothing of the code.
# The suite takes the same examples each time; VOICE_EXPLORE=1 looks for new ones.
settings.register_profile(
    "unhurried",
    deadline=None,
    derandomize="VOICE_EXPLORE" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("unhurried")


@lru_cache
def _context(_authorities: str | None, _folder: str | None) -> ssl.SSLContext:
    return httpx.create_ssl_context()


def _shared_context(verify: Any = True, cert: Any = None, trust_env: bool = True) -> ssl.SSLContext:
    """Reading all authorities of the world takes 80 ms of a processor, and most tests make several clients."""
    if verify is not True or cert or not trust_env:
        return httpx.create_ssl_context(verify, cert, trust_env)
    return _context(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


setattr(httpx._transports.default, "create_ssl_context", _shared_context)  # noqa: B010 (one place in httpx)

# Everything is compiled again in each process where byte code must not be written beside the sources: up to half of the
# time that a voice cloud takes to start, or the tests to be collected. So it lies elsewhere.
if sys.dont_write_bytecode:
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.pycache_prefix = str(Path(tempfile.gettempdir()) / f"voice-bytecode-{os.getuid()}")
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
    sys.dont_write_bytecode = False


class _Popen(subprocess.Popen[Any]):
    """A run that is killed leaves no processes: whatever a fixture or a library starts ends with it."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{"preexec_fn": ends_with_parent(signal.SIGKILL), **options})


setattr(subprocess, "Popen", _Popen)  # noqa: B010 (asyncio starts its processes by this as well)

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
