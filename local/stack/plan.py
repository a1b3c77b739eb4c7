"""What runs, with which settings, and what must be there before it."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from local.stack.settings import DEMO, ROOT, Addresses, voicecloud_settings

CIF_LIBRARY = "/webresources/Widget/msdyn_ciLibrary.js"
SETTINGS = "settings.json"
"""In the folder of the state: what the app starts with."""
AZURITE_SERVICES = ("Blob", "Queue", "Table")


def says_ready(line: str) -> bool:
    """``{"ready": name, …}``, the one line each process of ours prints when it listens."""
    try:
        return "ready" in json.loads(line)
    except (ValueError, TypeError):
        return False


class AzuriteReady:
    """Azurite says it once for each of its three services."""

    def __init__(self) -> None:
        self._missing = set(AZURITE_SERVICES)

    def __call__(self, line: str) -> bool:
        if "successfully listening" in line:
            self._missing.discard(line.split()[1])
        return not self._missing


@dataclass(frozen=True)
class Service:
    """A process that runs as long as the stack does. ``health`` answers 200 when it is well."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str] = field(default_factory=dict)
    after: Sequence[str] = ()
    health: str = ""
    is_ready: Callable[[str], bool] = says_ready
    grace_s: float = 10.0


@dataclass(frozen=True)
class Command:
    """Something done once on the way up."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str] = field(default_factory=dict)
    after: Sequence[str] = ()


def make_plan(where: Addresses, state: Path, tls: Path, app: Mapping[str, str]) -> list[Service | Command]:
    """In the order of a start; ``state`` is the folder where everything is kept."""
    ports = where.ports
    return [
        _azurite(where, state),
        _broker(where, state),
        Service(
            "entra",
            _python("local.entra", "--port", ports.entra, "--https-port", ports.entra_https, "--tls-dir", tls),
            health=f"{where.entra}/health",
        ),
        _dynamics(where, state, tls),
        Service(
            "voicecloud",
            _python("lab"),
            environ=voicecloud_settings(where),
            after=("azurite",),
            health=f"{where.voicecloud}/health",
        ),
        Command(
            "settings",
            _python("shared.commands", "settings", "import", "--offline", state / SETTINGS),
            environ=app,
            after=("azurite",),
        ),
        Service(
            "functions",
            _python("local.host", "start", "--port", ports.functions, "--enable-auth"),
            environ=app,
            after=("settings", "broker", "entra", "dynamics", "voicecloud"),
            health=where.health,
        ),
    ]


def _azurite(where: Addresses, state: Path) -> Service:
    """On disk. It writes its tables down when it is stopped by SIGTERM, once its clients have hung up."""
    script = ROOT / "node_modules/azurite/dist/src/azurite.js"
    ports = where.ports
    return Service(
        "azurite",
        [
            str(ROOT / ".venv/bin/node"),
            *(str(script), "--location", str(state / "azurite"), "--silent"),
            *("--skipApiVersionCheck", "--disableTelemetry"),
            *("--blobPort", str(ports.azurite_blob), "--queuePort", str(ports.azurite_queue)),
            *("--tablePort", str(ports.azurite_table)),
        ],
        environ={"NODE_NO_WARNINGS": "1"},
        is_ready=AzuriteReady(),
        grace_s=20.0,
    )


def _broker(where: Addresses, state: Path) -> Service:
    ports = where.ports
    return Service(
        "broker",
        _python(
            *("local.servicebus", "--config", "infra/servicebus/config.json", "--db", state / "servicebus.sqlite"),
            *("--port", ports.servicebus, "--http-port", ports.servicebus_http),
        ),
        health=f"http://127.0.0.1:{ports.servicebus_http}/health",
    )


def _dynamics(where: Addresses, state: Path, tls: Path) -> Service:
    ports = where.ports
    return Service(
        "dynamics",
        _python(
            *("local.dynamics", "--port", ports.dynamics, "--https-port", ports.dynamics_https, "--tls-dir", tls),
            *("--db", state / "dynamics.sqlite", "--columns", "infra/dynamics/columns.json"),
            *("--seed", DEMO / "dynamics.json", "--authority", where.authority),
            *("--channel-url", f"{where.functions}/api/webphone/?ucilib={where.dynamics}{CIF_LIBRARY}"),
            *("--first-call", DEMO / "first-call.json"),
            *("--sign-in-url", f"{where.entra}/stand-in/sign-in", "--customers-url", f"{where.voicecloud}/control"),
        ),
        health=f"{where.dynamics}/stand-in/health",
    )


def _python(module: str, *arguments: object) -> list[str]:
    return [sys.executable, "-m", module, *(str(one) for one in arguments)]
