"""Call records in Table Storage, laid out for windows of time: a row is written under its start and under its change.

| partition | row key | what |
|---|---|---|
| ``s<yyyyMMdd>`` | ``<start ms>_<call id>_<u or s><nn>`` | a row of ``/calls`` (u) or ``/servicecall`` (s); the truth |
| ``m<yyyyMMdd>`` | ``<change ms>_<call id>_<u or s><nn>`` | a copy under the time of its last change |
| ``d<yyyyMMdd>`` | ``<call id>`` | the call's history and the keys of its rows; the day is that of its arrival |
| ``live`` | ``<call id>`` | the history so far of a call in progress, or of one whose record is being written |
| ``alive`` | ``alive`` | when the process was last alive |
| ``days`` | ``<yyyyMMdd>`` | the days that have records |
| ``changing`` | an id | a change that has begun: its row, and the copies that it has written |

Days are UTC. Call ids hold the moment of arrival (UUID version 7). A change is decided on the ``s`` row, which names
the earlier copies in ``copies`` until they are deleted, so that one copy is left whoever changes it at the same time.
What a process that died has left of a change, the next start completes; of a call, the call's recovery does.
"""

import json
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import batched
from uuid import UUID, uuid4

from shared.errors import Conflict, Missing
from shared.storage.races import win
from shared.storage.tables import Delete, Row, Table, Values
from voicecloud.records.codec import pack, unpack
from voicecloud.records.rows import StoredRow
from voicecloud.vocabulary.calls import CallHistory

TABLE = "callrecords"
_LIVE, _ALIVE, _DAYS, _CHANGING = "live", "alive", "days", "changing"
_BATCH = 90

Changing = Callable[[StoredRow | None], StoredRow]
"""What a row is to be, given what it is; it gets None where there is no row."""


@dataclass(eq=False, repr=False)
class RecordStore:
    table: Table
    _days: set[str] = field(default_factory=set, init=False)

    async def keep_live(self, history: CallHistory) -> None:
        """Keeps what is known of a call in progress, for a start after a crash."""
        await self.table.put(Row(_LIVE, history.call_id, {"history": pack(history)}))

    async def live(self) -> list[CallHistory]:
        """Calls that were in progress when the process ended."""
        return [unpack(row.values["history"]) async for row in self.table.query(_LIVE)]

    async def show_life(self, now: datetime) -> None:
        """The process lives, and with it all calls in progress."""
        await self.table.put(Row(_ALIVE, _ALIVE, {"at": now}))

    async def alive_at(self) -> datetime | None:
        """When that was said last."""
        row = await self.table.get(_ALIVE, _ALIVE)
        return row.values["at"] if row else None

    async def finish(self, history: CallHistory, rows: Sequence[StoredRow]) -> None:
        """Writes a call for good, and again if need be."""
        for row in rows:
            await self._change(row, _whatever_was_there(row), None)
        keys = [f"{row.started_at:%Y%m%d}/{_start_key(row)}" for row in rows]
        day = _day(history.call_id)
        await self._know(day)
        values = {"history": pack(history), "rows": json.dumps(keys)}
        await self.table.put(Row(f"d{day}", history.call_id, values))

    async def forget_live(self, call_id: str) -> None:
        await self.table.delete(_LIVE, call_id)

    async def change(self, row: StoredRow, change: Changing) -> StoredRow:
        """Writes what ``change`` makes of the row as it is in storage, by compare-and-set; what it raises ends it."""
        mark = uuid4().hex
        await self._mark(mark, f"{_start_day(row)}/{_start_key(row)}", ())
        try:
            written = await self._change(row, change, mark)
        except (Conflict, Missing):
            await self.table.delete(_CHANGING, mark)
            raise
        await self.table.delete(_CHANGING, mark)
        return written

    async def settle(self) -> None:
        """Completes the changes that a process which died has left half done."""
        async for begun in self.table.query(_CHANGING):
            pk, rk = begun.values["row"].split("/")
            mine: set[str] = set(json.loads(begun.values["copies"]))
            await win(partial(self._copy, pk, rk, mine, None))
            await self.table.delete(_CHANGING, begun.rk)

    async def _change(self, row: StoredRow, change: Changing, mark: str | None) -> StoredRow:
        pk, rk = _start_day(row), _start_key(row)

        def changed(values: Values | None) -> Values:
            before = _stored(Row(pk, rk, values)) if values else None
            copies = {*_copies(values), _place(before)} if values and before else set()
            return _values(change(before), copies)

        await self._know(f"{row.started_at:%Y%m%d}")
        written = _stored(await self.table.update(pk, rk, changed))
        mine: set[str] = set()
        await win(lambda: self._copy(pk, rk, mine, mark))
        return written

    async def _copy(self, pk: str, rk: str, mine: set[str], mark: str | None) -> None:
        """Leaves one copy of a row, or loses to who changes it meanwhile; ``mine`` are those written here so far."""
        found = await self.table.get(pk, rk)
        if found is None:
            return await self._drop(mine)
        row, earlier = _stored(found), _copies(found.values) | mine
        mine.add(_place(row))
        if mark:
            await self._mark(mark, f"{pk}/{rk}", mine)
        await self._know(f"{row.modified_at:%Y%m%d}")
        await self.table.put(_changed_row(row))
        await self._drop(earlier - {_place(row)})
        if earlier:
            await self.table.replace(Row(pk, rk, _values(row), found.etag))
        return None

    async def _mark(self, mark: str, row: str, copies: Collection[str]) -> None:
        await self.table.put(Row(_CHANGING, mark, {"row": row, "copies": json.dumps(sorted(copies))}))

    async def _drop(self, places: Iterable[str]) -> None:
        for place in places:
            pk, rk = place.split("/")
            await self.table.delete(pk, rk)

    async def finished(self, call_id: str) -> bool:
        return await self.table.get(f"d{_day(call_id)}", call_id) is not None

    async def of_call(self, call_id: str) -> list[StoredRow]:
        """Raises ValueError for what is no call id."""
        call = await self.table.get(f"d{_day(call_id)}", call_id)
        places = [place.split("/") for place in json.loads(call.values["rows"])] if call else []
        found = [await self.table.get(f"s{day}", key) for day, key in places]
        return [_stored(row) for row in found if row]

    async def started(self, start: datetime, end: datetime) -> AsyncIterator[StoredRow]:
        """Rows that start in a window, in order."""
        async for row in self._window("s", start, end):
            yield row

    async def modified(self, after: datetime, before: datetime) -> AsyncIterator[StoredRow]:
        """Rows last changed in a window, by the time of the change."""
        async for row in self._window("m", after, before):
            yield row

    async def days(self) -> list[str]:
        return [row.rk async for row in self.table.query(_DAYS)]

    async def recordings_of_day(self, day: str) -> set[str]:
        return {one async for row in self.table.query(f"s{day}") for one in _stored(row).document["RecordingIds"]}

    async def forget_day(self, day: str) -> None:
        """Deletes all records of a day (``yyyyMMdd``), also their copies under later days."""
        async for row in self.table.query(f"s{day}"):
            copies = {_place(_stored(row)), *_copies(row.values)}
            await self._drop(copy for copy in copies if not copy.startswith(f"m{day}/"))
        for partition in (f"s{day}", f"m{day}", f"d{day}"):
            keys = [row.rk async for row in self.table.query(partition)]
            for batch in batched(keys, _BATCH, strict=False):
                await self.table.transact([Delete(partition, rk) for rk in batch])
        await self.table.delete(_DAYS, day)
        self._days.discard(day)

    async def _window(self, kind: str, start: datetime, end: datetime) -> AsyncIterator[StoredRow]:
        for day in _days(start, end):
            rows = self.table.query(f"{kind}{day}", rk_from=_milliseconds(start), rk_below=_milliseconds(end))
            async for row in rows:
                yield _stored(row)

    async def _know(self, day: str) -> None:
        if day not in self._days:
            await self.table.put(Row(_DAYS, day, {}))
            self._days.add(day)


