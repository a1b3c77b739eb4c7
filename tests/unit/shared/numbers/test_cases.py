"""The table of spellings, row by row."""

import pytest

from shared.numbers import numbers_in, to_e164
from tests.fixtures.cases import rows


@pytest.mark.parametrize(("text", "region", "right", "why"), rows("phone-numbers.tsv"))
def test_a_spelling_gives_its_numbers_and_no_others(text: str, region: str, right: str, why: str) -> None:
    """A wrong person is worse than nobody, nobody is worse than the right one (D11, K3)."""
    wanted = frozenset() if right == "-" else frozenset(right.split())
    assert numbers_in(text, region) == wanted, why
    assert to_e164(text, region) == (right if len(wanted) == 1 else None)
