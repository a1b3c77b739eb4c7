"""Callbacks in Table Storage, all in one partition so that a change and its event are written together.

| row key | what |
|---|---|
| ``id_<id>`` | the truth |
| ``open_<list>_<id>``, ``closed_<list>_<id>`` | a copy that listing reads; ids sort by creation time |
| ``event_<id>`` | an event not yet handed to the webhooks |
"""

import json
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import Any

from shared.storage.tables import Delete, Insert, Put, Replace, Row, Table
from voicecloud.callbacks.model import CallbackRequest, CallbackState, Reason, Search
from voicecloud.ids import first_id_at
from voicecloud.webhooks.model import WebhookEvent

TABLE = "callbackrequests"
_PARTITION = "callbacks"
_END = "g"  # sorts behind every hexadecimal digit


@dataclass(eq=False, repr=False)
class CallbackRequestStore:
    """Raises Conflict when a callback was changed meanwhile."""

    table: Table

    async def get(self, callback_id: str) -> tuple[CallbackRequest, str] | None:
        """The callback and its ETag."""
        row = await self.table.get(_PARTITION, f"id_{callback_id}")
        return (_callback(row), str(row.etag)) if row else None

    async def add(self, callback: CallbackRequest, event: WebhookEvent) -> None:
        values = _values(callback)
        truth, copy = Row(_PARTITION, f"id_{callback.id}", values), Row(_PARTITION, _listed(callback), values)
        await self.table.transact([Insert(truth), Insert(copy), Insert(_event_row(event))])

    async def change(self, before: CallbackRequest, etag: str, after: CallbackRequest, event: WebhookEvent) -> None:
        values = _values(after)
        moved = [] if before.state is after.state else [Delete(_PARTITION, _listed(before))]
        await self.table.transact(
            [
                Replace(Row(_PARTITION, f"id_{after.id}", values, etag)),
                *moved,
                Put(Row(_PARTITION, _listed(after), values)),
                Insert(_event_row(event)),
            ]
        )

    async def search(self, search: Search) -> list[CallbackRequest]:
        """At most ``max_count``, by time of creation."""
        states = [search.state] if search.state else list(CallbackState)
        found = [callback for state in states async for callback in self._listed_in(state, search)]
        return sorted(found, key=lambda callback: callback.id)[: search.max_count]

    async def events(self) -> list[WebhookEvent]:
        """Events that a crash has kept from the webhooks, in order."""
        rows = self.table.query(_PARTITION, rk_from="event_", rk_below=f"event_{_END}")
        return [WebhookEvent(**json.loads(row.values["event"])) async for row in rows]

    async def forget(self, event: WebhookEvent) -> None:
        await self.table.delete(_PARTITION, f"event_{event.id}")

    def _listed_in(self, state: CallbackState, search: Search) -> AsyncIterator[CallbackRequest]:
        prefix = f"{state.lower()}_{search.list_id}_"
        low = prefix + (first_id_at(search.created_after) if search.created_after else "")
        high = prefix + (first_id_at(search.created_before) if search.created_before else _END)
        rows = self.table.query(_PARTITION, rk_from=low, rk_below=high, limit=search.max_count)
        return (_callback(row) async for row in rows)


def _listed(callback: CallbackRequest) -> str:
    return f"{callback.state.lower()}_{callback.list_id}_{callback.id}"


def _event_row(event: WebhookEvent) -> Row:
    return Row(_PARTITION, f"event_{event.id}", {"event": json.dumps(asdict(event))})


def _values(callback: CallbackRequest) -> dict[str, Any]:
    given = {name: value for name, value in asdict(callback).items() if value is not None}
    return {**given, "reason": callback.reason.value}


def _callback(row: Row) -> CallbackRequest:
    values = dict(row.values)
    return CallbackRequest(**{**values, "reason": Reason(values["reason"])})
