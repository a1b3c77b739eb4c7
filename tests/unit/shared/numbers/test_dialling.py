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
        ("09 1234567 w 4#", "FI", "+35891234567", ",4#"),
        ("09 1234567, 1234", "FI", "+35891234567", ",1234"),
        ("09 1234567,1234567#", "FI", "+35891234567", ",1234567#"),
        ("212-555-2368,123456", "US", "+12125552368", ",123456"),
        ("1001,12", "FI", "1001", ",12"),
        ("1001,,1002", "FI", "1001", ",,1002"),
        ("09 1234 5678", "FI", "+358912345678", ""),
        ("8765 4321", "SG", "+6587654321", ""),
        ("8765-4321", "SG", "+6587654321", ""),
        ("8765 4321", "DK", "+4587654321", ""),
        ("8765 4321", "NO", "87654321", ""),
        ("1588-1234", "KR", "+8215881234", ""),
        ("(737) 874-2833", "US", "+17378742833", ""),
        ("266 696 687", "PT", "+351266696687", ""),
        ("040 1234567", None, "0401234567", ""),
        ("1234567", "FI", "1234567", ""),
        ("116 117", "FI", "116117", ""),
        ("118 118", "GB", "118118", ""),
        ("123 4567", "FI", "1234567", ""),
        ("555-2368", "US", "5552368", ""),
        ("555\u20132368", "US", "5552368", ""),
        ("98765 43210", "IN", "+919876543210", ""),
        ("0401234567 x227", "FI", MATTI, "227"),
        ("112;ext=113", "FI", "112", "113"),
        ("0401234567;ext=113", "FI", MATTI, "113"),
        ("0401234567,112", "FI", MATTI, ",112"),
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
        ("112, 040 1234567", "FI", ["112", MATTI]),
        ("112; 0401234567", "FI", ["112", MATTI]),
        ("112 w 0401234567", "FI", ["112", MATTI]),
        ("112,,0401234567", "FI", ["112", MATTI]),
        ("911, 212 555 2368", "US", ["911", "+12125552368"]),
        ("1001 / 1002", "FI", ["1001", "1002", "+35810011002"]),
        ("1001 - 1002", "FI", ["1001", "1002", "+35810011002"]),
        ("1001-1002", "FI", ["1001", "1002", "+35810011002"]),
        ("1001 1002", "FI", ["1001", "1002", "+35810011002"]),
        ("5001 5002", "FI", ["5001", "5002", "+35850015002"]),
        ("2001 / 2002", "SE", ["2001", "2002", "+4620012002"]),
        ("1234 5678", "FI", ["1234", "5678", "12345678"]),
        ("1001 1002 1003", "FI", ["1001", "1002", "1003"]),
        ("040,123,4567", "FI", [MATTI]),
        ("1001, 1002", "FI", ["1001", "1002"]),
        ("0401234567, 7654321", "FI", [MATTI, "7654321"]),
        ("08-123 456, 123 457", "SE", ["+468123456", "123457"]),
        ("101 / 102", "FI", ["101", "102", "+358101102"]),
        ("101 102", "FI", ["101", "102", "+358101102"]),
        ("1001 102", "FI", ["1001", "102", "+3581001102"]),
        ("112 113", "FI", ["112", "113"]),
        ("112 - 113", "FI", ["112", "113"]),
        ("911 311", "US", ["911", "311"]),
        ("15 17 18", "FR", ["15", "17", "18"]),
        ("112 x0401234567", "FI", ["112", MATTI]),
        ("112p0401234567", "FI", ["112", MATTI]),
        ("040 1234567 ext. 0507654321", "FI", [MATTI, "+358507654321"]),
        ("+358401234567;ext=0507654321", "FI", [MATTI, "+358507654321"]),
        ("0401234567x+358507654321", "FI", [MATTI, "+358507654321"]),
        ("212-555-2368, 555-2369", "US", ["+12125552368", "5552369"]),
        ("212-555-2368 / 555-2369", "US", ["+12125552368", "5552369"]),
        ("212-555-2368 or 555-2369", "US", ["+12125552368", "5552369"]),
        ("09 1234567 / 7654321", "FI", ["+35891234567", "7654321"]),
        ("112 0401234567", "FI", ["112", MATTI]),
        ("0401234567 112", "FI", [MATTI, "112"]),
        ("0401234567, 112", "FI", [MATTI, "112"]),
        ("0401234567 / 112", "FI", [MATTI, "112"]),
        ("Poliisi 112, Matti 040 1234567", "FI", ["112", MATTI]),
        ("1-800-FLOWERS / 212 555 2368", "US", ["+18003569377", "+12125552368"]),
        ("1-800-FLOWERS, 040 1234567", "FI", ["+18003569377", MATTI]),
        ("112, 266696687", "FI", ["112"]),
        ("1001, 7378742833", "FI", ["1001"]),
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
        *("1234567-8", "1234567\u20138", "0201256-6", "00100 Helsinki", "00180 Helsinki"),
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


