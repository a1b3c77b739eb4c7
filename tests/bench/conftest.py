"""Every figure goes into one table, printed when all are measured.

How fast things are says something of the machine too: a bar that is missed is marked in the table and fails nothing.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TABLE = pytest.StashKey[list["Figure"]]()


@dataclass(frozen=True)
class Figure:
    """``area``: the file that measures it. ``bar``: what is promised, where something is."""

    area: str
    name: str
    value: str
    bar: str


@dataclass(frozen=True)
class Figures:
    """Notes figures of one test."""

    table: list[Figure]
    area: str

    def __call__(self, name: str, value: str, bar: str = "", *, met: bool = True) -> None:
        self.table.append(Figure(self.area, name, value, bar if met else f"{bar}  MISSED"))

    def times(self, name: str, taken_ms: Sequence[float], bar_ms: float | None = None, digits: int = 0) -> None:
        """Median, 95th percentile, which the bar is for, and longest of these."""
        p50, p95 = statistics.median(taken_ms), statistics.quantiles(taken_ms, n=20, method="inclusive")[18]
        shown = ", ".join(
            f"{word} {one:,.{digits}f}" for word, one in (("p50", p50), ("p95", p95), ("max", max(taken_ms)))
        )
        bar = "" if bar_ms is None else f"p95 {bar_ms:,.0f} ms"
        self(name, f"{shown} ms of {len(taken_ms)}", bar, met=bar_ms is None or p95 <= bar_ms)


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Figures:
    area = request.path.relative_to(HERE).with_suffix("").as_posix().replace("test_", "")
    return Figures(request.config.stash.setdefault(TABLE, []), area)


def rows(table: Sequence[Figure]) -> list[str]:
    """As text, in columns; an area is named once."""
    lines, widths = [], [max(len(one) for one in column) for column in zip(*map(_cells, table), strict=True)]
    area = ""
    for figure in table:
        if figure.area != area:
            area = figure.area
            lines.append(area)
        name, value, bar = (cell.ljust(width) for cell, width in zip(_cells(figure), widths, strict=True))
        lines.append(f"  {name}  {value}  {bar}".rstrip())
    return lines


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    table = terminalreporter.config.stash.get(TABLE, [])
    if table:
        terminalreporter.section("figures: what, measured, promised")
        terminalreporter.write_line("\n".join(rows(table)))


def _cells(figure: Figure) -> tuple[str, str, str]:
    return figure.name, figure.value, figure.bar
