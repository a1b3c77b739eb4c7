"""Calls in progress are stored each for itself, and signs of life go on whatever happens to one of them (K2)."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from shared.errors import Unavailable
from voicecloud.records import progress
from voicecloud.records.progress import CallsInProgress
from voicecloud.records.store import RecordStore
from voicecloud.vocabulary.calls import CallHistory, Direction

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class FaultyStore(RecordStore):
    """Storage that refuses some calls with ``faults``, and the first signs of life with ``life``."""

    def __init__(self, faults: Mapping[str, list[Exception]], life: list[Exception]) -> None:
        self.faults, self.life, self.kept, self.signs = faults, life, list[str](), list[datetime]()
        self.shown = asyncio.Event()

    async def keep_live(self, history: CallHistory) -> None:
        if faults := self.faults.get(history.call_id):
            raise faults.pop()
        await asyncio.sleep(0)
        self.kept.append(history.call_id)

    async def show_life(self, now: datetime) -> None:
        if self.life:
            raise self.life.pop()
        self.signs.append(now)
        self.shown.set()


def of(store: RecordStore, *call_ids: str) -> CallsInProgress:
    def live(call_id: str) -> CallHistory:
        return CallHistory(call_id, Direction.INBOUND, None, "+35891000100", NOON, ())

    return CallsInProgress(store=store, live=live, live_ids=lambda: call_ids, clock=lambda: NOON)


@pytest.mark.parametrize("error", [Unavailable("storage-unavailable", "away"), ValueError("a fault of the program")])
async def test_one_call_that_cannot_be_stored_stops_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    """What passes by itself is written in the next turn; a fault is in the log; nothing written is written again."""
    monkeypatch.setattr(progress, "RETRY_S", 0.0)
    store = FaultyStore({"b": [error]}, [])
    calls = of(store, "a", "b", "c")
    for call_id in "abc":
        calls.grew(call_id)
    running = asyncio.ensure_future(calls.run())
    await asyncio.wait_for(calls.flushed(), 30)
    assert sorted(store.kept) == (["a", "b", "c"] if isinstance(error, Unavailable) else ["a", "c"])
    assert [record.levelno >= logging.WARNING for record in caplog.records] == [True]
    calls.grew("b")
    await asyncio.wait_for(calls.flushed(), 30)
    assert store.kept[-1] == "b"
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_signs_of_life_go_on_after_one_that_failed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Each failure is in the log."""
    monkeypatch.setattr(progress, "SIGN_EVERY_S", 0.0)
    store = FaultyStore({}, [OSError("no route"), Unavailable("storage-unavailable", "away")])
    showing = asyncio.ensure_future(of(store, "a").show_life())
    await asyncio.wait([showing, asyncio.ensure_future(store.shown.wait())], timeout=30, return_when="FIRST_COMPLETED")
    showing.cancel()
    assert store.signs
    assert len(caplog.records) == 2
