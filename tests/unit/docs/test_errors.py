import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared import errors
from shared.bus.retry import is_worth_another_try
from shared.errors import Throttled, VoiceError
from shared.health.cures import CURES

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs/errors.md").read_text(encoding="utf-8")
FAMILY = {name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, VoiceError)}
FOLDERS = ("shared", "functions")


def raised() -> Iterator[tuple[str, str, Path]]:
    """Each ``Kind("code", ...)`` and ``read(…, …, "code")`` of the product, as kind, code and where."""
    for path in sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        kinds = {name: name for name in FAMILY} | dict(own_kinds(tree))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                kind = "InvalidInput" if node.func.id == "read" else kinds.get(node.func.id)
                given = next(iter(node.args[2:] if node.func.id == "read" else node.args), None)
                if kind and isinstance(given, ast.Constant):
                    yield kind, str(given.value), path


def own_kinds(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Classes of a module that are derived from one of the family."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield from ((node.name, base.id) for base in node.bases if isinstance(base, ast.Name) and base.id in FAMILY)


def documented() -> dict[str, list[str]]:
    """The rows of the tables of codes: ``{code: [kind, meaning, cure]}``."""
    rows = re.findall(r"^\| `([a-z-]+)` \| `(\w+)` \| (.+?) \| (.+?) \|$", TEXT, re.MULTILINE)
    assert len({code for code, *_ in rows}) == len(rows), "a code is listed twice"
    return {code: rest for code, *rest in rows}


def test_every_code_that_is_raised_is_documented_with_its_kind() -> None:
    """Who reads a code in a log, a problem or a dead letter finds it here."""
    found = {(code, kind) for kind, code, _ in raised()}
    assert found - {(code, row[0]) for code, row in documented().items()} == set()


def test_no_code_is_documented_that_nobody_raises() -> None:
    """The page lists what there is and nothing else."""
    assert documented().keys() - {code for _, code, _ in raised()} == set()


@pytest.mark.parametrize("name", sorted(FAMILY.keys() - {"VoiceError"}))
def test_the_kinds_are_as_the_code_has_them(name: str) -> None:
    """HTTP status and what becomes of a message follow from the kind."""
    kind = FAMILY[name]
    error = Throttled("x", "y", 1) if kind is Throttled else kind("x", "y")
    row = re.search(rf"^\| `{name}` \| (\d+) \| (.+) \|$", TEXT, re.MULTILINE)
    assert row
    assert int(row[1]) == error.status
    assert row[2].startswith("is tried again") == is_worth_another_try(error)


def test_the_health_page_cures_codes_that_exist() -> None:
    """A cure for a code nobody raises would never be seen."""
    assert CURES.keys() - documented().keys() == set()
