"""The app's surroundings: ``host.json``, ``local.settings.json`` and ``%SETTING%`` expressions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.host.strict import Section, SettingsError, read_json, time_span_s

OVERRIDE = "azurefunctionsjobhost__"
DEFAULT_PORT = 7071
_EXPRESSION = re.compile(r"%([^%]+)%")
_UNLIMITED = "-1"

HTTP_WITHOUT_EFFECT = ("hsts", "dynamicThrottlesEnabled")
SERVICE_BUS_WITHOUT_EFFECT = (
    "clientRetryOptions",
    "transportType",
    "webProxy",
    "enableCrossEntityTransactions",
    # What follows governs sessions and batches, which this host does not serve.
    "maxConcurrentSessions",
    "maxConcurrentCallsPerSession",
    "sessionIdleTimeout",
    "maxMessageBatchSize",
    "minMessageBatchSize",
    "maxBatchWaitTime",
)


@dataclass(frozen=True)
class ServiceBusOptions:
    """``extensions.serviceBus``, as version 5 of the extension names its options."""

    prefetch_count: int = 0
    max_concurrent_calls: int = 16
    max_auto_lock_renewal_s: float = 300.0
    auto_complete: bool = True


@dataclass(frozen=True)
class HttpOptions:
    """``extensions.http``; -1 is no limit."""

    route_prefix: str = "api"
    max_concurrent_requests: int = -1
    max_outstanding_requests: int = -1
    custom_headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class HostSettings:
    """``host.json``, with ``AzureFunctionsJobHost__…`` settings laid over it. ``function_timeout_s`` None: none."""

    http: HttpOptions = field(default_factory=HttpOptions)
    service_bus: ServiceBusOptions = field(default_factory=ServiceBusOptions)
    function_timeout_s: float | None = 1800.0


@dataclass(frozen=True)
class LocalSettings:
    """``local.settings.json``: app settings, and what the section ``Host`` says about serving."""

    values: Mapping[str, str] = field(default_factory=dict)
    port: int = DEFAULT_PORT
    cors: str = ""
    cors_credentials: bool = False


def read_host_json(directory: Path, environ: Mapping[str, str]) -> HostSettings:
    """Raises SettingsError for keys that the host does not know and for values of a wrong kind."""
    path = directory / "host.json"
    document: dict[str, Any] = read_json(path) if path.exists() else {"version": "2.0"}
    for name, value in environ.items():
        if name.lower().startswith(OVERRIDE):
            _lay_over(document, name[len(OVERRIDE) :].split("__"), value)
    root = Section("host.json", document)
    if (version := root.text("version", "")) != "2.0":
        raise SettingsError(f"host.json: version is {version!r}, not '2.0'")
    extensions = root.section("extensions")
    http, bus = _http(extensions.section("http")), _service_bus(extensions.section("serviceBus"))
    extensions.end()
    timeout = root.text("functionTimeout", "00:30:00")
    root.end("logging", "extensionBundle", "telemetryMode")
    return HostSettings(http, bus, None if timeout == _UNLIMITED else time_span_s(timeout))


def read_local_settings(path: Path) -> LocalSettings:
    """The defaults when there is no such file. Raises SettingsError."""
    if not path.exists():
        return LocalSettings()
    root = Section(path.name, read_json(path))
    if root.flag("IsEncrypted", default=False):
        raise SettingsError(f"{path.name} is encrypted")
    host = root.section("Host")
    settings = LocalSettings(
        values=root.texts("Values"),
        port=host.number("LocalHttpPort", DEFAULT_PORT),
        cors=host.text("CORS", ""),
        cors_credentials=host.flag("CORSCredentials", default=False),
    )
    host.end()
    root.end("ConnectionStrings")
    return settings


def resolve(text: str, environ: Mapping[str, str]) -> str:
    """``%NAME%`` replaced by the setting. Raises SettingsError when it is not set."""

    def setting(match: re.Match[str]) -> str:
        if match[1] not in environ:
            raise SettingsError(f"%{match[1]}% does not resolve: there is no such app setting")
        return environ[match[1]]

    return _EXPRESSION.sub(setting, text)


def _http(section: Section) -> HttpOptions:
    options = HttpOptions(
        route_prefix=section.text("routePrefix", "api"),
        max_concurrent_requests=section.number("maxConcurrentRequests", -1),
        max_outstanding_requests=section.number("maxOutstandingRequests", -1),
        custom_headers=section.texts("customHeaders"),
    )
    section.end(*HTTP_WITHOUT_EFFECT)
    return options


def _service_bus(section: Section) -> ServiceBusOptions:
    options = ServiceBusOptions(
        prefetch_count=section.number("prefetchCount", 0),
        max_concurrent_calls=section.number("maxConcurrentCalls", 16),
        max_auto_lock_renewal_s=section.span_s("maxAutoLockRenewalDuration", "00:05:00"),
        auto_complete=section.flag("autoCompleteMessages", default=True),
    )
    section.end(*SERVICE_BUS_WITHOUT_EFFECT)
    return options


def _lay_over(document: dict[str, Any], path: list[str], value: str) -> None:
    """Sets one value deep in a document, finding names in any case."""
    known = {name.lower(): name for name in document}
    name = known.get(path[0].lower(), path[0])
    if len(path) == 1:
        document[name] = value
        return
    inner = document.setdefault(name, {})
    if not isinstance(inner, dict):
        raise SettingsError(f"host.json: {name} is not a JSON object")
    _lay_over(inner, path[1:], value)
