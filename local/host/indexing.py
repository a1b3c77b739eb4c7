"""The functions of an app with their triggers, checked as Microsoft's host checks them before it starts anything."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.host.protos import RpcFunctionMetadata
from local.host.routes import Route
from local.host.settings import HostSettings, resolve

_FUNCTION_NAME = re.compile(r"[a-z][a-z0-9_\-]{0,127}", re.IGNORECASE)
_ARGUMENT_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9]{0,127}|\$return")
RESERVED_ROUTES = ("admin", "runtime")
ALL_METHODS = frozenset({"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"})


class HostRuleError(Exception):
    """The app would not start in Azure; the text names the function and the rule."""


@dataclass(frozen=True)
class HttpTrigger:
    """Answers requests; ``auth_level``: anonymous, function or admin."""

    route: Route
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
    bindings = [json.loads(text) for text in metadata.raw_bindings or ()]
    for binding in bindings:
        if not _ARGUMENT_NAME.fullmatch(binding["name"]):
            raise HostRuleError(f"{name}: {binding['name']} is no name of a binding (letters and digits only)")
    if metadata.retry_options is not None:
        raise HostRuleError(f"{name}: retry policies are not served (a delay is a scheduled message)")
    triggers = [binding for binding in bindings if binding["type"].lower().endswith("trigger")]
    if len(triggers) != 1:
        raise HostRuleError(f"{name}: a function has exactly one trigger")
    trigger = _trigger(name, triggers[0], settings, environ)
    return Function(name, str(metadata.function_id), triggers[0]["name"], trigger, bindings)


def _trigger(name: str, binding: Mapping[str, Any], settings: HostSettings, environ: Mapping[str, str]) -> Trigger:
    kind = binding["type"].lower()
    if kind == "httptrigger":
        return _http(name, binding, settings, environ)
    if kind == "timertrigger":
        return TimerTrigger(
            schedule=resolve(binding["schedule"], environ),
            run_on_startup=bool(binding.get("runOnStartup")),
            use_monitor=binding.get("useMonitor") is not False,
        )
    if kind == "servicebustrigger" and binding.get("queueName") and binding.get("cardinality", "one").lower() == "one":
        return ServiceBusTrigger(
            resolve(binding["queueName"], environ), binding.get("connection") or "AzureWebJobsServiceBus"
        )
    raise HostRuleError(f"{name}: this host does not serve a {binding['type']} like this")


def _http(name: str, binding: Mapping[str, Any], settings: HostSettings, environ: Mapping[str, str]) -> HttpTrigger:
    route = resolve(binding.get("route") or name, environ).strip("/")
    if route.lower().startswith(RESERVED_ROUTES):
        raise HostRuleError(f"{name}: the route {route} is reserved")
    prefix = settings.http.route_prefix.strip("/")
    methods = frozenset(str(method).upper() for method in binding.get("methods") or ()) or ALL_METHODS
    template = f"{prefix}/{route}" if prefix else route
    return HttpTrigger(Route(template), methods, str(binding.get("authLevel", "function")).lower())


def _check_routes(functions: Sequence[Function]) -> None:
    seen: dict[tuple[str, str], str] = {}
    for function in functions:
        if isinstance(function.trigger, HttpTrigger):
            for method in function.trigger.methods:
                key = (function.trigger.route.template.casefold(), method)
                if key in seen:
                    raise HostRuleError(f"{function.name}: has the route and method of {seen[key]}")
                seen[key] = function.name
