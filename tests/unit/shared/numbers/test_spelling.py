"""What slashes, dashes, letters and lone digits mean in the numbers of a country."""

import pytest

from shared.numbers import is_region, numbers_in
from shared.numbers.parsing import spelled

MATTI = "+358401234567"


@pytest.mark.parametrize(
    ("text", "region", "numbers"),
    [
        ("01 2345/100", "AT", {"+4312345100"}),
        ("020 7946 / 0958", "GB", {"+442079460958"}),
        ("116 117 / 40 1234567", "FI", {MATTI}),
        ("030 12345 / 67", "DE", {"+493012345"}),
        ("030 12345 / 670", "DE", set()),
        ("030 90182 / 3456", "DE", set()),
        ("030 901820 / 3456", "DE", {"+4930901820"}),
        ("09 123 4567 / 890", "FI", {"+35891234567"}),
        ("030 1234567 / 30765432", "DE", {"+49301234567"}),
        ("+358401234567 / +49 171/1234567", "FI", {MATTI, "+491711234567"}),
        ("030/901820/0171/1234567", "DE", {"+4930901820", "+491711234567"}),
        ("030 901820 8-16 / 0171 1234567", "DE", {"+491711234567"}),
        ("+49/0800 123 456", None, {"+49800123456"}),
    ],
)
def test_what_stands_behind_a_slash_is_read_by_how_long_both_are(text: str, region: str, numbers: set[str]) -> None:
    """The line of an area code, another ending, or a number of its own; where it can be two of them, nobody."""
    assert numbers_in(text, region) == numbers


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("07736 9219 - 1234", "DE", "+49773692191234"),
        ("030 12345 - 9595", "DE", "+4930123459595"),
        ("+49 7736 9219 - 12", "US", "+497736921912"),
        ("07736 9219 - (12)", "DE", "+4977369219"),
        ("030 901820 - 10117", "DE", "+4930901820"),
        ("0171 12345678 - 1234", "DE", "+4917112345678"),
        ("030 901820/12", "DE", "+4930901820"),
        ("3012345-6", "DE", "+4930123456"),
    ],
)
def test_a_dash_stands_before_an_extension_of_four_digits_at_most(text: str, region: str, number: str) -> None:
    """In Germany and Austria, from wherever they are called; not before a postcode, nor where no number is as long."""
    assert numbers_in(text, region) == {number}


@pytest.mark.parametrize(
    ("text", "region", "numbers"),
    [
        ("07736 9219 0", "DE", {"+49773692190"}),
        ("07736 9219 5", "DE", set()),
        ("040 1234567 0", "FI", set()),
        ("0171 12345678 9", "DE", set()),
        ("+1 555 123 4567 8", "US", set()),
        ("+32 2 123 45 67 8 - 16", "FI", set()),
        ("040 1234567 050 7654321 8-16", "FI", {MATTI}),
    ],
)
def test_what_stands_alone_behind_a_number_is_its_end_in_germany_only_if_it_is_a_zero(
    text: str, region: str, numbers: set[str]
) -> None:
    """A central line ends in ``-0``; any other digit may be a remark, and of hours nobody knows."""
    assert numbers_in(text, region) == numbers


@pytest.mark.parametrize(
    ("text", "region", "numbers"),
    [
        ("1-800-GET-7654", "US", {"+18004387654"}),
        ("212 555016 NY", "US", set()),
        ("800 FLOWERS", "GB", set()),
        ("800 FLOWERS", None, set()),
        ("0800 FLOWERS 040 1234567", "FI", {MATTI}),
        ("Raum 12345", "AT", set()),
        ("040*1234567", "FI", set()),
        ("*31#0401234567", "FI", set()),
    ],
)
def test_letters_are_digits_in_north_america_only(text: str, region: str | None, numbers: set[str]) -> None:
    """Three at least; elsewhere they are words, and signs of a code are no part of a number."""
    assert numbers_in(text, region) == numbers


@pytest.mark.parametrize(
    ("text", "region", "numbers"),
    [
        ("+1 555 123 4567", "FI", {"+15551234567"}),
        ("555 123 4567", "US", set()),
        ("+358 00 40 1234567", "FI", set()),
        ("+358 0093864354", "DE", set()),
    ],
)
def test_an_international_number_must_be_possible_and_a_national_one_known(
    text: str, region: str, numbers: set[str]
) -> None:
    """A country may have new numbers; zeros behind its code are none."""
    assert numbers_in(text, region) == numbers


@pytest.mark.parametrize(
    ("text", "region", "readings"),
    [
        ("46701234567 x12", "FI", ["+46701234567"]),
        ("49 7755 91155 x12", "DE", ["+49775591155", "+4949775591155"]),
        ("+43 1 234 5678 x911", "DE", ["+4312345678"]),
        ("46 8 123 456", "FI", ["+468123456", "+358468123456"]),
    ],
)
def test_an_extension_is_never_read_into_a_number_without_its_plus(text: str, region: str, readings: list[str]) -> None:
    """Its digits would make somebody else's."""
    assert [reading for one in spelled(text, region) for reading in one.readings] == readings


@pytest.mark.parametrize(("text", "known"), [("FI", True), ("US", True), ("fi", False), ("XX", False), ("", False)])
def test_a_region_is_a_country_in_capitals(text: str, known: bool) -> None:
    """As ISO 3166 writes it."""
    assert is_region(text) is known
