"""What says that a caller's number is not shown."""

import pytest

from shared.numbers.withheld import is_keypad_word, is_withheld, is_withheld_everywhere


@pytest.mark.parametrize(
    ("text", "region", "word"),
    [
        ("+266696687", "PT", True),
        ("00266696687", "PT", True),
        ("(00) 266696687", "FI", True),
        ("266696687", "FI", True),
        ("266696687", "PT", False),
        ("86282452253", None, True),
        ("94844353", "FI", False),
        ("+94844353", "FI", True),
        ("+358401234567", "FI", False),
    ],
)
def test_a_word_in_digits_is_one_where_nobody_has_them(text: str, region: str | None, word: bool) -> None:
    """Nine digits and more without a plus, fewer only with it."""
    assert is_keypad_word(text, region) is word


@pytest.mark.parametrize(
    ("text", "everywhere"),
    [
        ("anonymous", True),
        ("", True),
        ("000", True),
        ("+266696687", True),
        ("00266696687", True),
        ("266696687 unknown", True),
        ("266696687", False),
        ("7378742833", False),
        ("+358401234567", False),
        ("112", False),
    ],
)
def test_only_what_is_withheld_in_each_country_is_withheld_everywhere(text: str, everywhere: bool) -> None:
    """Bare digits may be somebody's in one of them."""
    assert is_withheld_everywhere(text) is everywhere
    assert is_withheld(text) or not everywhere