@given(
    st.lists(
        st.sampled_from(["112", "101", "1001", MATTI, "040 1234567", "555-2369", "266696687", "1-800-FLOWERS"])
    ).flatmap(
        lambda parts: st.sampled_from([" ", " / ", ", ", ",", ";", " - ", " x", "p", " or "]).map(
            lambda by: by.join(parts)
        )
    ),
    st.sampled_from(["FI", "US", "DE", "SG", None]),
)
def test_what_is_offered_can_be_called_when_it_is_chosen(text: str, region: str | None) -> None:
    """And is called as it was shown."""
    try:
        dialled(text, region)
    except InvalidInput as refusal:
        offered = refusal.details.get("numbers", [])
        assert isinstance(offered, list)
        assert [dialled(one, region) for one in offered] == [Dialled(one) for one in offered]


@pytest.mark.parametrize(
    ("text", "region", "number", "keys"),
    [
        ("0401234567,4", "FI", "+358401234567", ",4"),
        ("1001;911", "NO", "1001", ",911"),
        ("040 1234567 / 12", "DE", "+49401234567", ""),
        ("123456", "NO", "123456", ""),
        ("123456789012345", None, "123456789012345", ""),
        (f"0401234567,,{'1' * 38}", "FI", MATTI, f",,{'1' * 38}"),
    ],
)
def test_what_stands_beside_a_number_is_no_number_where_it_is_too_short(
    text: str, region: str | None, number: str, keys: str
) -> None:
    """An extension may be as long as a short number; a number may be as long as E.164 allows, keys 40 signs."""
    assert dialled(text, region) == Dialled(number, keys)


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("1234567", "NO"),
        ("1002-110", "SG"),
        ("123456 (2", "NO"),
        ("1234567890123456", None),
        (f"0401234567,,{'1' * 39}", "FI"),
    ],
)
def test_what_is_one_digit_too_long_is_refused(text: str, region: str | None) -> None:
    """Neither a short number, nor one of the country, nor of any; nor are its keys ever pressed."""
    with pytest.raises(InvalidInput, match="number-unreadable"):
        dialled(text, region)


@pytest.mark.parametrize(
    ("text", "region", "numbers"),
    [
        ("358 1002", "SG", ["358", "1002"]),
        ("12, 911", "DE", ["12", "911"]),
        ("8765 4321;050 7654321", "DE", ["+4987654321", "+49507654321"]),
        ("112p8765 4321", "SG", ["112", "+6587654321"]),
        ("212 555 0123\n09 1001004", "FI", ["2125550123", "+35891001004"]),
    ],
)
def test_two_numbers_in_a_text_are_both_offered(text: str, region: str, numbers: list[str]) -> None:
    """As each is dialled in that country: never as another country's, nor as one."""
    with pytest.raises(InvalidInput, match="number-ambiguous") as refusal:
        dialled(text, region)
    assert refusal.value.details["numbers"] == numbers
