import re
import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.numbers import line_of, lines_in, mask, numbers_in, to_e164

MATTI = "+358401234567"


@pytest.mark.parametrize(
    "spelling",
    [
        "040 123 4567",
        "+358 (0)40 1234567",
        "00358401234567",
        "tel:+358401234567;ext=2",
        "358401234567",
        "040-1234567",
        "+358.40.123.4567",
        "040 1234567 ext. 5",
        "040 123 4567 x12",
        "０４０ １２３ ４５６７",
        "\u202a+358 40 123 4567\u202c",
        "Matti 040 1234567",
        "0401234567 (home)",
        "tel:0401234567;phone-context=+358",
        "040 - 1234567",
        "040/1234567",
        "040 1234567/8",
        "040 1234567 / 89",
        "040-1234567 (2)",
        "1) 040 1234567",
        "2. 040 1234567",
        "040 1234567 - 9",
        "040 1234567 12.5.",
        "040 1234567 12.5.2026",
    ],
)
def test_every_spelling_of_a_number_is_the_same_number(spelling: str) -> None:
    """However a number is written by hand, its E.164 form is found."""
    assert to_e164(spelling, "FI") == MATTI


@pytest.mark.parametrize(
    "text", ["", "  ", "anonymous", "withheld", "1234", "112", "+", "00", "0800 FLOWERS", "+358+401234567", "n/a", "-"]
)
def test_text_that_is_not_clearly_a_number_is_nobody(text: str) -> None:
    """Withheld, short, vanity and broken texts never become somebody's number."""
    assert numbers_in(text, "FI") == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "040 1234567 / 050 7654321",
        "040 123 4567, 050 7654321",
        "040 1234567 or 050 7654321",
        "040 1234567 - 050 7654321",
        "040 1234567; +358 50 7654321",
        "1) 040 1234567\n2) 050 7654321",
    ],
)
def test_a_field_with_two_numbers_finds_both_and_is_no_single_number(text: str) -> None:
    """Two numbers in one field are both indexed, but such a text never stands for one caller."""
    assert numbers_in(text, "FI") == {MATTI, "+358507654321"}
    assert to_e164(text, "FI") is None


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("089/1234567", "DE", "+49891234567"),
        ("8 800 555 35-35", "RU", "+78005553535"),
        ("01 23 45 67 89", "FR", "+33123456789"),
        ("(212) 555-0123", "US", "+12125550123"),
        ("09 123 45/46", "FI", "+358912345"),
    ],
)
def test_numbers_are_read_as_their_country_writes_them(text: str, region: str, number: str) -> None:
    """Slashes, dashes and pairs of digits mean different things in different countries."""
    assert to_e164(text, region) == number


def test_hours_behind_a_number_are_never_read_into_it() -> None:
    """Where the end may be hours or digits, nobody is found rather than a wrong person."""
    assert numbers_in("040 12345 8-16", "FI") == frozenset()


def test_a_national_number_that_nobody_can_have_is_none() -> None:
    """Digits of a possible length are not enough where no country is written."""
    assert numbers_in("030 000 0000 00", "FI") == frozenset()


def test_without_a_region_only_international_spellings_are_read() -> None:
    """A national spelling is never guessed into a country."""
    assert to_e164("+358 40 1234567", None) == MATTI
    assert to_e164("040 1234567", None) is None


def test_the_same_national_spelling_means_different_people_in_different_regions() -> None:
    """The default region decides what a national spelling means."""
    assert to_e164("040 1234567", "FI") != to_e164("040 1234567", "SE")


