"""When each list was polled last and how that went: the ``polls`` table, partition ``callbacks``, row = list."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote, unquote

from shared.callbacks.rules import Poll, is_due
from shared.errors import Conflict
from shared.settings.model import CallbackProfile
from shared.storage.tables import Row, Table

PARTITION = "callbacks"


class Polls:
    """Of several instances, the one that moves the poll's time forward polls."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def claim(self, profile: CallbackProfile, now: datetime) -> bool:
        """Whether this instance is to poll the list now."""
        row = await self._table.get(PARTITION, quote(profile.list_id, safe=""))
        last = _to_poll(row) if row else None
        if not is_due(profile, last, now):
            return False
        claimed = _to_row(profile.list_id, Poll(now, last.fault if last else ""), row.etag if row else None)
        try:
            await (self._table.replace(claimed) if row else self._table.insert(claimed))
        except Conflict:
            return False
        return True

    async def note(self, list_id: str, fault: str) -> None:
        """How the poll went: an empty fault when well."""
        row = await self._table.get(PARTITION, quote(list_id, safe=""))
        if row and _to_poll(row).fault != fault:
            await self._table.put(_to_row(list_id, replace(_to_poll(row), fault=fault), None))

    async def all(self) -> Mapping[str, Poll]:
        """The last poll of each list."""
        return {unquote(row.rk): _to_poll(row) async for row in self._table.query(PARTITION)}


def _to_row(list_id: str, poll: Poll, etag: str | None) -> Row:
    return Row(PARTITION, quote(list_id, safe=""), {"polled": poll.at, "fault": poll.fault}, etag)


def _to_poll(row: Row) -> Poll:
    return Poll(row.values["polled"], row.values["fault"])
