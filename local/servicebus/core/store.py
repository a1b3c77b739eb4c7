"""The broker's memory on disk: SQLite in WAL mode, written through, made durable by ``commit``.

``synchronous=NORMAL``: what was committed survives the end of the process by whatever means; a power failure may take
the last commits with it.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from local.servicebus.core.model import Content, DeadLetterReason, Lock, MessageState, Record

SCHEMA = """
CREATE TABLE IF NOT EXISTS entity (path TEXT PRIMARY KEY, next_sequence INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS created_queue (name TEXT PRIMARY KEY, settings TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS message (
    path TEXT NOT NULL, sequence INTEGER NOT NULL, state INTEGER NOT NULL,
    enqueued_ms INTEGER NOT NULL, enqueue_sequence INTEGER NOT NULL, expires_ms INTEGER,
    delivery_count INTEGER NOT NULL, lock_token BLOB, locked_until_ms INTEGER,
    dead INTEGER NOT NULL, reason TEXT, description TEXT, source TEXT,
    message_id TEXT, session_id TEXT, ttl_ms INTEGER, scheduled_ms INTEGER, payload BLOB NOT NULL,
    PRIMARY KEY (path, sequence)
);
CREATE TABLE IF NOT EXISTS duplicate (
    path TEXT NOT NULL, message_id TEXT NOT NULL, until_ms INTEGER NOT NULL, PRIMARY KEY (path, message_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS session_state (
    path TEXT NOT NULL, session_id TEXT NOT NULL, state BLOB NOT NULL, PRIMARY KEY (path, session_id)
) WITHOUT ROWID;
"""
INSERT = f"INSERT INTO message VALUES ({','.join('?' * 18)})"  # noqa: S608 - placeholders only
UPDATE = """UPDATE message SET state = ?, delivery_count = ?, lock_token = ?, locked_until_ms = ?
WHERE path = ? AND sequence = ?"""
BUSY_TIMEOUT_S = 5.0


@dataclass(slots=True)
class Kept:
    """What the store knows of one entity."""

    next_sequence: int = 1
    records: list[Record] = field(default_factory=list)
    duplicates: dict[str, int] = field(default_factory=dict)
    session_states: dict[str, bytes] = field(default_factory=dict)


class BrokerStore:
    """One database file; ``None`` keeps everything in memory."""

    def __init__(self, path: Path | None) -> None:
        self._database = sqlite3.connect(path or ":memory:", isolation_level=None, timeout=BUSY_TIMEOUT_S)
        self._database.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + SCHEMA)
        self._sequences: dict[str, int] = {}
        self._open = False

    def commit(self) -> None:
        """Makes everything written since the last commit durable."""
        if self._sequences:
            self._write_many("INSERT OR REPLACE INTO entity VALUES (?, ?)", list(self._sequences.items()))
            self._sequences.clear()
        if self._open:
            self._database.execute("COMMIT")
            self._open = False

    def close(self) -> None:
        self.commit()
        self._database.close()

    # -- the journal of the queues --------------------------------------------------------------------------------

    def insert(self, path: str, record: Record) -> None:
        self._write(INSERT, _row(path, record))

    def update(self, path: str, record: Record) -> None:
        """Writes what changes after arrival: state, deliveries, lock."""
        values = (record.state, record.delivery_count, *_lock_columns(record.lock))
        self._write(UPDATE, (*values, path, record.sequence))

    def delete(self, path: str, sequence: int) -> None:
        self._write("DELETE FROM message WHERE path = ? AND sequence = ?", (path, sequence))

    def next_sequence(self, path: str, sequence: int) -> None:
        self._sequences[path] = sequence

    def remember(self, path: str, message_id: str, until_ms: int) -> None:
        self._write("INSERT OR REPLACE INTO duplicate VALUES (?, ?, ?)", (path, message_id, until_ms))

    def forget(self, path: str, message_id: str) -> None:
        self._write("DELETE FROM duplicate WHERE path = ? AND message_id = ?", (path, message_id))

    def session_state(self, path: str, session_id: str, state: bytes | None) -> None:
        if state is None:
            self._write("DELETE FROM session_state WHERE path = ? AND session_id = ?", (path, session_id))
        else:
            self._write("INSERT OR REPLACE INTO session_state VALUES (?, ?, ?)", (path, session_id, state))

    # -- queues made at run time ----------------------------------------------------------------------------------

    def created_queues(self) -> dict[str, str]:
        """Settings (as JSON text) of the queues that were not in the configuration, by name."""
        return dict(self._database.execute("SELECT name, settings FROM created_queue ORDER BY name"))

    def keep_queue(self, name: str, settings: str) -> None:
        self._write("INSERT OR REPLACE INTO created_queue VALUES (?, ?)", (name, settings))

    def drop_queue(self, name: str, paths: list[str]) -> None:
        """Forgets a queue and everything in its ``paths`` (itself and its dead-letter queue)."""
        self._write("DELETE FROM created_queue WHERE name = ?", (name,))
        for path in paths:
            self._sequences.pop(path, None)
            for table in ("entity", "message", "duplicate", "session_state"):
                self._write(f"DELETE FROM {table} WHERE path = ?", (path,))  # noqa: S608 - names from the line above

    # -- reading back ---------------------------------------------------------------------------------------------

    def kept(self) -> dict[str, Kept]:
        """Everything in the store, by the path of its entity, messages in order."""
        entities: dict[str, Kept] = defaultdict(Kept)
        for path, next_sequence in self._database.execute("SELECT path, next_sequence FROM entity"):
            entities[path].next_sequence = next_sequence
        for path, record in self._records():
            entities[path].records.append(record)
        for path, message_id, until_ms in self._database.execute("SELECT * FROM duplicate ORDER BY until_ms"):
            entities[path].duplicates[message_id] = until_ms
        for path, session_id, state in self._database.execute("SELECT * FROM session_state"):
            entities[path].session_states[session_id] = state
        return dict(entities)

    def _records(self) -> Iterator[tuple[str, Record]]:
        for row in self._database.execute("SELECT * FROM message ORDER BY path, sequence"):
            yield row[0], _record(row)

    def _write(self, statement: str, values: tuple[object, ...]) -> None:
        self._begin()
        self._database.execute(statement, values)

    def _write_many(self, statement: str, rows: list[tuple[str, int]]) -> None:
        self._begin()
        self._database.executemany(statement, rows)

    def _begin(self) -> None:
        if not self._open:
            self._database.execute("BEGIN")
            self._open = True


def _lock_columns(lock: Lock | None) -> tuple[bytes | None, int | None]:
    return (lock.token.bytes, lock.until_ms) if lock else (None, None)


def _row(path: str, record: Record) -> tuple[object, ...]:
    dead, content = record.dead_letter, record.content
    return (
        path,
        record.sequence,
        record.state,
        record.enqueued_ms,
        record.enqueue_sequence,
        record.expires_ms,
        record.delivery_count,
        *_lock_columns(record.lock),
        dead is not None,
        dead.reason if dead else None,
        dead.description if dead else None,
        record.source,
        content.message_id,
        content.session_id,
        content.ttl_ms,
        content.scheduled_ms,
        content.payload,
    )


def _record(row: tuple[Any, ...]) -> Record:
    _, sequence, state, enqueued, enqueue_sequence, expires, deliveries, token, until, *rest = row
    dead, reason, description, source, message_id, session_id, ttl_ms, scheduled_ms, payload = rest
    return Record(
        content=Content(payload, message_id, session_id, ttl_ms, scheduled_ms),
        sequence=sequence,
        enqueued_ms=enqueued,
        enqueue_sequence=enqueue_sequence,
        state=MessageState(state),
        expires_ms=expires,
        delivery_count=deliveries,
        dead_letter=DeadLetterReason(reason, description) if dead else None,
        source=source,
        lock=Lock(UUID(bytes=token), until) if token else None,
    )
