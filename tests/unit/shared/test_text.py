"""Texts from outside."""

from hypothesis import given
from hypothesis import strategies as st

from shared.text import SHORTENED, cleaned, cut, shortened


def test_control_characters_and_halves_of_pairs_go() -> None:
    """Line breaks and tabs stay, carriage returns become line breaks, what no encoding can carry is replaced."""
    assert cleaned("a\x00b\x07\r\nc\td\re") == "ab\nc\td\ne"
    assert cleaned("half \ud83d here") == "half \N{REPLACEMENT CHARACTER} here"
    assert cleaned("whole 📞") == "whole 📞"


def test_a_text_is_cut_between_characters() -> None:
    """A character of two units that would be cut in two is left out."""
    assert cut("abc", 3) == "abc"
    assert cut("abcd", 3) == "abc"
    assert cut("ab📞", 4) == "ab📞"
    assert cut("ab📞", 3) == "ab"


@given(st.text(alphabet=st.characters(), max_size=50), st.integers(0, 60))
def test_what_is_cut_fits_and_can_be_encoded(text: str, units: int) -> None:
    """Whatever comes in, the result is a beginning of it that fits."""
    short = cut(cleaned(text), units)
    assert cleaned(text).startswith(short)
    assert len(short.encode("utf-16-le")) <= 2 * units


@given(st.text(max_size=80), st.text(max_size=40), st.integers(len(SHORTENED), 100))
def test_a_text_that_is_too_long_lacks_its_middle_and_says_so(text: str, last: str, units: int) -> None:
    """Its beginning stays as far as there is room beside its last part."""
    whole = cleaned(text) + cleaned(last)
    short = shortened(whole, units, cleaned(last))
    assert len(short.encode("utf-16-le")) <= 2 * units
    if short != whole:
        head, _, tail = short.partition(SHORTENED)
        assert SHORTENED in short
        assert whole.startswith(head)
        assert whole.endswith(tail)
        assert len(cleaned(last).encode("utf-16-le")) // 2 > units - len(SHORTENED) or tail.endswith(cleaned(last))


def test_a_text_that_fits_stays_as_it_is() -> None:
    """Otherwise as much of both ends stays as there is room for."""
    assert shortened("a" * 40, 40) == "a" * 40
    assert shortened("a" * 40 + "b" * 20, 40) == "a" * 11 + SHORTENED + "b" * 12
