"""The contract with azure-functions-runtime: a new version that breaks it fails here first."""

import inspect
from collections.abc import Callable

import azure_functions_runtime as entry
from azure_functions_runtime import handle_event, native_invocation
from azure_functions_runtime.bindings.datumdef import Datum
from azure_functions_runtime.functions import Registry


def parameters(function: Callable[..., object]) -> list[str]:
    return list(inspect.signature(function).parameters)


def test_the_entry_points_are_there() -> None:
    """The worker can load and list functions, and has the pool of threads."""
    for name in ("worker_init_request", "functions_metadata_request"):
        assert inspect.iscoroutinefunction(getattr(handle_event, name))
        assert parameters(getattr(handle_event, name)) == ["request"]
    assert parameters(entry.start_threadpool_executor) == []
    assert parameters(entry.stop_threadpool_executor) == []


def test_functions_are_called_without_protobuf() -> None:
    """Id, function, inputs, metadata, trace in this order; five values come back."""
    expected = ["invocation_id", "function_id", "inputs", "trigger_metadata", "trace_parent"]
    assert parameters(native_invocation.invocation_request_native)[:5] == expected


def test_the_registry_is_the_one_of_both_modules() -> None:
    """Replacing both names by a new registry makes the runtime forget the app before."""
    assert isinstance(handle_event._functions, Registry)
    assert isinstance(native_invocation._functions, Registry)


def test_a_datum_holds_a_value_and_its_type() -> None:
    """Value and type stand in this order."""
    value = Datum("x", "string")
    assert (value.value, value.type) == ("x", "string")


def test_the_running_invocation_is_known() -> None:
    """A context variable that is None outside of calls."""
    assert entry.invocation_id_cv.get() is None
