"""One at a time across instances: a lease row decided by compare-and-set, with a fence that only ever grows."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.clock import Clock
from shared.errors import Conflict
from shared.storage.tables import Table, Values

PARTITION = "lease"


@dataclass(eq=False, repr=False)
class Leases:
    """Leases by name. An owner that dies loses its lease when the time is up."""

    table: Table
    clock: Clock

    async def acquire(self, name: str, owner: str, ttl_s: float) -> int | None:
        """The fence of the lease now held, or None while someone else holds it."""
        now = self.clock()
        fence: int | None = None

        def taken(held: Values | None) -> Values | None:
            nonlocal fence
            fence = None
            if held and held["until"] > now:
                return held
            fence = held["fence"] + 1 if held else 1
            return {"owner": owner, "fence": fence, "until": now + timedelta(seconds=ttl_s)}

        await self.table.update(PARTITION, name, taken)
        return fence

    async def renew(self, name: str, owner: str, fence: int, ttl_s: float) -> None:
        """Raises Conflict ``lease-lost`` when someone else has it by now."""
        await self._set(name, owner, fence, self.clock() + timedelta(seconds=ttl_s))

    async def release(self, name: str, owner: str, fence: int) -> None:
        """Gives the lease up; one that is lost already needs no release."""
        try:
            await self._set(name, owner, fence, self.clock())
        except Conflict:
            return

    async def _set(self, name: str, owner: str, fence: int, until: datetime) -> None:
        def set_until(held: Values | None) -> Values:
            if held is None or (held["owner"], held["fence"]) != (owner, fence):
                raise Conflict("lease-lost", f"the lease {name} is held by someone else")
            return {**held, "until": until}

        await self.table.update(PARTITION, name, set_until)
