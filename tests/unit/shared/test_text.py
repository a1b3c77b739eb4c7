"""Texts from outside."""

from hypothesis import given
from hypothesis import strategies as st

from shared.text import cleaned, cut


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
