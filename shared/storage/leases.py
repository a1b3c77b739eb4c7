"""One at a time across instances: a lease row decided by compare-and-set, with a fence that only ever grows."""

from datetime import timedelta

from shared.clock import Clock
from shared.errors import Conflict
from shared.storage.tables import Row, Table

PARTITION = "lease"


class Leases:
    """Leases by name. An owner that dies loses its lease when the time is up."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    async def acquire(self, name: str, owner: str, ttl_s: float) -> int | None:
        """The fence of the lease now held, or None while someone else holds it."""
        now = self._clock()
        row = await self._table.get(PARTITION, name)
        if row and row.values["until"] > now:
            return None
        fence = row.values["fence"] + 1 if row else 1
        wanted = _row(name, owner, fence, now + timedelta(seconds=ttl_s), row.etag if row else None)
        try:
            await (self._table.replace(wanted) if row else self._table.insert(wanted))
        except Conflict:
            return None
        return int(fence)

    async def renew(self, name: str, owner: str, fence: int, ttl_s: float) -> None:
        """Raises Conflict ``lease-lost`` when someone else has it by now."""
        await self._set(name, owner, fence, self._clock() + timedelta(seconds=ttl_s))

    async def release(self, name: str, owner: str, fence: int) -> None:
        """Gives the lease up; one that is lost already needs no release."""
        try:
            await self._set(name, owner, fence, self._clock())
        except Conflict:
            return

    async def _set(self, name: str, owner: str, fence: int, until: object) -> None:
        row = await self._table.get(PARTITION, name)
        if row is None or (row.values["owner"], row.values["fence"]) != (owner, fence):
            raise Conflict("lease-lost", f"the lease {name} is held by someone else")
        await self._table.replace(_row(name, owner, fence, until, row.etag))


def _row(name: str, owner: str, fence: int, until: object, etag: str | None) -> Row:
    return Row(PARTITION, name, {"owner": owner, "fence": fence, "until": until}, etag)
