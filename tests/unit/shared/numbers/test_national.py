"""What numbering plans say of digits."""

import pytest

from shared.numbers.national import has_trunk_zero, is_possible, is_short, is_valid, is_written_so


@pytest.mark.parametrize(
    ("digits", "region", "short"),
    [
        ("112", "FI", True),
        ("116117", "FI", True),
        ("15", "FR", True),
        ("911", "US", True),
        ("999", "GB", True),
        ("123", "FI", False),
        ("12000", "FI", False),
        ("1471", "GB", False),
        ("112", None, False),
        ("112", "XX", False),
    ],
)
def test_emergency_and_service_numbers_are_short(digits: str, region: str | None, short: bool) -> None:
    """Of their own country only; codes of one network (``1471``) could be anybody's extension."""
    assert is_short(digits, region) is short


@pytest.mark.parametrize(
    ("digits", "region", "written", "possible", "valid"),
    [
        ("87654321", "SG", True, True, True),
        ("0401234567", "FI", True, True, True),
        ("401234567", "FI", False, True, True),
        ("5552368", "US", False, True, False),
        ("10011002", "FI", False, True, True),
        ("12", "US", False, False, False),
        ("0401234567", None, False, False, False),
        ("0401234567", "XX", False, False, False),
    ],
)
def test_a_country_says_which_digits_are_a_number(
    digits: str, region: str | None, written: bool, possible: bool, valid: bool
) -> None:
    """Written in full, without its zero, without its area code, or none; without a country none is one."""
    assert (is_written_so(digits, region), is_possible(digits, region), is_valid(digits, region)) == (
        written,
        possible,
        valid,
    )


@pytest.mark.parametrize(
    ("region", "zero"),
    [
        ("FI", True),
        ("DE", True),
        ("GB", True),
        ("US", False),
        ("DK", False),
        ("IT", False),
        ("XX", False),
        (None, False),
    ],
)
def test_some_countries_write_a_zero_before_their_numbers(region: str | None, zero: bool) -> None:
    """Not those that write all digits always, nor North America with its 1."""
    assert has_trunk_zero(region) is zero
