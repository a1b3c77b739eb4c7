"""Draws the tables of ``shared/presence/`` into docs/presence.md: ``make tables``."""

import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

from shared.presence.state_machine import TABLES
from shared.presence.table import Cell, DecisionTable

DOCUMENT = Path(__file__).parents[1] / "docs/presence.md"


def drawn(text: str) -> str:
    """The document with each table as it is now, between the marks that name it."""

    def table(found: re.Match[str]) -> str:
        return f"{found[1]}\n{'\n'.join(lines(TABLES[found[2]]))}\n{found[3]}"

    return re.sub(r"(<!-- table: (.+?) -->)\n.*?(<!-- end -->)", table, text, flags=re.DOTALL)


def lines(table: DecisionTable[Any]) -> Iterator[str]:
    yield line([*table.facts, *table.leads_to])
    yield line(["---"] * (len(table.facts) + len(table.leads_to)))
    for cells, result in table.rows:
        results = (result,) if isinstance(result, StrEnum) else result
        yield line([*map(shown, cells), *(f"**{one}**" for one in results)])


def line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def shown(cell: Cell) -> str:
    return cell if isinstance(cell, StrEnum) else " / ".join(cell) or "–"


if __name__ == "__main__":
    DOCUMENT.write_text(drawn(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