def arrival_of(call_id: str) -> datetime:
    """When a call id was made (RFC 9562, section 5.7). Raises ValueError for what is no id."""
    return datetime.fromtimestamp((UUID(call_id).int >> 80) / 1000, UTC)


def _whatever_was_there(row: StoredRow) -> Changing:
    return lambda _: row


def _day(call_id: str) -> str:
    return arrival_of(call_id).strftime("%Y%m%d")


def _days(start: datetime, end: datetime) -> list[str]:
    first = start.astimezone(UTC).date()
    length = (end.astimezone(UTC).date() - first).days + 1
    return [(first + timedelta(days=count)).strftime("%Y%m%d") for count in range(length)]


def _milliseconds(moment: datetime) -> str:
    return f"{round(moment.timestamp() * 1000):014d}"


def _start_day(row: StoredRow) -> str:
    return f"s{row.started_at:%Y%m%d}"


def _start_key(row: StoredRow) -> str:
    return f"{_milliseconds(row.started_at)}_{row.call_id}_{row.key}"


def _changed_row(row: StoredRow) -> Row:
    key = f"{_milliseconds(row.modified_at)}_{row.call_id}_{row.key}"
    return Row(f"m{row.modified_at:%Y%m%d}", key, _values(row))


def _place(row: StoredRow) -> str:
    """Where the copy of a row under its change is."""
    copy = _changed_row(row)
    return f"{copy.pk}/{copy.rk}"


def _copies(values: Values | None) -> set[str]:
    """The places of earlier copies that may still be there."""
    return set(json.loads(values.get("copies", "[]"))) if values else set()


def _values(row: StoredRow, copies: Collection[str] = ()) -> dict[str, str]:
    document = {"document": json.dumps(row.document)}
    return {**document, "copies": json.dumps(sorted(copies))} if copies else document


def _stored(row: Row) -> StoredRow:
    _, call_id, key = row.rk.split("_")
    return StoredRow(call_id, key, json.loads(row.values["document"]))
