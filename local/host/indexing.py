"""The functions of an app with their triggers, checked as Microsoft's host checks them before it starts anything."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.host.connections import check_connection
from local.host.ncrontab import parse
from local.host.protos import RpcFunctionMetadata
from local.host.routes import RouteError, RouteTemplate
from local.host.settings import HostSettings, resolve

_FUNCTION_NAME = re.compile(r"[a-z][a-z0-9_\-]{0,127}", re.IGNORECASE)
_ARGUMENT_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9]{0,127}|\$return")
RESERVED_ROUTES = ("admin", "runtime")
ALL_METHODS = frozenset({"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"})
SERVED_OUTPUTS = ("http",)


class HostRuleError(Exception):
    """The app would not start in Azure, or needs what this host does not serve; the text names function and rule."""


@dataclass(frozen=True)
class HttpTrigger:
    """Answers requests; ``auth_level``: anonymous, function or admin."""

    route: RouteTemplate
    methods: frozenset[str]
    auth_level: str


@dataclass(frozen=True)
class TimerTrigger:
    """Runs by NCRONTAB or TimeSpan."""

    schedule: str
    run_on_startup: bool
    use_monitor: bool


@dataclass(frozen=True)
class ServiceBusTrigger:
    """Runs for each message of a queue; ``connection`` is the name of a setting."""

    queue: str
    connection: str


Trigger = HttpTrigger | TimerTrigger | ServiceBusTrigger


@dataclass(frozen=True)
class Function:
    """One function: ``argument`` is the name its trigger value is passed under."""

    name: str
    id: str
    argument: str
    trigger: Trigger
    bindings: Sequence[Mapping[str, Any]]
    disabled: bool = False


def index(found: Sequence[RpcFunctionMetadata], settings: HostSettings, environ: Mapping[str, str]) -> list[Function]:
    """The functions by name, in the order in which their routes are tried. Raises HostRuleError or SettingsError."""
    functions = [_function(one, settings, environ) for one in found]
    functions.sort(key=lambda function: function.name.casefold())
    _check_routes(functions)
    return functions


def _function(metadata: RpcFunctionMetadata, settings: HostSettings, environ: Mapping[str, str]) -> Function:
    name = str(metadata.name)
    if not _FUNCTION_NAME.fullmatch(name) or name.lower() == "host":
        raise HostRuleError(f"{name}: not a name of a function")
    if metadata.retry_options is not None:
        raise HostRuleError(f"{name}: this host serves no retry policies; schedule a message instead")
    bindings = [json.loads(text) for text in metadata.raw_bindings or ()]
    binding = _only_trigger(name, bindings)
    return Function(
        name=name,
        id=str(metadata.function_id),
        argument=binding["name"],
        trigger=_trigger(name, binding, settings, environ),
        bindings=bindings,
        disabled=environ.get(f"AzureWebJobs.{name}.Disabled", "").lower() in {"true", "1"},
    )


def _only_trigger(name: str, bindings: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    for binding in bindings:
        if not _ARGUMENT_NAME.fullmatch(binding["name"]):
            raise HostRuleError(f"{name}: {binding['name']} is no name of a binding (letters and digits only)")
    triggers = [binding for binding in bindings if binding["type"].lower().endswith("trigger")]
    if len(triggers) != 1:
        raise HostRuleError(f"{name}: a function has exactly one trigger")
    for binding in bindings:
        if binding is not triggers[0] and binding["type"].lower() not in SERVED_OUTPUTS:
            raise HostRuleError(f"{name}: this host does not serve the binding {binding['type']}")
    return triggers[0]


def _trigger(name: str, binding: Mapping[str, Any], settings: HostSettings, environ: Mapping[str, str]) -> Trigger:
    match binding["type"].lower():
        case "httptrigger":
            return _http(name, binding, settings.http.route_prefix, environ)
        case "timertrigger":
            return _timer(binding, environ)
        case "servicebustrigger":
            return _service_bus(name, binding, environ)
    raise HostRuleError(f"{name}: this host does not serve a {binding['type']}")


def _timer(binding: Mapping[str, Any], environ: Mapping[str, str]) -> TimerTrigger:
    schedule = resolve(binding["schedule"], environ)
    parse(schedule)
    return TimerTrigger(schedule, bool(binding.get("runOnStartup")), binding.get("useMonitor") is not False)


def _service_bus(name: str, binding: Mapping[str, Any], environ: Mapping[str, str]) -> ServiceBusTrigger:
    if str(binding.get("cardinality", "one")).lower() != "one" or binding.get("isSessionsEnabled"):
        raise HostRuleError(f"{name}: this host gives messages one by one and without sessions")
    if not binding.get("queueName"):
        raise HostRuleError(f"{name}: this host serves queues, not topics")
    connection = binding.get("connection") or "AzureWebJobsServiceBus"
    check_connection(connection, environ)
    return ServiceBusTrigger(resolve(binding["queueName"], environ), connection)


def _http(name: str, binding: Mapping[str, Any], prefix: str, environ: Mapping[str, str]) -> HttpTrigger:
    route = resolve(binding.get("route") or name, environ).strip("/")
    if route.lower().startswith(RESERVED_ROUTES):
        raise HostRuleError(f"{name}: the route {route} is reserved")
    methods = frozenset(str(method).upper() for method in binding.get("methods") or ()) or ALL_METHODS
    try:
        template = RouteTemplate(f"{prefix.strip('/')}/{route}".strip("/"))
    except RouteError as error:
        raise HostRuleError(f"{name}: {error}") from error
    return HttpTrigger(template, methods, str(binding.get("authLevel") or "function").lower())


def _check_routes(functions: Sequence[Function]) -> None:
    seen: dict[tuple[str, str], str] = {}
    for function in functions:
        if isinstance(function.trigger, HttpTrigger):
            for method in sorted(function.trigger.methods):
                key = (function.trigger.route.template.casefold(), method)
                if key in seen:
                    raise HostRuleError(f"{function.name}: has the route and method of {seen[key]}")
                seen[key] = function.name
