"""Classification instances in Table Storage, by what they classify."""

import json
from dataclasses import dataclass
from typing import Any

from shared.storage.tables import Row, Table

TABLE = "classifications"


@dataclass(eq=False, repr=False)
class ClassificationStore:
    """The partition is the id of the call or callback, the row key the instance's id."""

    table: Table

    async def add(self, subject_id: str, instance: dict[str, Any]) -> None:
        await self.table.put(Row(subject_id, instance["Id"], {"document": json.dumps(instance)}))

    async def of(self, subject_id: str) -> list[dict[str, Any]]:
        return [json.loads(row.values["document"]) async for row in self.table.query(subject_id)]
