"""Somebody is found by what a person types of their name or number (C6)."""

import pytest

from local.dynamics import matches
from shared.phone.searching import digits_of, has, name_pattern, number_pattern


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("oberg", "Björn Öberg"),
        ("ÖBERG", "Bjorn Oberg"),
        ("bjorn ob", "Björn Öberg"),
        ("strauss", "Levi Strauß"),
        ("sorensen", "Søren Sørensen"),
        ("zolc", "Anna Żółć"),
    ],
)
def test_a_name_is_found_without_its_accents(typed: str, name: str) -> None:
    """A name is also found with accents that it does not have."""
    assert has(typed, name)


@pytest.mark.parametrize("typed", ["4567", "40 123", "040123", "+358 40", "(0)40 12"])
def test_a_number_is_found_by_a_part_of_it(typed: str) -> None:
    """In any spelling, among one person's numbers one by one."""
    assert has(typed, "Anna", "+358 9 1001", "+358401234567")
    assert not has("1001358", "Anna", "+358 9 1001", "+358401234567")


@pytest.mark.parametrize(
    ("typed", "found", "not_found"),
    [
        ("oberg", "Björn Öberg", "Berg Oy"),
        ("100%", "100% Natur", "1000 Lakes"),
        ("[a-z]", "Firma [a-z]", "Firma b"),
        ("a_b", "A_B Oy", "AxB Oy"),
    ],
)
def test_dynamics_takes_what_was_typed_literally(typed: str, found: str, not_found: str) -> None:
    """This holds in an environment that distinguishes accents, too."""
    pattern = f"%{name_pattern(typed)}%"
    assert matches(pattern, found)
    assert not matches(pattern, not_found)


def test_dynamics_finds_digits_however_they_are_separated() -> None:
    """A part of a number is no name, and a name no part of a number."""
    assert matches(f"%{number_pattern(digits_of('040 1234'))}%", "(040) 12-34 567")
    assert (digits_of("12"), digits_of("Route 4567"), digits_of("00358 40")) == ("", "", "35840")
