"""Calling functions: each call has an id, a time limit and one line in the log."""

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from local.host import runtime
from local.host.indexing import Function

log = logging.getLogger("host")

Datum = Any
"""The runtime's own type of values, which it does not type."""


@dataclass(eq=False, repr=False)
class Invoker:
    """Calls functions within ``functionTimeout`` (None: no limit)."""

    timeout_s: float | None

    async def call(
        self, function: Function, value: Datum, metadata: Mapping[str, Datum] | None = None, trace_parent: str = ""
    ) -> Datum | None:
        """What the function returns. Raises InvocationFailedError when it raised or took too long.

        At the limit a coroutine is cancelled; a thread cannot be, so a synchronous function runs on unobserved.
        """
        started = time.perf_counter()
        fields: dict[str, object] = {"function": function.name, "invocation": str(uuid4())}
        try:
            async with asyncio.timeout(self.timeout_s):
                returned = await runtime.invoke(
                    str(fields["invocation"]), function.id, (function.argument, value), metadata or {}, trace_parent
                )
        except TimeoutError:
            log.error("timed out", extra={**fields, "limit_s": self.timeout_s})  # noqa: TRY400 (no traceback helps)
            raise runtime.InvocationFailedError(f"longer than functionTimeout ({self.timeout_s} s)") from None
        except runtime.InvocationFailedError as error:
            extra = {**fields, "ms": _ms_since(started), "error": str(error), "exception": error.traceback}
            log.error("failed", extra=extra)  # noqa: TRY400 (the function's own traceback is a field)
            raise
        log.info("executed", extra={**fields, "ms": _ms_since(started)})
        return returned


def _ms_since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)
