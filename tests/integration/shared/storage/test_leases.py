from datetime import UTC, datetime, timedelta

import pytest

from shared.errors import Conflict
from shared.storage.leases import Leases
from shared.storage.tables import Tables


async def test_one_holds_a_lease_until_it_is_released_or_its_time_is_up(tables: Tables) -> None:
    """A second owner gets the lease only after a release or the end of its time, always with a higher fence."""
    now = datetime(2026, 11, 22, tzinfo=UTC)
    leases = Leases(tables.table("leases"), lambda: now)
    first = await leases.acquire("job", "a", 30)
    assert first is not None
    assert await leases.acquire("job", "b", 30) is None
    await leases.release("job", "a", first)
    second = await leases.acquire("job", "b", 30)
    now += timedelta(seconds=31)
    third = await leases.acquire("job", "a", 30)
    assert second
    assert third
    assert first < second < third


async def test_a_lost_lease_is_neither_renewed_nor_released_for_its_new_owner(tables: Tables) -> None:
    """Who lost a lease learns it when renewing, and releasing it leaves the new owner alone."""
    now = datetime(2026, 11, 22, tzinfo=UTC)
    leases = Leases(tables.table("leases"), lambda: now)
    lost = await leases.acquire("job", "a", 30)
    assert lost
    now += timedelta(seconds=20)
    await leases.renew("job", "a", lost, 30)
    now += timedelta(seconds=20)
    assert await leases.acquire("job", "b", 30) is None
    now += timedelta(seconds=11)
    held = await leases.acquire("job", "b", 30)
    with pytest.raises(Conflict, match="lease-lost"):
        await leases.renew("job", "a", lost, 30)
    await leases.release("job", "a", lost)
    assert held
    assert await leases.acquire("job", "c", 30) is None
