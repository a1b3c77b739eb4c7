"""The lease of the primary phone on the real table service (A4)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from shared.errors import Conflict
from shared.phone.primary_session import LEASE_S, Holder, SessionLeases
from shared.storage.tables import Tables

AGENT = "a0000000-0000-4000-8000-000000000001"


class Machines:
    """Several instances of the app, each with connections of its own, and one time of day."""

    def __init__(self, storage_connection: str, prefix: str, count: int) -> None:
        self.now = datetime(2026, 11, 23, 8, tzinfo=UTC)
        self.opened = [Tables.from_connection_string(storage_connection, prefix) for _ in range(count)]
        self.leases = [SessionLeases(tables.table("phones"), lambda: self.now) for tables in self.opened]

    async def race(self, *, take_over: bool) -> list[str]:
        """Two tabs on each claim at once; gives the sessions that won."""
        asked = [
            leases.claim(AGENT, f"tab-{machine}-{tab}", "a browser", take_over=take_over)
            for machine, leases in enumerate(self.leases)
            for tab in range(2)
        ]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        lost = [one for one in answers if not isinstance(one, Holder)]
        assert {one.code for one in lost if isinstance(one, Conflict)} <= {"phone-active-elsewhere"}
        assert all(isinstance(one, Conflict) for one in lost)
        return [one.session_id for one in answers if isinstance(one, Holder)]


@pytest_asyncio.fixture
async def machines(storage_connection: str, table_prefix: str) -> AsyncIterator[Machines]:
    opened = Machines(storage_connection, table_prefix, 4)
    yield opened
    for tables in opened.opened:
        await tables.close()


async def test_of_tabs_on_several_machines_one_wins(machines: Machines) -> None:
    """Each time: on a new row, on one that has expired, and by taking over from whom all of them saw."""
    [first] = await machines.race(take_over=False)
    await machines.leases[0].require(AGENT, first)
    machines.now += timedelta(seconds=LEASE_S)
    won = await machines.race(take_over=False)
    assert len(won) == 1
    await machines.leases[3].claim(AGENT, "elsewhere", "another", take_over=True)
    taken = await machines.race(take_over=True)
    assert taken
    held = [tab for tab in taken if await _holds(machines, tab)]
    assert len(held) == 1


async def test_who_holds_it_is_told_to_the_millisecond(machines: Machines) -> None:
    """Since when, last seen and on what; a reload keeps the beginning, silence ends the hold."""
    began = machines.now
    await machines.leases[0].claim(AGENT, "tab-first", "Chrome on Windows", take_over=False)
    machines.now += timedelta(seconds=10)
    await machines.leases[1].renew(AGENT, "tab-first")
    machines.now += timedelta(seconds=LEASE_S - 0.001)
    with pytest.raises(Conflict, match="phone-active-elsewhere") as refused:
        await machines.leases[2].claim(AGENT, "tab-second", "Firefox", take_over=False)
    assert refused.value.details == {
        "since": "2026-11-23T08:00:00.000Z",
        "lastSeen": "2026-11-23T08:00:10.000Z",
        "client": "Chrome on Windows",
    }
    again = await machines.leases[2].claim(AGENT, "tab-first", "Chrome on Windows", take_over=False)
    assert again.since == began
    machines.now += timedelta(seconds=LEASE_S)
    await machines.leases[0].renew(AGENT, "tab-first")  # slept, but nobody has asked meanwhile
    machines.now += timedelta(seconds=LEASE_S)
    await machines.leases[2].claim(AGENT, "tab-second", "Firefox", take_over=False)
    for use in (machines.leases[0].renew, machines.leases[0].require):
        with pytest.raises(Conflict, match="phone-session-lost"):
            await use(AGENT, "tab-first")
    assert not await machines.leases[0].release(AGENT, "tab-first")
    assert await machines.leases[0].release(AGENT, "tab-second")
    assert await machines.leases[1].release(AGENT, "tab-second")
    await machines.leases[2].claim(AGENT, "tab-third", "Firefox", take_over=False)
    assert not await machines.leases[1].release(AGENT, "tab-second")


async def _holds(machines: Machines, tab: str) -> bool:
    try:
        await machines.leases[0].require(AGENT, tab)
    except Conflict:
        return False
    return True
