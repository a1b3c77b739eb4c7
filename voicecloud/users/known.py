"""Who has signed in from where, in Table Storage, so that a restart does not leave them to strangers' guesses.

One partition, a row for each pair of name and address, which is a digest, with the time of its last sign-in.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.clock import Clock
from shared.errors import VoiceError
from shared.storage.tables import Row, Table
from voicecloud.users.guessing import MOST

TABLE = "signins"
_PARTITION = "known"
FORGET = timedelta(days=30)
WRITE_AGAIN = timedelta(days=1)
LONGEST_WRITE_S = 2.0

log = logging.getLogger(__name__)


@dataclass(eq=False, repr=False)
class KnownPairs:
    """Reads and writes the pairs that ``Guessing`` knows."""

    table: Table
    clock: Clock
    _written: dict[bytes, datetime] = field(default_factory=dict, init=False)

    async def load(self) -> list[bytes]:
        """The pairs of the last 30 days, the latest last and at most ``MOST``; the others are deleted."""
        limit = self.clock() - FORGET
        rows = sorted([row async for row in self.table.query(_PARTITION)], key=lambda row: row.values["at"])
        kept = [row for row in rows if row.values["at"] > limit][-MOST:]
        for row in rows[: len(rows) - len(kept)]:
            await self.table.delete(row.pk, row.rk)
        self._written = {bytes.fromhex(row.rk): row.values["at"] for row in kept}
        return list(self._written)

    async def keep(self, pair: bytes) -> None:
        """Once a day for each pair; nobody is kept from signing in because storage does not take it."""
        now = self.clock()
        written = self._written.get(pair)
        if written and now - written < WRITE_AGAIN:
            return
        try:
            async with asyncio.timeout(LONGEST_WRITE_S):
                await self.table.put(Row(_PARTITION, pair.hex(), {"at": now}))
        except (VoiceError, TimeoutError):
            log.warning("a sign-in is not remembered", exc_info=True)
            return
        self._written[pair] = now
