"""Tickets for audio: one key for all processes, ten minutes, one recording."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from shared.errors import Forbidden
from shared.recordings.tickets import HOLDS_FOR, Tickets
from shared.storage.tables import Tables

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CALL, RECORDING = "call-1", "rec-1"


def process(tables: Tables, now: datetime = NOW) -> Tickets:
    """The tickets as a process of the app has them."""
    return Tickets(tables.table("secrets"), lambda: now)


async def test_a_ticket_holds_for_ten_minutes_in_every_process(tables: Tables) -> None:
    """Another process, started later, knows the key; after the time is up nobody accepts it."""
    ticket = await process(tables).issue(CALL, RECORDING)
    await process(tables, NOW + HOLDS_FOR).check(CALL, RECORDING, ticket)
    with pytest.raises(Forbidden, match="has expired"):
        await process(tables, NOW + HOLDS_FOR + timedelta(seconds=1)).check(CALL, RECORDING, ticket)


async def test_processes_that_start_at_once_make_one_key(tables: Tables) -> None:
    """Whoever loses the race uses the winner's."""
    processes = [process(tables) for _ in range(5)]
    tickets = await asyncio.gather(*(one.issue(CALL, RECORDING) for one in processes))
    assert len(set(tickets)) == 1


async def test_a_ticket_is_for_one_recording_until_one_moment(tables: Tables) -> None:
    """Another call, another recording, a later end or another signature: refused."""
    tickets = process(tables)
    ticket = await tickets.issue(CALL, RECORDING)
    expires, _, signature = ticket.partition(".")
    for call_id, recording_id, given in (
        ("call-2", RECORDING, ticket),
        (CALL, "rec-2", ticket),
        ("call-1\nrec-1", "", ticket),
        (CALL, RECORDING, f"{int(expires) + 1}.{signature}"),
        (CALL, RECORDING, f"{expires}.{'0' * len(signature)}"),
        (CALL, RECORDING, f"{expires}."),
        *((CALL, RECORDING, nonsense) for nonsense in ("", ".", "x", "-1.x", "٣.x", f"{'9' * 5000}.x", "1e9.x", "\n")),
    ):
        with pytest.raises(Forbidden, match="recording-ticket"):
            await tickets.check(call_id, recording_id, given)
