"""Documents against the code: the files they name are there, and docs/architecture.md names all that is kept."""

import re
from pathlib import Path

import pytest

from shared.bus.names import QUEUES

ROOT = Path(__file__).parents[3]
DOCUMENTS = [*(ROOT / "docs").glob("*.md"), *ROOT.glob("*.md"), *(ROOT / "local").rglob("README.md")]
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
FOLDERS = ("functions", "shared", "voicecloud", "local", "lab", "webphone", "scripts", "tests")
THEIRS = {"/webresources/Widget/msdyn_ciLibrary.js"}  # Microsoft's


def sources(folder: str) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / folder).rglob("*.py")))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_source_files_that_are_named_are_there(document: Path) -> None:
    """By their whole path, or by the end of it."""
    there = [f"/{path.relative_to(ROOT)}" for folder in FOLDERS for path in (ROOT / folder).rglob("*.*")]
    there.append("/function_app.py")
    named = set(re.findall(r"[\w/.-]+\.(?:py|m?js)\b", document.read_text(encoding="utf-8"))) - THEIRS
    assert {name for name in named if not any(path.endswith(f"/{name}") for path in there)} == set()


def test_every_table_and_queue_has_its_line() -> None:
    """Those of the app and those of the voice cloud; none is named that nobody uses."""
    model = ARCHITECTURE.split("## The data model")[1]
    tables = set(re.findall(r'tables\.table\("(\w+)"\)', sources("shared")))
    tables |= set(re.findall(r'^TABLE = "(\w+)"', sources("voicecloud"), re.MULTILINE))
    documented = set(re.findall(r"^\| `(\w+)` \|", model, re.MULTILINE)) - {"queueitem", "systemuser"}
    assert documented == tables
    assert {name for name in QUEUES if f"`{name}`" not in model} == set()


def test_every_function_that_writes_is_there() -> None:
    """The functions that the tables of the data model name."""
    tables = ARCHITECTURE.split("### Tables of the app")[1].split("### Queues")[0]
    named = {name for name in re.findall(r"`(\w+_\w+)`", tables) if name.islower()}
    there = set(re.findall(r"^async def (\w+)\(", sources("functions"), re.MULTILINE))
    assert len(named) > 8
    assert named <= there
