"""Call records in Table Storage, a partition per day of arrival (UTC).

Call ids sort by arrival (UUID version 7), so one key order serves time windows and look-up by call.

| partition | row key | what |
|---|---|---|
| ``d<yyyyMMdd>`` | ``r_<call id>_<u or s><nn>`` | one row of ``/calls`` (u) or ``/servicecall`` (s) |
| ``d<yyyyMMdd>`` | ``h_<call id>`` | the call's history |
| ``m<yyyyMMdd>`` | ``<modified ms>_<call id>_<row>`` | a copy of the row under the time of its last change |
| ``live`` | ``<call id>`` | the history so far of a call in progress |
| ``days`` | ``<yyyyMMdd>`` | the days that have records |
"""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.storage.tables import Delete, Put, Row, Table
from voicecloud.ids import first_id_at
from voicecloud.records.codec import pack, unpack
from voicecloud.records.model import CallHistory
from voicecloud.records.rows import StoredRow

TABLE = "callrecords"
LONGEST_CALL = timedelta(hours=12)
_LIVE, _DAYS = "live", "days"
_END = "~"
_BATCH = 90


class RecordStore:
    def __init__(self, table: Table) -> None:
        self._table = table
        self._days: set[str] = set()

    async def keep_live(self, history: CallHistory) -> None:
        """Keeps what is known of a call in progress, for a start after a crash."""
        await self._table.put(Row(_LIVE, history.call_id, {"history": pack(history)}))

    async def live(self) -> list[CallHistory]:
        """Calls that were in progress when the process ended."""
        return [unpack(row.values["history"]) async for row in self._table.query(_LIVE)]

    async def finish(self, history: CallHistory, rows: Sequence[StoredRow]) -> None:
        """Writes a call for good, and again if need be; then it is no longer in progress."""
        await self._know(_day(history.call_id))
        await self.write(rows)
        kept = Row(f"d{_day(history.call_id)}", f"h_{history.call_id}", {"history": pack(history)})
        await self._table.put(kept)
        await self._table.delete(_LIVE, history.call_id)

    async def forget_live(self, call_id: str) -> None:
        await self._table.delete(_LIVE, call_id)

    async def write(self, rows: Sequence[StoredRow]) -> None:
        """Writes rows of one call; the copies of what they were before are dropped last."""
        if not rows:
            return
        before = {row.key: row for row in await self.of_call(rows[0].call_id)}
        for copy in map(_modified_row, rows):
            await self._table.put(copy)
        await self._table.transact([Put(_row(row)) for row in rows])
        for row in rows:
            old = before.get(row.key)
            if old and old.modified_at != row.modified_at:
                stale = _modified_row(old)
                await self._table.delete(stale.pk, stale.rk)

    async def finished(self, call_id: str) -> bool:
        return await self._table.get(f"d{_day(call_id)}", f"h_{call_id}") is not None

    async def of_call(self, call_id: str) -> list[StoredRow]:
        found = self._table.query(f"d{_day(call_id)}", rk_from=f"r_{call_id}_", rk_below=f"r_{call_id}_{_END}")
        return [_stored(row) async for row in found]

    async def started(self, start: datetime, end: datetime) -> AsyncIterator[StoredRow]:
        """Rows that start in a window, in the order of their calls."""
        first = start - LONGEST_CALL
        for day in _days(first, end):
            rows = self._table.query(f"d{day}", rk_from=f"r_{first_id_at(first)}", rk_below=f"r_{first_id_at(end)}")
            async for row in rows:
                stored = _stored(row)
                if start <= stored.started_at < end:
                    yield stored

    async def modified(self, after: datetime, before: datetime) -> AsyncIterator[StoredRow]:
        """Rows last changed in a window, by the time of the change."""
        for day in _days(after, before):
            copies = self._table.query(f"m{day}", rk_from=_milliseconds(after), rk_below=_milliseconds(before))
            async for copy in copies:
                yield _stored(copy)

    async def days(self) -> list[str]:
        return [row.rk async for row in self._table.query(_DAYS)]

    async def recordings_of_day(self, day: str) -> set[str]:
        rows = self._table.query(f"d{day}", rk_from="r_", rk_below=f"r_{_END}")
        return {one async for row in rows for one in _stored(row).document["RecordingIds"]}

    async def forget_day(self, day: str) -> None:
        """Deletes all records of a day (``yyyyMMdd``)."""
        for partition in (f"d{day}", f"m{day}"):
            keys = [row.rk async for row in self._table.query(partition)]
            for start in range(0, len(keys), _BATCH):
                await self._table.transact([Delete(partition, rk) for rk in keys[start : start + _BATCH]])
        await self._table.delete(_DAYS, day)
        self._days.discard(day)

    async def _know(self, day: str) -> None:
        if day not in self._days:
            await self._table.put(Row(_DAYS, day, {}))
            self._days.add(day)


def arrival_of(call_id: str) -> datetime:
    """When a call id was made (RFC 9562, section 5.7). Raises ValueError for what is no id."""
    return datetime.fromtimestamp((UUID(call_id).int >> 80) / 1000, UTC)


def _day(call_id: str) -> str:
    return arrival_of(call_id).strftime("%Y%m%d")


def _days(start: datetime, end: datetime) -> list[str]:
    first = start.astimezone(UTC).date()
    length = (end.astimezone(UTC).date() - first).days + 1
    return [(first + timedelta(days=count)).strftime("%Y%m%d") for count in range(length)]


def _milliseconds(moment: datetime) -> str:
    return f"{round(moment.timestamp() * 1000):014d}"


def _row(row: StoredRow) -> Row:
    return Row(f"d{_day(row.call_id)}", f"r_{row.call_id}_{row.key}", {"document": json.dumps(row.document)})


def _modified_row(row: StoredRow) -> Row:
    key = f"{_milliseconds(row.modified_at)}_{row.call_id}_{row.key}"
    return Row(f"m{row.modified_at:%Y%m%d}", key, {"document": json.dumps(row.document)})


def _stored(row: Row) -> StoredRow:
    _, call_id, key = row.rk.split("_")
    return StoredRow(call_id, key, json.loads(row.values["document"]))
