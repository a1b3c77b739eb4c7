"""What stands beside a number."""

import pytest

from shared.errors import InvalidInput
from shared.numbers import numbers_in
from shared.numbers.dialling import Dialled, dialled

MATTI, LIISA = "+358401234567", "+358507654321"


@pytest.mark.parametrize(
    "text",
    [
        "040 1234567 8.00-16.00",
        "040 1234567 8:00 - 16:00",
        "040 1234567 08:00-16",
        "040 1234567 7.30\u201315",
        "040 1234567 9-16.30",
        "040 1234567 24/7",
        "040 1234567 7/24",
        "24/7 040 1234567",
        "040 1234567 0,08 €/min",
        "040 1234567 8 snt/min",
        "040 1234567 (8,35 snt/puh + 16,69 snt/min)",
        "040 1234567 1,99 e/min+pvm",
        "040 1234567 99 ct",
        "040 1234567 $5",
        "040 1234567 30.11.2026",
        "30.11.2026 040 1234567",
        "2026-11-30 040 1234567",
        "040 1234567 30/11/2026",
        "040 1234567 [2]",
        "040 1234567²",
        "040 1234567½",
        "① 040 1234567",
    ],
)
def test_a_remark_is_never_read_into_the_number(text: str) -> None:
    """Its digits at the end of the number would be somebody else's; the number is found and dialled without them."""
    assert numbers_in(text, "FI") == {MATTI}
    assert dialled(text, "FI") == Dialled(MATTI)


@pytest.mark.parametrize("text", ["040 1234567 8 - 16", "040 1234567 8", "040 1234567 1.", "040 1234567 (1,99)"])
def test_a_digit_that_stands_alone_behind_a_whole_number_is_doubtful(text: str) -> None:
    """The end of the number, or something else: nobody is found, and the agent is asked (C1)."""
    assert numbers_in(text, "FI") == frozenset()
    with pytest.raises(InvalidInput, match="number-ambiguous") as refusal:
        dialled(text, "FI")
    assert MATTI in (refusal.value.details or {})["numbers"]


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("0 4 0 1 2 3 4 5 6 7", "FI", MATTI),
        ("050 123 456 7", "FI", "+358501234567"),
        ("91 123 456 7", "ES", "+34911234567"),
        ("+49 7736 9219 0", "DE", "+49773692190"),
        ("02.03.20.04.05", "FR", "+33203200405"),
        ("22.11.20.12", "DK", "+4522112012"),
    ],
)
def test_a_number_that_looks_like_a_remark_is_a_number(text: str, region: str, number: str) -> None:
    """Pairs and single digits are how some write all of it."""
    assert numbers_in(text, region) == {number}


@pytest.mark.parametrize("text", ["30.11.2026", "2026-11-30", "12.12.2012", "24/7", "8 snt"])
def test_a_remark_alone_is_no_number(text: str) -> None:
    """The digits of a remark are not dialled."""
    for region in ("FI", "DK"):
        assert numbers_in(text, region) == frozenset()
        with pytest.raises(InvalidInput, match="number-unreadable"):
            dialled(text, region)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("040 1234567,,412345678#", ",,412345678#"),
        ("040 1234567,,412 345 678#", ",,412345678#"),
        ("040 1234567,,0507654321#", ",,0507654321#"),
        ("040 1234567,,83012345678#,,,,*123456#", ",,83012345678#,,,,*123456#"),
        ("040 1234567,,412345678", ",,412345678"),
        ("040 1234567 alanro 12", "12"),
        ("040 1234567 anknytning 12", "12"),
        ("tel:+358401234567;postd=22", ",22"),
    ],
)
def test_keys_of_a_conference_are_no_second_number(text: str, keys: str) -> None:
    """However much they look like one: they are pressed after the answer."""
    assert numbers_in(text, "FI") == {MATTI}
    assert dialled(text, "FI") == Dialled(MATTI, keys)


@pytest.mark.parametrize(
    "text",
    [
        "06221/123456 0171/1234567",
        "06221/123456 - 0171/1234567",
        "06221/123456 / 0171/1234567",
        "06221/123456/0171/1234567",
        "06221/123456 privat 0171/1234567",
        "06221/123456 (privat) 0171/1234567 (mobil)",
        "Tel: 06221/123456 Fax: 0171/1234567",
        "Tel.:06221/123456 Mobil:0171/1234567",
        "T +49 6221/123456 M +49 171/1234567",
        "06221/123456 oder 0171/1234567",
        "06221/123456 +49 171/1234567",
    ],
)
def test_two_numbers_with_slashes_inside_are_two(text: str) -> None:
    """In Germany, Austria and Belgium a slash stands behind the area code: none of both is lost, or dialled unasked."""
    assert numbers_in(text, "DE") == {"+496221123456", "+491711234567"}
    with pytest.raises(InvalidInput, match="number-ambiguous"):
        dialled(text, "DE")


@pytest.mark.parametrize(
    ("text", "region", "numbers"),
    [
        ("+49 7736 9219 - 0", "FI", {"+49773692190"}),
        ("07736 9219 - 12", "DE", {"+497736921912"}),
        ("030 / 90182 - 0", "DE", {"+4930901820"}),
        ("01/234 56 78 - 10", "AT", {"+431234567810"}),
        ("06221 123456 - 06221 123457", "DE", {"+496221123456", "+496221123457"}),
        ("040 1234567 - 9", "FI", {MATTI}),
        ("09 123 4567 / Matti 050 7654321", "FI", {"+35891234567", LIISA}),
        ("040 1234567 8-16 / 050 7654321 16-24", "FI", set()),
        ("tel:1234567;phone-context=+3589", "FI", {"+35891234567"}),
    ],
)
def test_a_spaced_dash_is_read_as_the_number_s_country_writes_it(text: str, region: str, numbers: set[str]) -> None:
    """Before an extension that is part of the number in Austria and Germany, before another ending elsewhere."""
    assert numbers_in(text, region) == numbers
