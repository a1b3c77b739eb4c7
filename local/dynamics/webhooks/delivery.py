"""Tells the steps after the commit, a few times if nobody answers."""

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import httpx

from local.dynamics.data.model import Written
from local.dynamics.webhooks.context import MAX_BYTES, remote_execution_context, stripped
from local.dynamics.webhooks.steps import Steps, WebhookStep

TIMEOUT_S = 60
RETRY_S = (0.5, 2.0, 5.0)

log = logging.getLogger(__name__)


class StepDelivery:
    """Asynchronous steps: any 2xx is fine, the body of the answer is ignored."""

    def __init__(self, steps: Steps, organisation: str, clock: Callable[[], datetime]) -> None:
        self._steps = steps
        self._organisation = organisation
        self._clock = clock
        self._http = httpx.AsyncClient(timeout=TIMEOUT_S)
        self._running: set[asyncio.Task[None]] = set()
        self.retry_s: Sequence[float] = RETRY_S

    def committed(self, events: Sequence[Any]) -> None:
        """Sends what the steps want to hear of a transaction; must be called in the loop."""
        steps = self._steps.all()
        for written in events:
            for step in steps:
                if isinstance(written, Written) and step.hears(written):
                    task = asyncio.get_running_loop().create_task(self._tell(step, written))
                    self._running.add(task)
                    task.add_done_callback(self._running.discard)

    async def settled(self) -> None:
        """When nothing is under way any more."""
        while self._running:
            await asyncio.wait(self._running)

    async def close(self) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._http.aclose()

    async def _tell(self, step: WebhookStep, written: Written) -> None:
        context = remote_execution_context(written, self._organisation, self._clock())
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "x-ms-dynamics-organization": self._organisation.partition("://")[2],
            "x-ms-dynamics-entity-name": written.table.name,
            "x-ms-dynamics-request-name": written.message,
            "x-ms-correlation-request-id": context["CorrelationId"],
        }
        content = json.dumps(context).encode()
        if len(content) > MAX_BYTES:
            headers["x-ms-dynamics-msg-size-exceeded"] = "true"
            content = json.dumps(stripped(context)).encode()
        for pause_s in (*self.retry_s, None):
            if await self._sent(step, content, headers):
                return
            if pause_s is None:
                log.warning("webhook given up", extra={"table": written.table.name, "message_name": written.message})
                return
            await asyncio.sleep(pause_s)

    async def _sent(self, step: WebhookStep, content: bytes, headers: dict[str, str]) -> bool:
        try:
            parameters = {"code": step.key} if step.key else None
            answer = await self._http.post(step.url, params=parameters, content=content, headers=headers)
        except httpx.HTTPError as error:
            log.info("webhook not delivered", extra={"error": type(error).__name__})
            return False
        return answer.is_success
