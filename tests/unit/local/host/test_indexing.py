import json
from typing import Any

import pytest

from local.host.indexing import Function, HostRuleError, HttpTrigger, ServiceBusTrigger, TimerTrigger, index
from local.host.protos import RpcFunctionMetadata
from local.host.settings import HostSettings
from local.host.strict import SettingsError

CONNECTION = {"BUS": "Endpoint=sb://localhost;SharedAccessKeyName=x;SharedAccessKey=y"}
HTTP = {"type": "httpTrigger", "name": "req", "route": "calls", "methods": ["GET"], "authLevel": "FUNCTION"}
TIMER = {"type": "timerTrigger", "name": "timer", "schedule": "%WHEN%"}
QUEUE = {"type": "serviceBusTrigger", "name": "message", "queueName": "%QUEUE%", "connection": "BUS"}


def indexed(*functions: tuple[str, list[dict[str, Any]]], **environ: str) -> list[Function]:
    found = [
        RpcFunctionMetadata(name=name, function_id=name, raw_bindings=[json.dumps(one) for one in bindings])
        for name, bindings in functions
    ]
    return index(found, HostSettings(), CONNECTION | environ)


def test_functions_come_with_their_triggers_in_the_order_of_names() -> None:
    """Case does not count in the order; settings are put in; the route has its prefix."""
    functions = indexed(("b_timer", [TIMER]), ("C_queue", [QUEUE]), ("A_http", [HTTP]), WHEN="00:01:00", QUEUE="calls")
    assert [function.name for function in functions] == ["A_http", "b_timer", "C_queue"]
    http, timer, queue = (function.trigger for function in functions)
    assert isinstance(http, HttpTrigger)
    assert (http.route.template, set(http.methods), http.auth_level) == ("api/calls", {"GET"}, "function")
    assert timer == TimerTrigger("00:01:00", run_on_startup=False, use_monitor=True)
    assert queue == ServiceBusTrigger("calls", "BUS")


def test_a_route_is_the_functions_name_and_methods_are_all_unless_said() -> None:
    """Defaults of a route are those of Microsoft's host."""
    (function,) = indexed(("hello", [{"type": "httpTrigger", "name": "req"}]))
    assert isinstance(function.trigger, HttpTrigger)
    assert function.trigger.route.template == "api/hello"
    assert {"GET", "DELETE", "OPTIONS"} <= function.trigger.methods


def test_a_function_is_disabled_by_a_setting() -> None:
    """The setting is ``AzureWebJobs.<name>.Disabled``."""
    (function,) = indexed(("calls", [HTTP]), **{"AzureWebJobs.calls.Disabled": "true"})
    assert function.disabled


@pytest.mark.parametrize(
    ("name", "bindings", "told"),
    [
        ("host", [HTTP], "name of a function"),
        ("1st", [HTTP], "name of a function"),
        ("calls", [HTTP | {"name": "call_msg"}], "call_msg"),
        ("calls", [HTTP | {"route": "admin/keys"}], "reserved"),
        ("calls", [HTTP | {"route": "administrators"}], "reserved"),
        ("calls", [HTTP | {"route": "runtime"}], "reserved"),
        ("calls", [HTTP | {"route": "{id:uuid}"}], "uuid"),
        ("calls", [{"type": "http", "name": "$return"}], "exactly one trigger"),
        ("calls", [HTTP, HTTP], "exactly one trigger"),
        ("calls", [HTTP, {"type": "table", "name": "out"}], "table"),
        ("calls", [{"type": "blobTrigger", "name": "blob"}], "blobTrigger"),
        ("calls", [QUEUE | {"queueName": "q", "cardinality": "many"}], "one by one"),
        ("calls", [QUEUE | {"queueName": "q", "isSessionsEnabled": True}], "sessions"),
        ("calls", [{"type": "serviceBusTrigger", "name": "m", "topicName": "t", "connection": "BUS"}], "topics"),
    ],
)
def test_what_would_not_start_is_refused_by_name(name: str, bindings: list[dict[str, Any]], told: str) -> None:
    """The rules of Microsoft's host, and the triggers and bindings this one does not serve."""
    with pytest.raises(HostRuleError, match=told):
        indexed((name, bindings))


@pytest.mark.parametrize(
    ("binding", "told"),
    [
        (TIMER, "%WHEN%"),
        (TIMER | {"schedule": "often"}, "often"),
        (QUEUE, "%QUEUE%"),
        (QUEUE | {"queueName": "q", "connection": "OTHER"}, "OTHER__fullyQualifiedNamespace"),
    ],
)
def test_a_setting_that_is_missing_or_wrong_is_reported(binding: dict[str, Any], told: str) -> None:
    """Expressions, schedules and connections are checked before anything starts."""
    with pytest.raises(SettingsError, match=told):
        indexed(("calls", [binding]))


def test_two_functions_may_not_share_route_and_method() -> None:
    """Case does not make a difference; another method does."""
    indexed(("one", [HTTP]), ("two", [HTTP | {"methods": ["POST"]}]))
    with pytest.raises(HostRuleError, match="route and method of one"):
        indexed(("one", [HTTP]), ("two", [HTTP | {"route": "CALLS"}]))


def test_retry_policies_are_refused() -> None:
    """Retries are scheduled messages; a policy on a queue function would hold its lock."""
    found = RpcFunctionMetadata(name="calls", raw_bindings=[json.dumps(HTTP)], retry_options=object())
    with pytest.raises(HostRuleError, match="retry"):
        index([found], HostSettings(), {})
