"""Rows in SQLite: one SQL table per table, a version per row, and a log of changes for change tracking."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local.dynamics.data.schema import SQL_TYPES, Column, Table, Type

Row = dict[str, Any]
"""Column → stored value; a lookup has a second entry ``name__table``; ``version__`` is the ETag's number."""

VERSION = "version__"


def target_of(name: str) -> str:
    """The entry that says which table a lookup points into."""
    return f"{name}__table"


class Store:
    """One environment's data. Everything inside ``transaction`` is done together or not at all."""

    def __init__(self, path: Path | str, tables: Mapping[str, Table]) -> None:
        self.tables = tables
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS changes__ "
            "(seq INTEGER PRIMARY KEY AUTOINCREMENT, entity TEXT, id TEXT, deleted INTEGER)"
        )
        for table in tables.values():
            self._create(table)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Nested ones join the outer one."""
        if self._db.in_transaction:
            yield
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def get(self, table: Table, key: str) -> Row | None:
        found = self._db.execute(f'SELECT * FROM "{table.name}" WHERE "{table.key}" = ?', (key,)).fetchone()  # noqa: S608 (names of the schema)
        return dict(found) if found else None

    def insert(self, table: Table, row: Mapping[str, Any]) -> None:
        version = self._log(table, row[table.key], deleted=False)
        names = [*row, VERSION]
        marks = ", ".join("?" for _ in names)
        listed = ", ".join(f'"{name}"' for name in names)
        self._db.execute(f'INSERT INTO "{table.name}" ({listed}) VALUES ({marks})', (*row.values(), version))  # noqa: S608

    def update(self, table: Table, key: str, changes: Mapping[str, Any]) -> None:
        version = self._log(table, key, deleted=False)
        listed = ", ".join(f'"{name}" = ?' for name in (*changes, VERSION))
        self._db.execute(
            f'UPDATE "{table.name}" SET {listed} WHERE "{table.key}" = ?',  # noqa: S608
            (*changes.values(), version, key),
        )

    def delete(self, table: Table, key: str) -> None:
        self._log(table, key, deleted=True)
        self._db.execute(f'DELETE FROM "{table.name}" WHERE "{table.key}" = ?', (key,))  # noqa: S608

    def select(self, table: Table, where: str, values: Sequence[Any], tail: str = "") -> list[Row]:
        """Rows by an SQL condition that the filter compiler made."""
        found = self._db.execute(f'SELECT * FROM "{table.name}" WHERE {where or "1"} {tail}', values)  # noqa: S608
        return [dict(row) for row in found]

    def count(self, table: Table, where: str, values: Sequence[Any]) -> int:
        found = self._db.execute(f'SELECT COUNT(*) FROM "{table.name}" WHERE {where or "1"}', values)  # noqa: S608
        return int(found.fetchone()[0])

    def change_number(self) -> int:
        """The number of the newest change of all."""
        return int(self._db.execute("SELECT COALESCE(MAX(seq), 0) FROM changes__").fetchone()[0])

    def changed_since(self, table: Table, number: int) -> list[tuple[str, bool]]:
        """Keys of the table's rows that changed after a number, each once with its last change: (key, deleted)."""
        found = self._db.execute(
            "SELECT id, deleted, MAX(seq) last FROM changes__ WHERE entity = ? AND seq > ? GROUP BY id ORDER BY last",
            (table.name, number),
        )
        return [(row["id"], bool(row["deleted"])) for row in found]

    def _log(self, table: Table, key: str, *, deleted: bool) -> int:
        done = self._db.execute(
            "INSERT INTO changes__ (entity, id, deleted) VALUES (?, ?, ?)", (table.name, key, int(deleted))
        )
        return int(done.lastrowid or 0)

    def _create(self, table: Table) -> None:
        columns = [definition for column in table.columns.values() for definition in _sql(column, table)]
        listed = ", ".join([*columns, f'"{VERSION}" INTEGER'])
        self._db.execute(f'CREATE TABLE IF NOT EXISTS "{table.name}" ({listed})')
        present = {row["name"] for row in self._db.execute(f'PRAGMA table_info("{table.name}")')}
        for column in table.columns.values():
            if column.name not in present:
                for definition in _sql(column, table):
                    self._db.execute(f'ALTER TABLE "{table.name}" ADD COLUMN {definition}')
        for column in table.columns.values():
            if column.type is Type.LOOKUP:
                name = f"{table.name}_{column.name}"
                self._db.execute(f'CREATE INDEX IF NOT EXISTS "{name}" ON "{table.name}" ("{column.name}")')


def _sql(column: Column, table: Table) -> list[str]:
    kind = SQL_TYPES.get(column.type, "TEXT")
    primary = " PRIMARY KEY" if column.name == table.key else ""
    collation = " COLLATE NOCASE" if kind == "TEXT" else ""
    definitions = [f'"{column.name}" {kind}{primary}{collation}']
    if column.type is Type.LOOKUP:
        definitions.append(f'"{target_of(column.name)}" TEXT')
    return definitions
