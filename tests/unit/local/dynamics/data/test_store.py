"""Transactions of the store."""

from pathlib import Path
from typing import Any

import pytest

from local.dynamics.data.schema import with_custom_columns
from local.dynamics.data.store import Store
from local.dynamics.data.tables import TABLES

TEAM = TABLES["team"]


def test_what_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    """Rows, changes and notifications are undone together; nested transactions are part of the outer one."""
    store = Store(tmp_path / "db.sqlite", TABLES)
    told: list[Any] = []
    store.committed.append(told.extend)
    with pytest.raises(ValueError, match="stop"), store.transaction():  # noqa: PT012 (the whole block is undone)
        with store.transaction():
            store.insert(TEAM, {"teamid": "1", "name": "A"})
            store.note("inner")
        raise ValueError("stop")
    assert (store.get(TEAM, "1"), store.change_number(), told) == (None, 0, [])
    with store.transaction():
        store.insert(TEAM, {"teamid": "1", "name": "A"})
        store.note("written")
        assert told == []
    assert told == ["written"]
    store.close()


def test_a_database_gains_the_columns_that_are_new(tmp_path: Path) -> None:
    """An environment is opened again with more columns than it was made with, and has its rows."""
    columns = tmp_path / "columns.json"
    columns.write_text('[{"table": "team", "name": "voice_code", "type": "String"}]')
    path = tmp_path / "db.sqlite"
    store = Store(path, TABLES)
    store.insert(TEAM, {"teamid": "1", "name": "A"})
    store.close()
    wider = Store(path, with_custom_columns(TABLES, columns))
    row = wider.get(TEAM, "1")
    assert row is not None
    assert (row["name"], row["voice_code"]) == ("A", None)
    wider.close()
