"""Filters against what Python finds in the same rows."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.dynamics.data.store import Store
from local.dynamics.data.tables import TABLES
from local.dynamics.odata.filters import compile_filter

TEAM = TABLES["team"]
NAMES = ["", "Sales", "sales team", "O'Hara", "+358 40", "100%", None]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    made = Store(Path(tmp_path_factory.mktemp("filters")) / "db.sqlite", TABLES)
    for number, name in enumerate(NAMES):
        made.insert(TEAM, {"teamid": str(number), "name": name})
    return made


@given(st.lists(st.tuples(st.sampled_from(["and", "or"]), st.booleans(), st.integers(0, len(NAMES) - 1)), max_size=5))
def test_and_or_not_combine_as_in_python(store: Store, terms: list[tuple[str, bool, int]]) -> None:
    """``and`` binds closer than ``or``; ``not`` of an unknown comparison is true, as in Dataverse."""
    text, expression = "name eq 'Sales'", "name == 'Sales'"
    for operator, negated, at in terms:
        shown = "null" if NAMES[at] is None else "'" + str(NAMES[at]).replace("'", "''") + "'"
        text += f" {operator} {'not ' if negated else ''}(name eq {shown})"
        expression += f" {operator} {'not ' if negated else ''}(name == {NAMES[at]!r})"
    sql, values = compile_filter(store.tables, TEAM, text, {})
    found = {row["name"] for row in store.select(TEAM, sql, values)}
    assert found == {name for name in NAMES if eval(expression, {"name": name})}
