"""Configuration documents in Table Storage: one row each, the partition is the kind."""

import json
from collections.abc import AsyncIterator

from shared.errors import Conflict
from shared.storage.tables import Row, Table
from voicecloud.organisation.model import Document, Kind

TABLE = "configuration"
_FIELD = "document"


class Documents:
    """Reads and writes documents; only this process writes them, so the last write holds."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def all(self, kind: Kind) -> AsyncIterator[tuple[str, Document]]:
        async for row in self._table.query(kind):
            yield row.rk, json.loads(row.values[_FIELD])

    async def keys(self, kind: Kind) -> set[str]:
        return {row.rk async for row in self._table.query(kind)}

    async def put(self, kind: Kind, key: str, document: Document) -> None:
        await self._table.put(_row(kind, key, document))

    async def insert(self, kind: Kind, key: str, document: Document) -> bool:
        """False when there is such a document already; it is left as it is."""
        try:
            await self._table.insert(_row(kind, key, document))
        except Conflict:
            return False
        return True

    async def delete(self, kind: Kind, key: str) -> None:
        await self._table.delete(kind, key)


def _row(kind: Kind, key: str, document: Document) -> Row:
    return Row(kind, key, {_FIELD: json.dumps(document, ensure_ascii=False, separators=(",", ":"))})
