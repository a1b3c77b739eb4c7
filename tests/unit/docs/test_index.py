"""Every document is found from docs/index.md, and every link between documents leads somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
FILES = [*DOCS.rglob("*.md"), *ROOT.glob("*.md"), *(ROOT / "local").rglob("README.md")]


def links(file: Path) -> set[Path]:
    """The files that a document links to or shows."""
    text = file.read_text(encoding="utf-8")
    found = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text) + re.findall(r'\b(?:src|srcset)="([^":]+)"', text)
    return {(file.parent / link).resolve() for link in found}


def test_every_document_is_in_the_index() -> None:
    """Decisions have an index of their own."""
    named = links(DOCS / "index.md")
    assert {one for one in DOCS.glob("*.md") if one.name != "index.md"} <= named
    decisions = DOCS / "decisions"
    assert set(decisions.glob("0*.md")) <= links(decisions / "index.md")


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_links_lead_somewhere(file: Path) -> None:
    """Every link leads to a file or folder of the project."""
    assert [link for link in links(file) if not link.exists()] == []
