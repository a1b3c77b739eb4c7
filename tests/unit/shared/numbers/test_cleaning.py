"""What is dropped of a text before a number is read in it."""

import pytest

from shared.numbers.cleaning import LONGEST, cleaned


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("  040 1234567 ", "040 1234567"),
        ("０４０", "040"),
        ("٠٤٠", "040"),
        ("०४०", "040"),
        ("\u202a+358\u202c", "+358"),
        ("358\u200b40", "35840"),
        ("555\u00ad2368", "5552368"),
        ("040\u00a0123\u2009456", "040 123 456"),
        ("040\x0b123", "040 123"),
        ("a\nb\tc", "a\nb\tc"),
        ("555\u20102368", "555-2368"),
        ("555\u20112368", "555-2368"),
        ("555\u20132368", "555-2368"),
        ("555\u20142368", "555-2368"),
        ("555\uff0d2368", "555-2368"),
        ("040 1234567²", "040 1234567"),
        ("① 040", "040"),
        ("40½0", "40 0"),
        ("\ud800040", "040"),
    ],
)
def test_a_text_says_the_same_once_it_is_cleaned(text: str, plain: str) -> None:
    """Digits of any script, invisible marks, blanks and dashes of every kind; footnotes are no digits."""
    assert cleaned(text) == plain


def test_a_text_that_is_too_long_says_nothing() -> None:
    """Before or after it is cleaned: one sign may stand for eighteen letters."""
    assert LONGEST == 256
    assert cleaned("1" * 256) == "1" * 256
    assert cleaned("1" * 257) == cleaned("0401234567" + "\u200b" * 247) == ""
    assert cleaned("\ufdfa" * 14) != ""
    assert cleaned("\ufdfa" * 15) == ""
    assert len(cleaned("\u3300" * 64)) == 256
    assert cleaned("\u3300" * 65) == ""
