"""What polling has sent and nobody has finished: keeps a poll from sending the same callback every minute.

Only a brake, never a mark of completion: a callback that is still open after ``RESEND_AFTER`` is sent again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched
from urllib.parse import quote, unquote

from shared.storage.tables import Put, Row, Table

RESEND_AFTER = timedelta(hours=3)
"""Longer than a message is retried by itself, so that a callback has one message under way at a time."""

BATCH = 100


@dataclass(eq=False, repr=False)
class CallbackInbox:
    """The ``callbackinbox`` table: partition = list, row = callback, ``sent`` = when."""

    table: Table

    async def under_way(self, list_id: str) -> Mapping[str, datetime]:
        """The callbacks of a list that were sent and are not known to be finished, with the time of sending."""
        rows = self.table.query(_key(list_id))
        return {unquote(row.rk): row.values["sent"] async for row in rows}

    async def sent(self, list_id: str, callback_ids: Iterable[str], now: datetime) -> None:
        rows = [Row(_key(list_id), _key(callback_id), {"sent": now}) for callback_id in callback_ids]
        for batch in batched(rows, BATCH, strict=False):
            await self.table.transact([Put(row) for row in batch])

    async def forget(self, list_id: str, callback_id: str) -> None:
        """Finished, or no longer open at its source."""
        await self.table.delete(_key(list_id), _key(callback_id))


def _key(text: str) -> str:
    return quote(text, safe="")
