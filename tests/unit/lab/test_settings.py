"""Settings of the lab."""

import re
from pathlib import Path

import pytest

from lab.settings import LabSettings
from shared.errors import Misconfigured


def test_nothing_set_means_no_traffic() -> None:
    """Nobody calls unless told to."""
    assert LabSettings.from_environment({}) == LabSettings(calls_per_hour=0.0, seed=1)


def test_traffic_and_its_seed_are_read() -> None:
    """From LAB_ variables."""
    assert LabSettings.from_environment({"LAB_CALLS_PER_HOUR": "240", "LAB_SEED": "7"}) == LabSettings(240.0, 7)


@pytest.mark.parametrize("value", ["many", "-1", "inf", "nan"])
def test_what_is_no_amount_is_refused(value: str) -> None:
    """The message names the variable."""
    with pytest.raises(Misconfigured, match="LAB_CALLS_PER_HOUR"):
        LabSettings.from_environment({"LAB_CALLS_PER_HOUR": value})


def test_the_document_lists_what_is_read() -> None:
    """docs/lab.md has a line for each LAB_ setting that the lab reads, and for no other."""
    root = Path(__file__).parents[3]
    read = {name for path in (root / "lab").rglob("*.py") for name in re.findall(r'"(LAB_[A-Z_]+)"', path.read_text())}
    documented = re.findall(r"^\| `(LAB_\w+)` \|", (root / "docs/lab.md").read_text(), re.MULTILINE)
    assert len(documented) == len(set(documented))
    assert set(documented) == read != set()
