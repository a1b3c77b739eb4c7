"""The one module that touches azure-functions-runtime: load an app, invoke a function.

The runtime keeps one app per process in module globals; loading another replaces it. Only ``function_app`` itself is
imported again for each app: modules it imports stay as they are, so that classes keep their identity for whoever else
holds them.
"""

import importlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import azure_functions_runtime as entry
from azure_functions_runtime import handle_event, native_invocation
from azure_functions_runtime.bindings.datumdef import Datum
from azure_functions_runtime.functions import Registry

from local.host import protos

APP_MODULE = "function_app"


class AppDoesNotLoadError(Exception):
    """The app could not be imported or indexed; the text says why."""


class InvocationFailedError(Exception):
    """A function raised. ``traceback`` is for the log, not for callers."""

    def __init__(self, text: str, traceback: str = "") -> None:
        super().__init__(text)
        self.traceback = traceback


async def load(directory: Path) -> list[protos.RpcFunctionMetadata]:
    """Imports ``function_app.py`` of a folder and gives its functions. Raises AppDoesNotLoadError."""
    registry = Registry()
    handle_event._functions = registry  # noqa: SLF001 (a new app instead of the one before)
    native_invocation._functions = registry  # noqa: SLF001
    sys.modules.pop(APP_MODULE, None)
    importlib.invalidate_caches()
    sys.path.insert(0, str(directory))
    entry.start_threadpool_executor()
    init = protos.Bag(function_app_directory=str(directory), capabilities={})
    request = protos.Bag(
        request=protos.Bag(worker_init_request=init), properties={"host": "127.0.0.1", "protos": protos}
    )
    answer = await handle_event.worker_init_request(request)
    if answer.result.status == protos.StatusResult.Failure:
        raise AppDoesNotLoadError(str(answer.result.exception.message))
    found = await handle_event.functions_metadata_request(request)
    if not found.function_metadata_results:
        raise AppDoesNotLoadError(f"{directory / APP_MODULE}.py defines no functions")
    return list(found.function_metadata_results)


def unload(directory: Path) -> None:
    """Ends the thread pool of synchronous functions and forgets the app's folder."""
    entry.stop_threadpool_executor()
    if str(directory) in sys.path:
        sys.path.remove(str(directory))


async def invoke(
    invocation_id: str,
    function_id: str,
    argument: tuple[str, Datum],
    metadata: Mapping[str, Datum],
    trace_parent: str = "",
) -> Datum | None:
    """The return value of a function. Raises InvocationFailedError when it raised."""
    ok, returned, _, text, traceback = await native_invocation.invocation_request_native(
        invocation_id, function_id, [argument], dict(metadata), trace_parent
    )
    if not ok:
        raise InvocationFailedError(str(text), str(traceback))
    return returned


def current_invocation() -> str | None:
    """The id of the invocation that the running code belongs to."""
    found: str | None = entry.invocation_id_cv.get()
    return found


def datum(value: Any, kind: str) -> Datum:
    """A value as the runtime takes it; ``kind``: string, bytes, json or http."""
    return Datum(value, kind)
