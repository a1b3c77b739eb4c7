"""Rows in SQLite: one SQL table per table, a version per row, and a log of changes for change tracking."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local.dynamics.data.comparing import COLLATION, compare, matches
from local.dynamics.data.schema import Column, TableSchema, Type

Row = dict[str, Any]
"""Column → stored value; a lookup has a second entry ``name__table``; ``version__`` is the ETag's number."""

VERSION = "version__"
SQL_TYPES: Mapping[Type, str] = {Type.INTEGER: "INTEGER", Type.PICKLIST: "INTEGER", Type.BOOLEAN: "INTEGER"}


def target_of(name: str) -> str:
    """The entry that says which table a lookup points into."""
    return f"{name}__table"


class Store:
    """One environment's data. Everything inside ``transaction`` is done together or not at all.

    ``committed`` are called after each transaction that wrote something, with what was noted during it.
    """

    def __init__(self, path: Path | str, tables: Mapping[str, TableSchema]) -> None:
        self.tables = dict(tables)
        self.committed: list[Callable[[Sequence[Any]], None]] = []
        self._noted: list[Any] = []
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.create_collation(COLLATION, compare)
        self._db.create_function("matches", 2, matches, deterministic=True)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        with self.transaction():
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS changes__ "
                "(seq INTEGER PRIMARY KEY AUTOINCREMENT, entity TEXT, id TEXT, deleted INTEGER)"
            )
            self._db.execute("CREATE TABLE IF NOT EXISTS documents__ (name TEXT PRIMARY KEY, document TEXT)")
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
            self._noted.clear()
            raise
        self._db.execute("COMMIT")
        noted, self._noted = self._noted, []
        for listener in self.committed if noted else ():
            listener(noted)

    def note(self, event: object) -> None:
        """Told to ``committed`` if the transaction succeeds."""
        self._noted.append(event)

    def get(self, table: TableSchema, key: str) -> Row | None:
        found = self._db.execute(f'SELECT * FROM "{table.name}" WHERE "{table.key}" = ?', (key,)).fetchone()  # noqa: S608 (names of the schema)
        return dict(found) if found else None

    def insert(self, table: TableSchema, row: Mapping[str, Any]) -> None:
        version = self._log(table, row[table.key], deleted=False)
        names = [*row, VERSION]
        marks = ", ".join("?" for _ in names)
        listed = ", ".join(f'"{name}"' for name in names)
        self._db.execute(f'INSERT INTO "{table.name}" ({listed}) VALUES ({marks})', (*row.values(), version))  # noqa: S608 (names of the schema)

    def update(self, table: TableSchema, key: str, changes: Mapping[str, Any]) -> None:
        version = self._log(table, key, deleted=False)
        listed = ", ".join(f'"{name}" = ?' for name in (*changes, VERSION))
        self._db.execute(
            f'UPDATE "{table.name}" SET {listed} WHERE "{table.key}" = ?',  # noqa: S608 (names of the schema)
            (*changes.values(), version, key),
        )

    def delete(self, table: TableSchema, key: str) -> None:
        self._log(table, key, deleted=True)
        self._db.execute(f'DELETE FROM "{table.name}" WHERE "{table.key}" = ?', (key,))  # noqa: S608 (names of the schema)

    def select(self, table: TableSchema, where: str, values: Sequence[Any], tail: str = "") -> list[Row]:
        """Rows by an SQL condition that the filter compiler made."""
        found = self._db.execute(f'SELECT * FROM "{table.name}" WHERE {where or "1"} {tail}', values)  # noqa: S608 (compiled with marks)
        return [dict(row) for row in found]

    def count(self, table: TableSchema, where: str, values: Sequence[Any]) -> int:
        found = self._db.execute(f'SELECT COUNT(*) FROM "{table.name}" WHERE {where or "1"}', values)  # noqa: S608 (compiled with marks)
        return int(found.fetchone()[0])

    def change_number(self) -> int:
        """The number of the newest change of all."""
        return int(self._db.execute("SELECT COALESCE(MAX(seq), 0) FROM changes__").fetchone()[0])

    def changed_between(self, table: TableSchema, after: int, until: int) -> list[tuple[str, bool]]:
        """Keys of the table's rows that changed, each once with its last change: (key, deleted)."""
        found = self._db.execute(
            "SELECT id, deleted, MAX(seq) last FROM changes__ WHERE entity = ? AND seq > ? AND seq <= ? "
            "GROUP BY id ORDER BY last",
            (table.name, after, until),
        )
        return [(row["id"], bool(row["deleted"])) for row in found]

    def document(self, name: str) -> str | None:
        """A piece of the environment's own configuration."""
        found = self._db.execute("SELECT document FROM documents__ WHERE name = ?", (name,)).fetchone()
        return str(found["document"]) if found else None

    def put_document(self, name: str, document: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO documents__ VALUES (?, ?)", (name, document))

    def clear(self) -> None:
        """Deletes every row, as deletions that change tracking shows; configuration stays."""
        with self.transaction():
            for table in self.tables.values():
                for row in self.select(table, "", []):
                    self.delete(table, row[table.key])

    def _log(self, table: TableSchema, key: str, *, deleted: bool) -> int:
        done = self._db.execute(
            "INSERT INTO changes__ (entity, id, deleted) VALUES (?, ?, ?)", (table.name, key, int(deleted))
        )
        return int(done.lastrowid or 0)

    def _create(self, table: TableSchema) -> None:
        columns = [definition for column in table.columns.values() for definition in _sql(column, table)]
        listed = ", ".join([*columns, f'"{VERSION}" INTEGER'])
        self._db.execute(f'CREATE TABLE IF NOT EXISTS "{table.name}" ({listed})')
        present = {row["name"] for row in self._db.execute(f'PRAGMA table_info("{table.name}")')}
        for column in table.columns.values():
            if column.name not in present:
                for definition in _sql(column, table):
                    self._db.execute(f'ALTER TABLE "{table.name}" ADD COLUMN {definition}')
        self._create_indexes(table, [[column.name] for column in table.columns.values() if column.type is Type.LOOKUP])
        self._create_indexes(table, table.keys.values())

    def _create_indexes(self, table: TableSchema, indexes: Iterable[Sequence[str]]) -> None:
        for columns in indexes:
            listed = ", ".join(f'"{column}"' for column in columns)
            name = "_".join((table.name, *columns))
            self._db.execute(f'CREATE INDEX IF NOT EXISTS "{name}" ON "{table.name}" ({listed})')


def _sql(column: Column, table: TableSchema) -> list[str]:
    kind = SQL_TYPES.get(column.type, "TEXT")
    primary = " PRIMARY KEY" if column.name == table.key else ""
    collation = f" COLLATE {COLLATION}" if kind == "TEXT" and column.type not in {Type.GUID, Type.LOOKUP} else ""
    definitions = [f'"{column.name}" {kind}{primary}{collation}']
    if column.type is Type.LOOKUP:
        definitions.append(f'"{target_of(column.name)}" TEXT')
    return definitions
