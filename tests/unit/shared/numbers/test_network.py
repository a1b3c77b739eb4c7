"""What networks and trunks send."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.numbers import as_given, from_network, is_withheld, key_of, known, to_e164
from tests.fixtures.cases import rows

TRUNK = [row for row in rows("trunk-numbers.tsv") if row[0] in {"To", "From"} and " with " not in row[1]]


@pytest.mark.parametrize(("field", "sent", "right"), TRUNK)
def test_what_a_trunk_sends_is_read_by_its_country(field: str, sent: str, right: str) -> None:
    """With and without plus, double zero or trunk zero; withheld however a network says it."""
    assert from_network(sent, "FI") == ("" if right == "withheld" else right), field


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "anonymous",
        "Anonymous",
        "ANONYMOUS@10.0.0.1",
        "sip:anonymous@anonymous.invalid",
        '"Restricted" <sip:1@unknown.invalid>',
        "No Caller ID",
        "Unavailable",
        "unknown",
        "+266696687",
        "266696687",
        "00266696687",
        "+86282452253",
        "86282452253",
        "+7378742833",
        "+8656696",
        "+2562533",
        "0",
        "00000",
        "+0000000",
        "-",
    ],
)
def test_whatever_a_network_calls_withheld_is_withheld(text: str) -> None:
    """By word, by the keys of the word, or by nothing at all (K6)."""
    assert is_withheld(text)
    assert from_network(text, "FI") == ""
    assert to_e164(text, "FI") is None


@pytest.mark.parametrize("text", ["+358401234567", "0401234567", "112", "1001", "8656696", "2562533", "*21#"])
def test_a_number_is_never_taken_for_withheld(text: str) -> None:
    """Short keypad spellings are somebody's number where no country code is written."""
    assert not is_withheld(text)


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [("7378742833", "US", "+17378742833"), ("266696687", "PT", "+351266696687")],
)
def test_a_line_whose_digits_spell_a_word_is_nobody_withheld_where_it_exists(
    text: str, region: str, number: str
) -> None:
    """In Austin and in Évora these are somebody's numbers; with a plus, or elsewhere, they are words."""
    assert from_network(text, region) == number
    assert from_network(f"+{text}", region) == from_network(text, "FI") == ""


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("46701234567", "FI", "+46701234567"),
        ("401234567", "FI", "+358401234567"),
        ("4977559115", "DE", "+4977559115"),
        ("00497755911555", "DE", "+497755911555"),
        ("2125550123", "US", "+12125550123"),
        ("12125550123", "US", "+12125550123"),
        ("112", "FI", "112"),
        ("1001", "FI", "1001"),
        ("0401234567;phone-context=example.com", "FI", "+358401234567"),
        ("0401234567 / 0507654321", "FI", "0401234567 / 0507654321"),
        ("5511987654321", "BR", "+5511987654321"),
        ("525512345678", "FI", "+525512345678"),
        ("436761234567", "DE", "436761234567"),
        ("040 1234567 8", "FI", "04012345678"),
        ("0401234567#", "FI", "0401234567#"),
        ("*21*0401234567#", "FI", "*21*0401234567#"),
    ],
)
def test_a_network_writes_country_codes_without_plus(text: str, region: str, number: str) -> None:
    """Before its own country's numbers first of all; short numbers stay as they are."""
    assert from_network(text, region) == number


def test_our_own_numbers_decide_between_two_readings() -> None:
    """A number that is configured here is what the network means by it."""
    assert from_network("1234", "FI", {"1234"}) == "1234"
    assert from_network("10011002", "FI", {"10011002"}) == "10011002" != from_network("10011002", "FI")
    assert from_network("4977559115", "DE", {"+494977559115"}) == "+494977559115"
    ours = ["+358401234567", "+5491166773399", "+541166773399"]
    assert [from_network(one.removeprefix("+"), "FI", ours) for one in ours] == ours


def test_what_is_no_number_is_cut_where_no_number_is_as_long() -> None:
    """A network may send anything; 64 characters of it are kept, even of a sign that stands for many."""
    assert from_network("1a" * 40, "FI") == "1a" * 32
    assert len(from_network("1\u3300" * 40, "FI")) == 64


@given(st.text(max_size=300), st.sampled_from(["FI", "DE", "US", None]))
def test_what_a_network_sent_stays_what_it_is_when_it_is_read_again(text: str, region: str | None) -> None:
    """Every part of the way may read it, and none lengthens it."""
    once = from_network(text, region)
    assert from_network(once, region) == once
    assert len(once) <= 64


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("09 1001 004", "+35891001004"),
        ("00358 9 1001004", "+358 (0)9 1001004"),
        ("+54 9 11 2345-6789", "+541123456789"),
        ("1 003", "1003"),
    ],
)
def test_two_spellings_of_one_line_have_one_key(one: str, other: str) -> None:
    """And the line of another one has another; who hides their number has none."""
    assert key_of(one, "FI") == key_of(other, "FI") != ""
    assert key_of(one, "FI") != key_of("+35891001005", "FI")
    assert key_of("anonymous", "FI") == ""


SAME_LINE = [(stored, caller) for stored, caller, _ in rows("same-line.tsv")]


@pytest.mark.parametrize(("one", "other"), [*SAME_LINE, *((caller, stored) for stored, caller in SAME_LINE)])
def test_a_known_line_is_found_however_a_network_shows_it(one: str, other: str) -> None:
    """It gets the spelling that it is known by, so that routing finds its pool."""
    known = from_network(one, None)
    assert from_network(other, None, {"+358401234567", known}) == known


@pytest.mark.parametrize(
    ("given", "country", "right"),
    [
        ("7378742833", "US", "7378742833"),
        ("(737) 874-2833", "US", "(737) 874-2833"),
        ("266696687", "PT", "266696687"),
        ("266696687", "FI", ""),
        ("+266696687", "PT", ""),
        ("anonymous", "US", ""),
        ("0", "US", ""),
    ],
)
def test_digits_of_a_word_are_decided_on_where_the_country_is_known(given: str, country: str, right: str) -> None:
    """A line in Austin or Évora calls: nothing on the way to who knows the country takes its number away."""
    assert known(as_given(given), country) == right


def test_a_word_is_no_number_in_any_country() -> None:
    """It goes no further, even where no country is known yet."""
    assert as_given("anonymous") == as_given("+266696687") == ""
