"""Fills an environment from a JSON file: ``{table: [row, …]}``, rows as the Web API takes them."""

import json
from pathlib import Path

from local.dynamics.data.store import Store
from local.dynamics.data.writing import Caller, Writer

SYSTEM = Caller("00000000-0000-0000-0000-000000000000")


def seed(store: Store, writer: Writer, path: Path) -> int:
    """Makes the rows that are not there yet, in the order of the file; gives their number."""
    made = 0
    with store.transaction():
        for name, rows in json.loads(path.read_text(encoding="utf-8")).items():
            table = store.tables[name]
            for row in rows:
                if store.get(table, row[table.key]) is None:
                    inactive = row.pop("inactive", False)
                    key = writer.create(table, row, SYSTEM)
                    if inactive:
                        writer.update(table, key, {"statecode": 1}, SYSTEM)
                    made += 1
    return made
