"""The one module that touches azure-functions-runtime: load an app, invoke a function.

Output bindings are not served: the app sends and writes through the SDKs.

The runtime keeps one app per process in module globals; loading another replaces it.
"""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import azure_functions_runtime as entry
from azure_functions_runtime import handle_event, native_invocation
from azure_functions_runtime.bindings.datumdef import Datum
from azure_functions_runtime.functions import Registry

from local.host import protos


class AppDoesNotLoadError(Exception):
    """The app could not be imported or indexed; the text says why."""


class InvocationFailedError(Exception):
    """A function raised. ``traceback`` is for the log, not for callers."""

    def __init__(self, text: str, traceback: str) -> None:
        super().__init__(text)
        self.traceback = traceback


async def load(directory: Path) -> list[protos.RpcFunctionMetadata]:
    """Imports ``function_app.py`` of a folder and gives its functions. Raises AppDoesNotLoadError."""
    registry = Registry()
    handle_event._functions = registry  # noqa: SLF001 (a new app instead of the one before)
    native_invocation._functions = registry  # noqa: SLF001
    sys.modules.pop("function_app", None)
    if str(directory) not in sys.path:
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
        raise AppDoesNotLoadError(f"{directory / 'function_app.py'} defines no functions")
    return list(found.function_metadata_results)


class Invoker:
    """Runs functions within the time that ``functionTimeout`` allows (None: any)."""

    def __init__(self, timeout_s: float | None) -> None:
        self._timeout_s = timeout_s

    async def __call__(
        self, function_id: str, argument: str, value: Datum, metadata: Mapping[str, Datum], trace_parent: str = ""
    ) -> Datum | None:
        """The function's return value. Raises InvocationFailedError when it raised or took too long."""
        call = native_invocation.invocation_request_native(
            str(uuid4()), function_id, [(argument, value)], dict(metadata), trace_parent
        )
        try:
            async with asyncio.timeout(self._timeout_s):
                ok, returned, _, text, traceback = await call
        except TimeoutError:
            raise InvocationFailedError(f"longer than functionTimeout ({self._timeout_s} s)", "") from None
        if not ok:
            raise InvocationFailedError(str(text), str(traceback))
        return returned


def stop() -> None:
    """Ends the thread pool of synchronous functions."""
    entry.stop_threadpool_executor()


def datum(value: Any, kind: str) -> Datum:
    """A value as the runtime takes it; ``kind``: string, bytes, json or http."""
    return Datum(value, kind)
