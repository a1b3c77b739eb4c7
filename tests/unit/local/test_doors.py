"""The Service Bus and the Dynamics of the local run are libraries: each is used by its own door, which is described."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.test_house_rules import ROOT, tracked

LIBRARIES = ("servicebus", "dynamics")


def imports(path: Path) -> Iterator[str]:
    """The modules that a file imports, or imports from."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("library", LIBRARIES)
def test_nobody_else_imports_from_within(library: str) -> None:
    """Its own files and the tests of its parts do; everybody else, other tests too, imports the package itself."""
    within = {
        str(path.relative_to(ROOT)): name
        for path in tracked(".py")
        if library not in path.relative_to(ROOT).parts
        for name in imports(path)
        if name.startswith(f"local.{library}.")
    }
    assert within == {}


@pytest.mark.parametrize("library", LIBRARIES)
def test_each_name_of_the_door_is_described(library: str) -> None:
    """In the library's own README."""
    text = (ROOT / "local" / library / "README.md").read_text(encoding="utf-8")
    names = importlib.import_module(f"local.{library}").__all__
    assert [name for name in names if f"`{name}`" not in text] == []
