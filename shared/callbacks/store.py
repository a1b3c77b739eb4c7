"""The ``callbacks`` table: one partition per caller and list, so that a caller's requests are decided together.

{list}~{digits of the caller}, or {list}~id-{callback} for an unknown caller
    cb-{callback}    activity, repeat, stage, requested
    open             activity, recorded, claimed
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from shared.callbacks.model import CallbackRecord, CallbackStage, OpenRequest
from shared.numbers import line_of
from shared.storage.tables import Insert, Operation, Replace, Row, Table

OPEN = "open"
CALLBACK = "cb-"


def caller_key(list_id: str, callback_id: str, e164: str | None) -> str:
    """The partition of a caller, whichever way their line is shown; who hides their number is another each time."""
    caller = line_of(e164).removeprefix("+") if e164 else f"id-{quote(callback_id, safe='')}"
    return f"{quote(list_id, safe='')}~{caller}"


@dataclass(eq=False, repr=False)
class CallbackStore:
    """Reads and advances callbacks by compare-and-set. Whoever loses a race gets Conflict and reads again."""

    table: Table

    async def callback(self, caller: str, callback_id: str) -> CallbackRecord | None:
        row = await self.table.get(caller, _callback_key(callback_id))
        return _to_record(row) if row else None

    async def open_request(self, caller: str) -> OpenRequest | None:
        row = await self.table.get(caller, OPEN)
        return _to_open(row) if row else None

    async def requests_on(self, caller: str, activity_id: UUID) -> Sequence[datetime]:
        """When each of the callbacks that are, or are counted on, an activity was left."""
        rows = self.table.query(caller, rk_from=CALLBACK, rk_below=f"{CALLBACK}~")
        records = [_to_record(row) async for row in rows]
        return [record.requested_at for record in records if record.activity_id == activity_id]

    async def claim(self, caller: str, record: CallbackRecord) -> CallbackRecord:
        """Notes the place of a callback, for the first time or again, with no say about the caller's open request."""
        row = _to_row(caller, record)
        return _to_record(await (self.table.replace(row) if record.etag else self.table.insert(row)))

    async def claim_open(
        self, caller: str, record: CallbackRecord, before: OpenRequest | None, now: datetime
    ) -> CallbackRecord:
        """Notes a callback as the caller's open request, in place of the one ``before``, in one transaction."""
        row = _to_row(caller, record)
        opened = _to_open_row(
            caller,
            OpenRequest(record.activity_id, recorded=False, claimed_at=now, etag=before.etag if before else None),
        )
        operations: list[Operation] = [
            Replace(row) if record.etag else Insert(row),
            Replace(opened) if before else Insert(opened),
        ]
        written, _ = await self.table.transact(operations)
        return _to_record(written)

    async def recorded(self, caller: str, record: CallbackRecord) -> CallbackRecord:
        """Notes that Dynamics has it, on the caller's open request too where that is this one."""
        operations: list[Operation] = [Replace(_to_row(caller, replace(record, stage=CallbackStage.RECORDED)))]
        opened = await self.open_request(caller)
        if opened and opened.activity_id == record.activity_id and not opened.recorded:
            operations.append(Replace(_to_open_row(caller, replace(opened, recorded=True))))
        written, *_ = await self.table.transact(operations)
        return _to_record(written)

    async def closed(self, caller: str, record: CallbackRecord) -> None:
        """Notes that nothing is left to do."""
        await self.table.replace(_to_row(caller, replace(record, stage=CallbackStage.CLOSED)))


def _callback_key(callback_id: str) -> str:
    return CALLBACK + quote(callback_id, safe="")


def _to_row(caller: str, record: CallbackRecord) -> Row:
    values: dict[str, Any] = {
        "callback": record.callback_id,
        "activity": str(record.activity_id),
        "repeat": record.repeat,
        "stage": record.stage,
        "requested": record.requested_at,
    }
    return Row(caller, _callback_key(record.callback_id), values, record.etag)


def _to_record(row: Row) -> CallbackRecord:
    return CallbackRecord(
        callback_id=row.values["callback"],
        activity_id=UUID(row.values["activity"]),
        repeat=row.values["repeat"],
        stage=CallbackStage(row.values["stage"]),
        requested_at=row.values["requested"],
        etag=row.etag,
    )


def _to_open_row(caller: str, request: OpenRequest) -> Row:
    values = {"activity": str(request.activity_id), "recorded": request.recorded, "claimed": request.claimed_at}
    return Row(caller, OPEN, values, request.etag)


def _to_open(row: Row) -> OpenRequest:
    return OpenRequest(UUID(row.values["activity"]), row.values["recorded"], row.values["claimed"], row.etag)
