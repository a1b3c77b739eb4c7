"""Configuration documents in Table Storage: one row each, the partition is the kind."""

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import batched
from typing import Any
from uuid import uuid4

from shared.errors import Conflict
from shared.storage.tables import Insert, Put, Row, Table
from voicecloud.organisation.model import Document, DocumentKind

TABLE = "configuration"
_FIELD = "document"
_INSTALLATION, _REVISION, _FILE = "installation", "revision", "file"
_OF_FILE = f"{_FILE}-"

_BATCH = 25
"""Documents written together: however long each is, a transaction of Table Storage takes that many."""

Change = Callable[[Document | None], Document | None]
Address = tuple[DocumentKind, str]
"""The kind of a document and its key."""


@dataclass(eq=False, repr=False)
class Documents:
    """Reads and writes documents. The process and the commands both write them, so changes are by compare-and-set."""

    table: Table

    async def all(self) -> dict[Address, Document]:
        return await self._of_every_kind()

    async def keys(self, kind: DocumentKind) -> set[str]:
        return {row.rk async for row in self.table.query(kind)}

    async def put(self, kind: DocumentKind, key: str, document: Document) -> None:
        await self.table.put(_row(kind, key, document))

    async def insert(self, kind: DocumentKind, documents: Mapping[str, Document]) -> int:
        """How many were added; where there is such a document already it is left as it is."""
        added = 0
        for rows in batched([_row(kind, key, document) for key, document in documents.items()], _BATCH, strict=False):
            try:
                added += len(await self.table.transact([Insert(row) for row in rows]))
            except Conflict:
                for row in rows:
                    added += await self._insert_one(row)
        return added

    async def _insert_one(self, row: Row) -> bool:
        with suppress(Conflict):
            return bool(await self.table.insert(row))
        return False

    async def update(self, kind: DocumentKind, key: str, change: Change) -> Document | None:
        """What ``change`` makes of the document, None for none; it is called again when somebody else was faster."""

        def changed(values: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
            before = json.loads(values[_FIELD]) if values else None
            after = change(before)
            return values if after == before else None if after is None else {_FIELD: _text(after)}

        row = await self.table.update(kind, key, changed)
        return json.loads(row.values[_FIELD]) if row else None

    async def revision(self) -> str:
        """Another one after each ``announce``."""
        row = await self.table.get(_INSTALLATION, _REVISION)
        return str(row.values["id"]) if row else ""

    async def announce(self) -> None:
        """Notifies the process that documents were changed by somebody else."""
        await self.table.put(Row(_INSTALLATION, _REVISION, {"id": str(uuid4())}))

    async def fingerprint(self) -> str:
        """Of the organisation file that was applied last."""
        row = await self.table.get(_INSTALLATION, _FILE)
        return str(row.values["hash"]) if row else ""

    async def keep_fingerprint(self, of_file: str) -> None:
        await self.table.put(Row(_INSTALLATION, _FILE, {"hash": of_file}))

    async def from_file(self) -> dict[Address, Document]:
        """The documents as the organisation file had them when it was applied last."""
        return await self._of_every_kind(_OF_FILE)

    async def _of_every_kind(self, prefix: str = "") -> dict[Address, Document]:
        """By one query: asking kind by kind took most of a start."""
        kinds = {f"{prefix}{kind}": kind for kind in DocumentKind}
        rows = [row async for row in self.table.query_partitions(min(kinds), max(kinds))]
        return {(kinds[row.pk], row.rk): json.loads(row.values[_FIELD]) for row in rows if row.pk in kinds}

    async def remember(self, kind: DocumentKind, documents: Mapping[str, Document], removed: Iterable[str]) -> None:
        """What the file has, and what it has no more."""
        rows = [Row(f"{_OF_FILE}{kind}", key, {_FIELD: _text(document)}) for key, document in documents.items()]
        for chunk in batched(rows, _BATCH, strict=False):
            await self.table.transact([Put(row) for row in chunk])
        for key in removed:
            await self.table.delete(f"{_OF_FILE}{kind}", key)

    async def delete(self, kind: DocumentKind, key: str) -> None:
        await self.table.delete(kind, key)


def _row(kind: DocumentKind, key: str, document: Document) -> Row:
    return Row(kind, key, {_FIELD: _text(document)})


def _text(document: Document) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
