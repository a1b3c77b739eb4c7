"""Fills an environment from JSON: ``{table: [row, …]}``, rows as the Web API takes them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from local.dynamics.data.model import Caller
from local.dynamics.data.schema import TableSchema
from local.dynamics.data.store import Row, Store
from local.dynamics.data.tables.presence import BUILT_IN
from local.dynamics.data.writing import Writer

SYSTEM = Caller("5e000000-0000-4000-8000-000000000001")
"""The user that every environment has and nobody can sign in as."""
ENGINE = Caller("5e000000-0000-4000-8000-000000000002")
"""The application user by whom the contact centre writes what representatives are set to."""
INACTIVE = "inactive"
"""``true`` on a row: it is made inactive after it was made, because no row is made inactive."""


def read_seed(path: Path) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    document: Mapping[str, Sequence[Mapping[str, Any]]] = json.loads(path.read_text(encoding="utf-8"))
    return document


def seed(store: Store, writer: Writer, document: Mapping[str, Sequence[Mapping[str, Any]]]) -> int:
    """Makes the rows that are not there yet, in the order of the document; gives their number.

    Raises DataverseError for a row that the Web API would refuse, KeyError for an unknown table.
    """
    made = 0
    with store.transaction():
        _ensure_built_in(store, writer)
        for name, rows in document.items():
            table = store.tables[name]
            for row in rows:
                if store.get(table, row[table.key]) is None:
                    _make(writer, table, row)
                    made += 1
    return made


def _make(writer: Writer, table: TableSchema, row: Mapping[str, Any]) -> None:
    key = writer.create(table, {column: value for column, value in row.items() if column != INACTIVE}, SYSTEM)
    if row.get(INACTIVE):
        writer.update(table, key, {"statecode": 1}, SYSTEM)


def _ensure_built_in(store: Store, writer: Writer) -> None:
    engine: Row = {"lastname": "# CCaaS Assignment Engine", "applicationid": "5e000000-0000-4000-8000-00000000000a"}
    users: dict[str, Row] = {SYSTEM.user_id: {"lastname": "SYSTEM", "isdisabled": True}, ENGINE.user_id: engine}
    presences: dict[str, Row] = {
        key: {"msdyn_name": text, "msdyn_presencestatustext": text, "msdyn_basepresencestatus": base}
        for base, (key, text) in BUILT_IN.items()
    }
    for name, rows in (("systemuser", users), ("msdyn_presence", presences)):
        table = store.tables[name]
        for key, row in rows.items():
            if store.get(table, key) is None:
                writer.create(table, row, SYSTEM, key)
