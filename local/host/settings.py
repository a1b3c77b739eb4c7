"""The app's surroundings: ``local.settings.json``, ``host.json`` and ``%SETTING%`` expressions."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

OVERRIDE = "AzureFunctionsJobHost__"
_EXPRESSION = re.compile(r"%([^%]+)%")
_TIME_SPAN = re.compile(r"(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})")

KNOWN = {
    "version",
    "logging",
    "extensions",
    "extensionBundle",
    "functionTimeout",
    "concurrency",
    "managedDependency",
    "telemetryMode",
}
KNOWN_EXTENSIONS = {"http", "serviceBus"}


class SettingsError(Exception):
    """A file of settings cannot be meant, or a setting that is used is not there."""


@dataclass(frozen=True)
class ServiceBusOptions:
    """``extensions.serviceBus``, as version 5 of the extension names its options."""

    prefetch_count: int = 0
    max_concurrent_calls: int = 16
    max_auto_lock_renewal_s: float = 300.0
    auto_complete: bool = True


@dataclass(frozen=True)
class HttpOptions:
    """``extensions.http``."""

    route_prefix: str = "api"
    max_concurrent_requests: int = -1


@dataclass(frozen=True)
class HostSettings:
    """``host.json``, with ``AzureFunctionsJobHost__…`` settings laid over it."""

    http: HttpOptions = field(default_factory=HttpOptions)
    service_bus: ServiceBusOptions = field(default_factory=ServiceBusOptions)
    function_timeout_s: float | None = 1800.0


def read_host_json(directory: Path, environ: Mapping[str, str]) -> HostSettings:
    """Raises SettingsError for keys that the host does not know."""
    path = directory / "host.json"
    document: dict[str, Any] = _read(path) if path.exists() else {"version": "2.0"}
    _refuse_unknown(document.keys(), KNOWN, "host.json")
    for name, value in environ.items():
        if name.startswith(OVERRIDE):
            _lay_over(document, name.removeprefix(OVERRIDE).split("__"), value)
    extensions = document.get("extensions", {})
    _refuse_unknown(extensions.keys(), KNOWN_EXTENSIONS, "host.json extensions")
    http, bus = extensions.get("http", {}), extensions.get("serviceBus", {})
    timeout = document.get("functionTimeout", "00:30:00")
    return HostSettings(
        http=HttpOptions(http.get("routePrefix", "api"), int(http.get("maxConcurrentRequests", -1))),
        service_bus=ServiceBusOptions(
            prefetch_count=int(bus.get("prefetchCount", 0)),
            max_concurrent_calls=int(bus.get("maxConcurrentCalls", 16)),
            max_auto_lock_renewal_s=time_span_s(bus.get("maxAutoLockRenewalDuration", "00:05:00")),
            auto_complete=str(bus.get("autoCompleteMessages", True)).lower() == "true",
        ),
        function_timeout_s=None if timeout == "-1" else time_span_s(timeout),
    )


def read_local_settings(path: Path) -> tuple[dict[str, str], dict[str, Any]]:
    """The ``Values`` and the ``Host`` section of a local.settings.json; both empty when there is none."""
    if not path.exists():
        return {}, {}
    document = _read(path)
    if document.get("IsEncrypted"):
        raise SettingsError(f"{path.name} is encrypted")
    return {name: str(value) for name, value in document.get("Values", {}).items()}, document.get("Host", {})


def resolve(text: str, environ: Mapping[str, str]) -> str:
    """``%NAME%`` replaced by the setting. Raises SettingsError when it is not set."""

    def setting(match: re.Match[str]) -> str:
        if match[1] not in environ:
            raise SettingsError(f"%{match[1]}% does not resolve: there is no such app setting")
        return environ[match[1]]

    return _EXPRESSION.sub(setting, text)


def time_span_s(text: str) -> float:
    """Seconds of a .NET TimeSpan ``[d.]hh:mm:ss``. Raises SettingsError."""
    match = _TIME_SPAN.fullmatch(text)
    if not match:
        raise SettingsError(f"{text!r} is no time span: [d.]hh:mm:ss")
    days, hours, minutes, seconds = (int(group or 0) for group in match.groups())
    return float(((days * 24 + hours) * 60 + minutes) * 60 + seconds)


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise SettingsError(f"{path.name} is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise SettingsError(f"{path.name} is not a JSON object")
    return document


def _refuse_unknown(found: Any, known: set[str], where: str) -> None:
    if unknown := sorted(set(found) - known):
        raise SettingsError(f"{where} holds what this host does not know: {', '.join(unknown)}")


def _lay_over(document: dict[str, Any], path: list[str], value: str) -> None:
    for name in path[:-1]:
        document = document.setdefault(name, {})
    document[path[-1]] = value
