"""What is dialled of what was typed, pasted or clicked."""

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InvalidInput
from shared.numbers.dialling import Dialled, dialled

MATTI = "+358401234567"


@pytest.mark.parametrize(
    ("text", "region", "number", "keys"),
    [
        ("040 123 4567", "FI", MATTI, ""),
        ("+358 (0)40 123-4567", "FI", MATTI, ""),
        ("０４０１２３４５６７", "FI", MATTI, ""),
        ("٠٤٠١٢٣٤٥٦٧", "FI", MATTI, ""),
        ("１１２", "FI", "112", ""),
        ("1 001", "FI", "1001", ""),
        ("TEL:112", "FI", "112", ""),
        ("*21#", "FI", "*21#", ""),
        ("*21*0401234567#", "FI", "*21*0401234567#", ""),
        ("Matti 040 1234567", "FI", MATTI, ""),
        ("040 1234567/8", "FI", MATTI, ""),
        ("1-800-FLOWERS", "US", "+18003569377", ""),
        ("tel:+358401234567;ext=2", "FI", MATTI, "2"),
        ("tel:0401234567;phone-context=+358", "FI", MATTI, ""),
        ("040 1234567 ext. 12", "FI", MATTI, "12"),
        ("040 1234567 x12", "FI", MATTI, "12"),
        ("+1 (800) 356-9377 x4", "US", "+18003569377", "4"),
        ("+358 9 1234567,,227#", "FI", "+35891234567", ",,227#"),
        ("+35891234567;227", "FI", "+35891234567", ",227"),
        ("+35891234567p5w6", "FI", "+35891234567", ",5,6"),
        ("040 1234567", None, "0401234567", ""),
        ("1234567", "FI", "1234567", ""),
    ],
)
def test_one_number_is_dialled_as_what_it_is(text: str, region: str | None, number: str, keys: str) -> None:
    """In E.164 where it is one, short numbers and codes as they are; an extension becomes keys (C1)."""
    assert dialled(text, region) == Dialled(number, keys)


@pytest.mark.parametrize(
    ("text", "region", "numbers"),
    [
        ("040 1234567 / 050 7654321", "FI", [MATTI, "+358507654321"]),
        ("040 1234567, 050 7654321", "FI", [MATTI, "+358507654321"]),
        ("040 1234567 050 7654321", "FI", [MATTI, "+358507654321"]),
        ("0409990177.0", "FI", ["+358409990177", "+3584099901770"]),
        ("49 7755 91155", "DE", ["+49775591155", "+4949775591155"]),
        ("46701234567", "FI", ["+46701234567"]),
        ("040 1234567 8-16", "FI", [MATTI]),
        ("1-800-FLOWERS", "FI", ["+18003569377"]),
    ],
)
def test_what_has_several_readings_is_offered_and_not_dialled(text: str, region: str, numbers: list[str]) -> None:
    """The agent chooses; nothing of it is squeezed into one number."""
    with pytest.raises(InvalidInput, match="number-ambiguous") as refusal:
        dialled(text, region)
    assert refusal.value.details == {"numbers": numbers}


@pytest.mark.parametrize(
    "text",
    [
        *("", "abc", "Matti 2", "*", "+", "+12", "-", "1" * 21, "1;ext=2", "0800 FLOWERS", "12 34 8-16"),
        *("*21*+358401234567#", "Soita *21*0401234567#", "0401234567#", "+358401234567@evil.example"),
        *("sip:+358401234567@evil.example", "sip:0401234567", "+266696687", "040 12 / 050 76", "x" * 10_000),
    ],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    """Least of all are digits inside an address or a code dialled."""
    with pytest.raises(InvalidInput, match="number-unreadable"):
        dialled(text, "FI")


@given(st.text(max_size=60) | st.from_regex(r"[+0-9 ()/.,;*#xpw@-]{1,40}", fullmatch=True))
def test_nothing_but_a_number_and_keys_is_ever_dialled(text: str) -> None:
    """And reading the number again gives the same number."""
    with suppress(InvalidInput):
        called = dialled(text, "FI")
        assert re.fullmatch(r"\+?[0-9*#]{2,20}", called.number)
        assert re.fullmatch(r"[0-9*#,]{0,40}", called.keys)
        assert dialled(called.number, "FI") == Dialled(called.number)
