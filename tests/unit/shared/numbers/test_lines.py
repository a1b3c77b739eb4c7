"""Which numbers are one line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.numbers import line_of, lines_in, numbers_in
from tests.fixtures.cases import rows


@pytest.mark.parametrize(("stored", "caller", "why"), rows("same-line.tsv"))
def test_two_ways_to_show_a_line_are_one_line(stored: str, caller: str, why: str) -> None:
    """A caller is found whichever of them is in Dynamics and whichever the network shows (K3)."""
    assert lines_in(stored, "FI") == lines_in(caller, "FI") == {line_of(caller)}, why


@pytest.mark.parametrize(
    ("before", "today"),
    [
        ("+225 47 12 34 56", "+2250747123456"),
        ("+225 05 12 34 56", "+2250505123456"),
        ("+225 01 12 34 56", "+2250101123456"),
        ("+229 97 12 34 56", "+2290197123456"),
        ("+55 11 8765 4321", "+5511987654321"),
        ("+52 1 33 1234 5678", "+523312345678"),
    ],
)
def test_an_old_number_is_read_as_the_one_that_it_has_become(before: str, today: str) -> None:
    """What was written years ago is found, and can be called."""
    assert numbers_in(before, "FI") == {today}


@pytest.mark.parametrize(
    "number", ["+5511387654321", "+551138765432", "+541166773399", "+525512345678", "+358401234567", "+2250707123456"]
)
def test_a_line_that_is_shown_in_one_way_only_keeps_its_number(number: str) -> None:
    """Fixed lines of Brazil have no ninth digit, and Finland has changed nothing."""
    assert line_of(number) == number


@given(st.from_regex(r"\+(521?|549?|22[59]|55|358|)[0-9]{6,12}", fullmatch=True))
def test_a_key_is_its_own_key(number: str) -> None:
    """So that index and caller may each make one of whatever they have."""
    assert line_of(line_of(number)) == line_of(number)
