"""Rows of calls that several people change at once."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lab.people.customers import Behaviour
from shared.clock import to_iso
from shared.storage.tables import Table
from tests.fixtures.voicecloud import VoiceCloud
from voicecloud.records.model import Privacy
from voicecloud.records.rows import StoredRow
from voicecloud.records.store import RecordStore
from voicecloud.runtime.call_records import CallRecords

DAVIDS_NUMBER = "+35891001004"


class Overtaken:
    """The SDK's client of a table where ``between`` happens after a read or before an upsert; once."""

    def __init__(self, client: Any, method: str, between: Callable[[], Awaitable[Any]]) -> None:
        self._client, self._method = client, method
        self._between: Callable[[], Awaitable[Any]] | None = between

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    async def get_entity(self, *args: Any) -> Any:
        answer = await self._client.get_entity(*args)
        await self._overtake("get_entity", answer)
        return answer

    async def upsert_entity(self, *args: Any, **kwargs: Any) -> Any:
        await self._overtake("upsert_entity", args[0])
        return await self._client.upsert_entity(*args, **kwargs)

    async def _overtake(self, method: str, entity: Any) -> None:
        if method == self._method and entity["PartitionKey"][0] in "sm" and self._between:
            between, self._between = self._between, None
            await between()


async def a_row(cloud: VoiceCloud) -> tuple[CallRecords, StoredRow]:
    [document] = await cloud.over(await cloud.call(DAVIDS_NUMBER, Behaviour(talk_s=0.05)))
    records = cloud.store.telephony.records
    rows = await records.of_call(document["CallID"])
    return records, next(row for row in rows if row.document["Id"] == document["Id"])


async def copies(records: CallRecords, row: StoredRow) -> list[StoredRow]:
    """All copies of a row by change."""
    now = datetime.now(UTC)
    found = [one async for one in records.store.modified(now - timedelta(hours=1), now + timedelta(hours=1))]
    return [one for one in found if (one.call_id, one.key) == (row.call_id, row.key)]


async def stored(records: CallRecords, row: StoredRow) -> StoredRow:
    return next(one for one in await records.store.of_call(row.call_id) if one.key == row.key)


@pytest.mark.parametrize(
    ("method", "last"), [("get_entity", Privacy.WORK), ("upsert_entity", Privacy.PRIVATE)], ids=["read", "copy"]
)
async def test_a_change_that_is_overtaken_leaves_one_copy(voicecloud: VoiceCloud, method: str, last: Privacy) -> None:
    """The last writer's word stands, whether the other came after the read or before the copy was written."""
    records, row = await a_row(voicecloud)

    async def between() -> None:
        await asyncio.sleep(0.002)
        await records.change_privacy(row, Privacy.PRIVATE)
        await asyncio.sleep(0.002)

    client: Any = Overtaken(records.store.table._client, method, between)
    records.store = RecordStore(Table(client))
    records.store._days.add(f"{row.started_at:%Y%m%d}")
    await records.change_privacy(row, Privacy.WORK)
    present = await stored(records, row)
    assert await copies(records, row) == [present]
    assert present.document["Privacy"] == last


async def test_changes_at_once_leave_one_copy(voicecloud: VoiceCloud) -> None:
    """Each is answered, and what is listed by change is what the row says."""
    records, row = await a_row(voicecloud)
    wanted = [Privacy.WORK, Privacy.PRIVATE] * 3
    answers = await asyncio.gather(*(records.change_privacy(row, one) for one in wanted))
    assert [Privacy(one.document["Privacy"]) for one in answers] == wanted
    present = await stored(records, row)
    assert present in answers
    assert await copies(records, row) == [present]


async def test_a_row_written_again_has_one_copy(voicecloud: VoiceCloud) -> None:
    """However often it is changed; earlier copies are not remembered for ever."""
    records, row = await a_row(voicecloud)
    for privacy in (Privacy.PRIVATE, Privacy.WORK, Privacy.PRIVATE):
        await asyncio.sleep(0.002)
        row = await records.change_privacy(row, privacy)
        assert await copies(records, row) == [row]
    values = [one.values async for one in records.store.table.query(f"s{row.started_at:%Y%m%d}")]
    assert {name for one in values for name in one} == {"document"}


class Dies(Exception):
    """The process is killed."""


class Killed:
    """The SDK's client of a table whose process dies as it is about to write the ``nth`` time."""

    def __init__(self, client: Any, nth: int) -> None:
        self._client, self.left = client, nth

    def __getattr__(self, name: str) -> Any:
        if name not in {"upsert_entity", "update_entity", "delete_entity", "create_entity"}:
            return getattr(self._client, name)

        async def write(*args: Any, **kwargs: Any) -> Any:
            self.left -= 1
            if self.left < 0:
                raise Dies
            return await getattr(self._client, name)(*args, **kwargs)

        return write


@pytest.mark.parametrize("nth", range(8))
async def test_a_process_that_dies_in_a_change_leaves_one_copy(voicecloud: VoiceCloud, nth: int) -> None:
    """After the next start the row is listed once by its change, as it is, wherever the last run ended."""
    records, row = await a_row(voicecloud)
    client: Any = Killed(records.store.table._client, nth)
    alive = records.store
    dying = RecordStore(Table(client))
    dying._days.add(f"{row.started_at:%Y%m%d}")
    await asyncio.sleep(0.002)
    with suppress(Dies):
        document = {**row.document, "Privacy": "Private", "ModifiedTime": to_iso(datetime.now(UTC))}
        await dying.change(row, lambda _: replace(row, document=document))
    await alive.settle()
    assert await copies(records, row) == [await stored(records, row)]
    assert [one async for one in alive.table.query("changing")] == []
    assert client.left < 0 or nth == 7


async def test_a_change_dies_with_its_day(voicecloud: VoiceCloud) -> None:
    """A row changed on a day without calls is deleted with the day of its call, its copy and the copy's day too."""
    records, row = await a_row(voicecloud)
    later = row.started_at + timedelta(days=9)
    document = {**row.document, "Privacy": "Private", "ModifiedTime": to_iso(later)}
    await records.store.change(row, lambda _: replace(row, document=document))
    window = later - timedelta(hours=1), later + timedelta(hours=1)
    assert len([one async for one in records.store.modified(*window)]) == 1
    assert f"{later:%Y%m%d}" in await records.store.days()
    await records.store.forget_day(f"{row.started_at:%Y%m%d}")
    assert [one async for one in records.store.modified(*window)] == []
