"""Custom columns that are taken away."""

from pathlib import Path

import pytest

from local.dynamics.columns import CustomColumns
from local.dynamics.data.schema import with_custom_columns
from local.dynamics.data.store import Store
from local.dynamics.data.tables import TABLES

POOL = {"table": "phonecall", "name": "voice_pool"}


@pytest.fixture
def solution(tmp_path: Path) -> Path:
    path = tmp_path / "columns.json"
    path.write_text('[{"table": "phonecall", "name": "voice_pool", "type": "String", "key": "voice_key"}]')
    return path


def test_a_removed_column_stays_removed_after_a_restart(tmp_path: Path, solution: Path) -> None:
    """With the alternate key that it was part of; restored, both are there again."""
    there: list[bool] = []
    for removed in (True, None, False, None):
        store = Store(tmp_path / "db.sqlite", with_custom_columns(TABLES, solution))
        columns = CustomColumns(store)
        if removed is not None:
            columns.switch({**POOL, "removed": removed})
        table = store.tables["phonecall"]
        assert ("voice_pool" in table.columns) == ("voice_key" in table.keys)
        there.append("voice_pool" in table.columns)
        store.close()
    assert there == [False, False, True, True]
