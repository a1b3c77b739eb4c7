"""Classification instances in Table Storage, by what they classify."""

import json
from typing import Any

from shared.storage.tables import Row, Table

TABLE = "classifications"


class ClassificationStore:
    """The partition is the id of the call or callback, the row key the instance's id."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def add(self, subject_id: str, instance: dict[str, Any]) -> None:
        await self._table.put(Row(subject_id, instance["Id"], {"document": json.dumps(instance)}))

    async def of(self, subject_id: str) -> list[dict[str, Any]]:
        return [json.loads(row.values["document"]) async for row in self._table.query(subject_id)]
