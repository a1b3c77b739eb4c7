"""Columns of our solution that the environment turns out not to have: each costs itself only, not the row (G).

Those of users decide who has a phone and whose calls are written: what hangs on them waits, and they are tried sooner.
"""

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta

from shared.clock import Clock
from shared.dataverse import names
from shared.dataverse.errors import UnknownColumn
from shared.storage.tables import Row, Table

PARTITION = "absent-columns"
LOOK_AGAIN_AFTER = timedelta(hours=1)
DECIDING_AFTER = timedelta(minutes=5)
CACHED_FOR = timedelta(seconds=30)


class AbsentColumns:
    """Kept in the ``health`` table, so that every instance knows and the health page can show it."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock
        self._known: dict[str, datetime] = {}
        self._read_at: datetime | None = None

    async def names(self) -> frozenset[str]:
        """The columns found missing within the last hour (those of users: five minutes); then one is tried again."""
        now = self._clock()
        if self._read_at is None or now - self._read_at >= CACHED_FOR:
            self._known = {row.rk: row.values["since"] async for row in self._table.query(PARTITION)}
            self._read_at = now
        return frozenset(name for name, since in self._known.items() if now - since < _holds(name))

    async def doing_without[Answer](self, ask: Callable[[frozenset[str]], Awaitable[Answer]]) -> Answer:
        """What ``ask`` gives, called again without each column that Dynamics turns out not to have.

        ``ask`` gets the names of the columns to leave out. Raises UnknownColumn for one that it does not leave out.
        """
        refused: frozenset[str] = frozenset()
        while True:
            absent = await self.names() | refused
            try:
                return await ask(absent)
            except UnknownColumn as error:
                if error.column in absent:
                    raise
                refused |= {error.column}
                await self.note(error.column)

    async def learn(self, missing: Collection[str], there: Collection[str]) -> None:
        """What a check of the environment showed: what is there again is written again at once."""
        known = await self.names()
        for name in missing:
            await self.note(name)
        for name in known.intersection(there):
            await self._table.delete(PARTITION, name)
            self._known.pop(name, None)

    async def note(self, name: str) -> None:
        now = self._clock()
        self._known[name] = now
        await self._table.put(Row(PARTITION, name, {"since": now}))


def _holds(name: str) -> timedelta:
    """For how long a column that was found missing is not tried again."""
    return DECIDING_AFTER if name in names.USER_COLUMNS else LOOK_AGAIN_AFTER
