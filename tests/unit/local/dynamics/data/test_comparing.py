"""How texts compare."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.dynamics.data.comparing import compare, matches


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("%040%", "+358 040 1", 1),
        ("040%", "+358 040", 0),
        ("%ÄN", "Meikäläinen", 0),
        ("%INEN", "Meikäläinen", 1),
        ("a_c", "abc", 1),
        ("[abc]x", "bx", 1),
        ("[^abc]x", "bx", 0),
        ("[a-c]x", "bx", 1),
        ("100[%]", "100%", 1),
        ("a.c", "abc", 0),
        ("%", "two\nlines", 1),
        ("%", None, None),
    ],
)
def test_patterns_have_the_wildcards_of_sql_server(pattern: str, text: str | None, expected: int | None) -> None:
    """``%``, ``_`` and character classes; everything else is itself, without regard to case."""
    assert matches(pattern, text) == expected


@given(st.text(alphabet=st.characters(exclude_characters="%_[]"), max_size=20))
def test_a_text_without_wildcards_matches_itself(text: str) -> None:
    """Nothing else has a meaning of its own."""
    assert matches(text, text) == 1


def test_case_and_trailing_spaces_do_not_count() -> None:
    """Texts compare as in SQL Server's default collation."""
    assert compare("Meikäläinen ", "MEIKÄLÄINEN") == 0
    assert compare("a", "B") < 0 < compare("c", "B")
