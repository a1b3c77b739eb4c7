"""The table definitions, against what a real ``$metadata`` document declares."""

import json
from collections import defaultdict
from functools import cache
from operator import attrgetter
from pathlib import Path

import pytest

from local.dynamics.data.schema import TableSchema, Type, with_custom_columns
from local.dynamics.data.tables import TABLES
from tests.fixtures.cases import rows

BASIC = [table for table in TABLES.values() if not table.name.startswith("msdyn_")]
"""Tables that an environment has without the contact centre, as the document's."""
NEWER = {
    "phonecall.ownerid_phonecall",
    "queue.owninguser",
    "queue.owningteam",
    "activityparty.unresolvedpartyname",
}
"""What version 9 has and the document, of version 8, does not."""


@cache
def declared() -> dict[tuple[str, str], dict[str, str]]:
    """Type by name, of the columns and the navigation properties of each table."""
    found: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for table, kind, name, edm_type in rows("dataverse-tables.tsv", beside=False):
        found[table, kind][name] = edm_type
    return found


@pytest.mark.parametrize("table", BASIC, ids=attrgetter("name"))
def test_columns_are_the_real_ones(table: TableSchema) -> None:
    """Every column has the name and type that Dataverse declares."""
    real = declared()[table.name, "column"]
    wrong = {
        f"{table.name}.{column.json_name}": real.get(column.json_name)
        for column in table.columns.values()
        if real.get(column.json_name) != column.edm_type
    }
    assert wrong.keys() <= NEWER, wrong


@pytest.mark.parametrize("table", BASIC, ids=attrgetter("name"))
def test_navigation_properties_are_the_real_ones(table: TableSchema) -> None:
    """Every lookup binds, and every collection expands, under a name that Dataverse declares, to the same table."""
    real = declared()[table.name, "navigation"]
    wrong: dict[str, object] = {}
    for column in table.columns.values():
        for name, targets in column.targets.items():
            expected = targets[0] if len(targets) == 1 else "principal"
            if real.get(name) != expected:
                wrong[f"{table.name}.{name}"] = real.get(name)
    for name, collection in table.collections.items():
        if real.get(name) != f"Collection({collection.table})":
            wrong[f"{table.name}.{name}"] = real.get(name)
    assert wrong.keys() <= NEWER, wrong


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_lookups_point_to_tables_that_are_served(table: TableSchema) -> None:
    """A reference can always be followed, and a status always belongs to a state with a label."""
    for column in table.columns.values():
        assert {target for targets in column.targets.values() for target in targets} <= TABLES.keys()
    if table.states:
        assert table.columns["statuscode"].labels.keys() == table.states.keys()
        assert table.columns["statecode"].labels.keys() == set(table.states.values())


def test_a_solution_adds_columns_and_keys(tmp_path: Path) -> None:
    """Columns of the file join their table; those with the same key name are unique together."""
    path = tmp_path / "columns.json"
    path.write_text(
        json.dumps(
            [
                {"table": "phonecall", "name": "voice_a", "type": "String", "key": "voice_ab"},
                {"table": "phonecall", "name": "voice_b", "type": "Integer", "key": "voice_ab"},
                {"table": "phonecall", "name": "voice_agent", "type": "Lookup", "target": "systemuser"},
            ]
        )
    )
    table = with_custom_columns(TABLES, path)["phonecall"]
    assert (table.columns["voice_a"].max_length, table.columns["voice_b"].type) == (100, Type.INTEGER)
    assert table.keys == {"voice_ab": ["voice_a", "voice_b"]}
    assert table.navigation("voice_agent") == (table.columns["voice_agent"], ("systemuser",))
    assert "voice_a" not in TABLES["phonecall"].columns
