"""Webhooks out: registered steps are told of writes with a RemoteExecutionContext, as the service sends it."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx

from local.dynamics.data.schema import Type
from local.dynamics.data.store import Store, target_of
from local.dynamics.data.writing import Caller, Written

RETRY_S = (0.5, 2.0, 5.0)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Step:
    """One registration. ``key`` travels as ``?code=``; without filtering columns every update is told."""

    url: str
    table: str
    messages: Sequence[str] = ("Create", "Update", "Delete")
    filtering: frozenset[str] = field(default_factory=frozenset)
    key: str = ""


class Webhooks:
    """Asynchronous steps: told after the commit, a few times if nobody answers."""

    def __init__(self, store: Store, organisation: str) -> None:
        self._store = store
        self._organisation = organisation
        self._http = httpx.AsyncClient(timeout=60)
        self._running: set[asyncio.Task[None]] = set()
        self.steps: list[Step] = []

    def heard(self, written: Written, caller: Caller) -> None:
        """A write inside a transaction; what is told is read when the loop comes round, after the commit."""
        message = _message(written)
        for step in self.steps:
            told = step.table == written.table.name and message in step.messages
            if told and (not step.filtering or message != "Update" or step.filtering & written.columns):
                task = asyncio.get_running_loop().create_task(self._tell(step, message, written, caller))
                self._running.add(task)
                task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        for task in self._running:
            task.cancel()
        await self._http.aclose()

    async def _tell(self, step: Step, message: str, written: Written, caller: Caller) -> None:
        context = self._context(message, written, caller)
        headers = {
            "x-ms-dynamics-organization": self._organisation,
            "x-ms-dynamics-entity-name": written.table.name,
            "x-ms-dynamics-request-name": message,
            "x-ms-correlation-request-id": context["CorrelationId"],
        }
        parameters = {"code": step.key} if step.key else {}
        for pause_s in (*RETRY_S, None):
            try:
                answer = await self._http.post(step.url, params=parameters, json=context, headers=headers)
                if answer.is_success:
                    return
            except httpx.HTTPError as error:
                log.info("webhook not delivered", extra={"error": type(error).__name__})
            if pause_s is None:
                log.warning("webhook given up", extra={"table": written.table.name})
                return
            await asyncio.sleep(pause_s)

    def _context(self, message: str, written: Written, caller: Caller) -> dict[str, Any]:
        row: Mapping[str, Any] = self._store.get(written.table, written.key) or {}
        names = written.columns & written.table.columns.keys()
        attributes = [{"key": name, "value": self._value(written, row, name)} for name in sorted(names)]
        target = {"LogicalName": written.table.name, "Id": written.key, "Attributes": attributes}
        return {
            "MessageName": message,
            "PrimaryEntityName": written.table.name,
            "PrimaryEntityId": written.key,
            "InitiatingUserId": caller.on_behalf_by or caller.user_id,
            "UserId": caller.user_id,
            "OrganizationName": self._organisation,
            "Depth": 1,
            "Mode": 1,
            "Stage": 40,
            "CorrelationId": str(uuid4()),
            "OperationId": str(uuid4()),
            "RequestId": str(uuid4()),
            "OperationCreatedOn": _date(datetime.now(UTC)),
            "InputParameters": [{"key": "Target", "value": target}],
        }

    def _value(self, written: Written, row: Mapping[str, Any], name: str) -> object:
        column, value = written.table.columns[name], row.get(name)
        if value is None:
            return None
        if column.type is Type.LOOKUP:
            return {"Id": value, "LogicalName": row[target_of(name)]}
        if column.type is Type.DATETIME:
            return _date(datetime.fromisoformat(str(value)))
        return {"Value": value} if column.type is Type.PICKLIST else value


def _message(written: Written) -> str:
    if written.created:
        return "Create"
    return "Update" if written.columns else "Delete"


def _date(moment: datetime) -> str:
    return f"/Date({int(moment.timestamp() * 1000)})/"
