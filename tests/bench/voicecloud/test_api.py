"""Figures of the API: reading call records, and how soon a webhook goes out."""

import os
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import batched

from shared.clock import to_iso
from shared.errors import Unavailable
from shared.storage.tables import Put, Row, Table
from tests.bench.conftest import Figures
from tests.fixtures.voicecloud import RunVoiceCloud, VoiceCloud
from tests.fixtures.webhook_receiver import Receiver
from voicecloud.ids import Ids
from voicecloud.records.rows import StoredRow
from voicecloud.records.store import TABLE, _changed_row, _start_day, _start_key, _values

ROWS = int(os.environ.get("BENCH_ROWS", "50000"))
DAYS = 30
START = datetime(2026, 10, 1, tzinfo=UTC)
QUERIES = 50
TRIES = 5
PAGE = 200


def rows() -> Iterator[StoredRow]:
    """Direct calls, evenly spread over the days."""
    moment = START
    ids = Ids(lambda: moment)
    for _ in range(ROWS):
        call_id, at = ids.new(), to_iso(moment)
        document = {
            "Id": call_id,
            "CallID": call_id,
            "TimeStamp": at,
            "ANum": "+358401234567",
            "BNum": "+35891001004",
            "CallTypeString": "DirectCall",
            "Duration": 60,
            "RecordingIds": [],
            "UserID": "u",
            "Privacy": "Work",
            "ModifiedTime": at,
        }
        yield StoredRow(call_id, "u00", document)
        moment += timedelta(days=DAYS) / ROWS


async def written(table: Table, puts: Sequence[Put]) -> None:
    """Again where the emulator has hung up: that is not what is measured."""
    for _ in range(TRIES - 1):
        try:
            await table.transact(puts)
        except Unavailable:
            continue
        return
    await table.transact(puts)


async def fill(cloud: VoiceCloud) -> None:
    table = cloud.store.tables.table(TABLE)
    by_day: dict[str, list[Row]] = {}
    for stored in rows():
        for row in (Row(_start_day(stored), _start_key(stored), _values(stored)), _changed_row(stored)):
            by_day.setdefault(row.pk, []).append(row)
    for day in by_day.values():
        for some in batched(day, 100, strict=False):
            await written(table, [Put(row) for row in some])


async def pages(cloud: VoiceCloud, names: tuple[str, str], window: timedelta, size: int) -> tuple[list[float], int]:
    """How long each page took, and how many rows it had on average."""
    times_s, found = [], 0
    for query in range(QUERIES):
        start = START + timedelta(hours=13 * query % (24 * DAYS - 24) + 1)
        asked = {names[0]: str(start), names[1]: str(start + window), "MaxCount": str(size)}
        began = time.perf_counter()
        answer = await cloud.client.get("/calls", params=asked)
        times_s.append(time.perf_counter() - began)
        found += len(answer.json())
    return times_s, found // QUERIES


async def test_calls_by_window(run_voicecloud: RunVoiceCloud, figures: Figures) -> None:
    """A page of ten minutes, of an hour, and the first of a month, out of many: ``BENCH_ROWS=100000`` for more."""
    async with run_voicecloud(rate_limit_per_minute=0) as cloud:
        await fill(cloud)
        for names in (("StartTime", "EndTime"), ("ModifiedAfter", "ModifiedBefore")):
            for window in (timedelta(minutes=10), timedelta(hours=1), timedelta(days=31)):
                times_s, found = await pages(cloud, names, window, PAGE)
                row = f"/calls by {names[0]}, {window}, {found} rows a page"
                figures.times(row, [one * 1000 for one in times_s], 100)


async def test_first_attempt_of_a_webhook(
    run_voicecloud: RunVoiceCloud, webhook_receiver: Receiver, figures: Figures
) -> None:
    """From the request that leaves a callback to the request that reports it."""
    async with run_voicecloud(webhook_endpoint=webhook_receiver.url) as cloud:
        times_s = []
        for count in range(1, 201):
            began = time.perf_counter()
            await cloud.leave_callback()
            await webhook_receiver.wait_for(count)
            times_s.append(time.perf_counter() - began)
    figures.times("callback left to its webhook", [one * 1000 for one in times_s], 200)