@given(
    national=st.integers(min_value=40_000_0000, max_value=40_999_9999),
    separators=st.sampled_from(" -.").flatmap(lambda one: st.lists(st.sampled_from(["", one]), min_size=8, max_size=8)),
    prefix=st.sampled_from(["0", "+358 ", "+358 (0)", "00358", "tel:+358"]),
)
def test_separators_and_prefixes_never_change_the_number(national: int, separators: list[str], prefix: str) -> None:
    """Any grouping behind any of the usual prefixes gives the same E.164 number."""
    digits = str(national)
    grouped = "".join(digit + separator for digit, separator in zip(digits, [*separators, ""], strict=True))
    assume(not re.fullmatch(r"\+?\d+\.0", prefix + grouped))  # that may be a cell taken for a decimal number
    assert to_e164(prefix + grouped, "FI") == f"+358{digits}"


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever a field holds, the answer is a set of E.164 numbers."""
    assert all(number.startswith("+") and number[1:].isdigit() for number in numbers_in(text, "FI"))


def test_a_log_never_shows_a_whole_number() -> None:
    """A mask keeps the country code and two digits at most."""
    assert mask(MATTI) == "+358*******67"
    assert mask("1234") == "**34"
    assert (mask("123"), mask("12")) == ("*23", "**")
    assert mask("") == mask(None) == "withheld"


HOSTILE = st.sampled_from("\ud800\udfff\x00\u200b\u202e\uff10\u0660/-+.,;()|\n\t x*#@0123456789０ﷺ")
WRITTEN = st.text(max_size=99) | st.text(HOSTILE, max_size=99) | st.from_regex(r"[+0-9 ()/.,;x-]{1,60}", fullmatch=True)


@given(WRITTEN, st.sampled_from(["FI", "DE", "US", "IT", "DK", "MX", None]))
def test_reading_a_number_again_gives_the_same_number(text: str, region: str | None) -> None:
    """Whatever was written, wherever: E.164 is what it is in every country."""
    for number in numbers_in(text, region):
        assert numbers_in(number, region) == numbers_in(number, None) == {number}
        assert lines_in(number, region) == {line_of(number)}


@pytest.mark.parametrize(
    "text",
    [
        "0" * 10_000,
        "040 1234567 / " * 800,
        "+" * 10_000,
        "\x00" * 10_000,
        "\ud800040 1234567\udfff" * 700,
        "ﷺ" * 10_000,
        "040 / " * 42,
        "(0)" * 85,
        "1,1;1|" * 42,
        "0 " * 128,
        "x1" * 128,
        "0401234567 " * 23,
    ],
)
def test_a_hostile_text_is_read_in_no_time(text: str) -> None:
    """Ten thousand characters, lone surrogates, NULs: an answer, and within a fraction of a second."""
    began = time.process_time()
    assert len(numbers_in(text, "FI")) <= 2
    assert time.process_time() - began < 0.5


def test_lone_surrogates_and_control_characters_break_nothing() -> None:
    """What stands beside a number is no part of it."""
    assert numbers_in("\x00040 123 4567\x00", "FI") == {MATTI}
    assert numbers_in("\ud800 040 123 4567", "FI") == {MATTI}


@pytest.mark.parametrize(
    ("text", "region", "numbers"),
    [
        ("32 12 34 56 / 87 65 43 21", "DK", {"+4532123456", "+4587654321"}),
        ("040 1234567 050 7654321", "FI", {MATTI, "+358507654321"}),
        ("040 1234567 + 050 7654321", "FI", {MATTI, "+358507654321"}),
        ("06221 12/34 56", "DE", set()),
        ("06221/123456/78", "DE", {"+496221123456"}),
        ("Fr. Braun 06221/123456", "DE", {"+496221123456"}),
        ("3.58401E+11", "FI", set()),
        ("+358401234567.0", "FI", set()),
        ("02079460958.0", "GB", {"+442079460958"}),
        ("43 676 1234567", "DE", set()),
        ("431-234-5678", "US", {"+14312345678"}),
        ("212 555 0123 home", "US", {"+12125550123"}),
        ("1-800-FLOWERS", "FI", set()),
        ("+8656696", "FI", set()),
        ("1001 / 1002", "FI", set()),
        ("Matti 5001 5002", "FI", set()),
        ("2001 / 2002", "SE", set()),
        ("0201256-6", "FI", set()),
        ("8765 4321", "SG", {"+6587654321"}),
        ("1588-1234", "KR", {"+8215881234"}),
        ("266 696 687", "PT", {"+351266696687"}),
    ],
)
def test_what_can_be_read_in_one_way_is_read_and_nothing_else(text: str, region: str, numbers: set[str]) -> None:
    """The siblings of what went wrong: slashes, spreadsheets, missing signs and separators."""
    assert numbers_in(text, region) == numbers
