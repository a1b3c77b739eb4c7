import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.errors import Misconfigured, Throttled, Unavailable
from shared.health.cures import A_FAULT_OF_OURS, CURES, cure_of, cure_of_slow
from shared.health.dynamics import COLUMNS, ROLE

ROOT = Path(__file__).parents[4]
OUTSIDE = ("dataverse", "enreach", "storage", "bus", "entra")
PASSING = {Unavailable.__name__, Throttled.__name__, Misconfigured.__name__}
OF_ONE_ACTION = {"dataverse-table-missing", "dataverse-tracking-off"}
"""What the index notes by table: their cure names it."""


def raised_outside() -> Iterator[str]:
    """The codes that a connection can fail with."""
    for folder in OUTSIDE:
        for path in (ROOT / "shared" / folder).glob("*.py"):
            if path.name == "phone.py":
                continue  # people's own requests; no check asks so
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in PASSING):
                    continue
                if node.args and isinstance(node.args[0], ast.Constant):
                    yield str(node.args[0].value)


def test_every_way_a_connection_can_fail_has_a_cure_of_its_own() -> None:
    """Nobody is sent to the log for what the page can say."""
    assert set(raised_outside()) - CURES.keys() - OF_ONE_ACTION == set()


@pytest.mark.parametrize("cure", [*CURES.values(), A_FAULT_OF_OURS, cure_of("some-code"), cure_of_slow("queue calls")])
def test_a_cure_says_what_to_do(cure: str) -> None:
    """Something to open, set, give, make or check; never only where to read on."""
    assert "see the log" not in cure
    assert len(cure.split()) > 4


def test_no_check_sends_anybody_to_a_log() -> None:
    """Whatever text stands in the product's health modules."""
    modules = [*(ROOT / "shared").glob("*/health.py"), *(ROOT / "shared/health").glob("*.py")]
    for path in [*modules, ROOT / "shared/callbacks/unhandled.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not re.search(r"(see|look at|check) .*\blog of\b", node.value), f"{path.name}: {node.value}"


def test_the_role_that_is_checked_is_the_role_that_is_asked_for() -> None:
    """The table of the installation guide and the check name the same privileges."""
    guide = (ROOT / "docs/deploying.md").read_text(encoding="utf-8")
    rows = (line.strip("| ").split(" | ") for line in guide.splitlines() if line.strip().startswith("| "))
    asked = {name: set(row[1].split(", ")) for row in rows if len(row) == 2 for name in row[0].split(", ")}
    assert {table: set(verbs) for table, verbs in ROLE.items()} == {table: asked[table] for table in ROLE}


def test_every_column_of_the_solution_is_looked_for() -> None:
    """What is to be installed is what is checked."""
    listed = json.loads((ROOT / "infra/dynamics/columns.json").read_text(encoding="utf-8"))
    looked_for = {(table, name) for table, (_, wanted) in COLUMNS.items() for name in wanted}
    assert looked_for == {(one["table"], one["name"]) for one in listed}
