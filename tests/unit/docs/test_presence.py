"""docs/presence.md against the tables that decide an agent's status."""

from scripts.presence_tables import DOCUMENT, drawn
from shared.presence.state_machine import TABLES


def test_the_tables_are_drawn_as_they_are() -> None:
    """After a change of a table: ``make tables``."""
    text = DOCUMENT.read_text(encoding="utf-8")
    assert drawn(text) == text
    assert [name for name in TABLES if f"<!-- table: {name} -->" in text] == list(TABLES)
