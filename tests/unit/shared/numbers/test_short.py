"""Which texts list several short numbers."""

import pytest

from shared.numbers.short import may_be_two, short_ones


@pytest.mark.parametrize(
    ("text", "region", "listed"),
    [
        ("1001 1002", "FI", ("1001", "1002")),
        ("1001-1002", "FI", ("1001", "1002")),
        ("500 223", "FI", ("500", "223")),
        ("15 17 18", "FR", ("15", "17", "18")),
        ("123456 / 123", "SG", ("123456", "123")),
    ],
)
def test_short_numbers_side_by_side_are_a_list(text: str, region: str, listed: tuple[str, ...]) -> None:
    """Extensions of four digits, two of three, the country's own, and any between clear signs."""
    assert short_ones(text, region) == listed


@pytest.mark.parametrize(
    ("text", "region", "why"),
    [
        ("500 123 456", "FI", "a mobile"),
        ("116 117", "FI", "one short number"),
        ("8765 4321 / 8423", "FI", "a line and an extension"),
        ("555-2368 / 112", None, "a line and an emergency number"),
        ("465-116117", "DE", "a line, though its end is a short number"),
        ("113-30", "SG", "one number with a dash"),
        ("123 18", "DK", "two digits are no extension"),
        ("1002 / 17", "US", "two digits are no extension, be they apart or not"),
        ("040 102", "FI", "an area code"),
    ],
)
def test_what_may_be_one_number_is_no_list(text: str, region: str | None, why: str) -> None:
    """Of three groups of three digits, of a longer piece, or of one with two digits nobody makes a list."""
    assert short_ones(text, region) == (), why


@pytest.mark.parametrize(
    ("text", "region", "two"),
    [
        ("1001 102", "FI", ("1001", "102")),
        ("112 1001", "FI", ("112", "1001")),
        ("12345 12346", "DE", ("12345", "12346")),
        ("43210 9219", "FI", ("43210", "9219")),
    ],
)
def test_numbers_of_about_one_length_may_be_two(text: str, region: str, two: tuple[str, str]) -> None:
    """Where one number would have its zero; a short one of the country is never the beginning of a line."""
    assert may_be_two(text, region) == two


@pytest.mark.parametrize(
    ("text", "region", "why"),
    [
        ("123 4567", "FI", "a line without its area code"),
        ("555 2368", "GB", "a line without its area code"),
        ("98765 43210", "IN", "a mobile"),
        ("61 102", "FI", "two digits are no number"),
        ("500 / 98765", "FI", "two lengths"),
        ("037 281", "AT", "an area code"),
        ("1001 1002", "SG", "a country without a zero before its numbers"),
        ("1001 1002 1003", "FI", "three"),
    ],
)
def test_what_is_written_as_one_number_is_one(text: str, region: str, why: str) -> None:
    """A line is often written in two groups."""
    assert may_be_two(text, region) == (), why
