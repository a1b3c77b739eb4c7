"""Columns that a solution added and somebody deleted again."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from local.dynamics.data.schema import TableSchema
from local.dynamics.data.store import Store
from local.dynamics.data.tables import TABLES

DOCUMENT = "removed-columns"


class CustomColumns:
    """Which custom columns are not there, kept in the database. One that is restored has its values again."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._complete = dict(store.tables)
        self._apply(self._removed())

    def switch(self, document: Mapping[str, Any]) -> None:
        """``{table, name, removed}``. Raises ValueError for a column that no solution added."""
        table, name = str(document["table"]), str(document["name"])
        if document.keys() - {"table", "name", "removed"}:
            raise ValueError("a column is switched by table, name and removed")
        if name in TABLES[table].columns or name not in self._complete[table].columns:
            raise ValueError(f"{table} has no custom column {name}")
        removed = self._removed()
        removed[table] = {*removed.get(table, ()), name} if document["removed"] else removed.get(table, set()) - {name}
        self._keep(removed)

    def restore(self) -> None:
        self._keep({})

    def _keep(self, removed: Mapping[str, set[str]]) -> None:
        document = {table: sorted(names) for table, names in removed.items()}
        self._store.put_document(DOCUMENT, json.dumps(document))
        self._apply(removed)

    def _removed(self) -> dict[str, set[str]]:
        document: dict[str, list[str]] = json.loads(self._store.document(DOCUMENT) or "{}")
        return {table: set(names) for table, names in document.items()}

    def _apply(self, removed: Mapping[str, set[str]]) -> None:
        for name, table in self._complete.items():
            self._store.tables[name] = _without(table, removed.get(name, set()))


def _without(table: TableSchema, names: set[str]) -> TableSchema:
    """Alternate keys go with the first of their columns."""
    columns = {name: column for name, column in table.columns.items() if name not in names}
    keys = {name: parts for name, parts in table.keys.items() if not names & set(parts)}
    return replace(table, columns=columns, keys=keys)
