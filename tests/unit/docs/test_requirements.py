"""docs/requirements.md against the code: each requirement is found where the table says."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
ROWS = {
    row[0]: row[1:]
    for line in (ROOT / "docs/requirements.md").read_text().splitlines()
    if re.match(r"\| [A-L]\d+ \|", line)
    for row in [[cell.strip().strip("`") for cell in line.strip("|").split("|")]]
}
COUNTS = {"A": 5, "B": 5, "C": 8, "D": 11, "E": 5, "F": 9, "G": 4, "H": 5, "I": 8, "J": 6, "K": 10, "L": 10}
BUILT = {name: row for name, row in ROWS.items() if row[1] != "planned"}


def named_in(text: str) -> set[str]:
    """The requirements that a text names, one by one or as a range (``E1-E4``, ``B1–B3``)."""
    single = set(re.findall(r"\b[A-L]\d{1,2}\b", text))
    ranges = re.findall(r"\b([A-L])(\d{1,2})[-–](?:\1)?(\d{1,2})\b", text)
    return single | {f"{letter}{n}" for letter, first, last in ranges for n in range(int(first), int(last) + 1)}


def test_every_requirement_has_its_row() -> None:
    """No requirement is left out, none is invented."""
    assert list(ROWS) == [f"{letter}{n}" for letter, count in COUNTS.items() for n in range(1, count + 1)]


@pytest.mark.parametrize("name", BUILT)
def test_a_requirement_lies_where_the_table_says(name: str) -> None:
    """Its file is there and names it; its test is there."""
    _, file, test = BUILT[name]
    assert name in named_in((ROOT / file).read_text())
    path, _, function = test.partition("::")
    assert f"def {function}(" in (ROOT / path).read_text()
