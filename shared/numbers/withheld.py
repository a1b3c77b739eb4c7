"""What networks send in place of a number that the caller does not show (RFC 3323, 4.1; RFC 3325; keypads: E.161)."""

import re

from shared.numbers.cleaning import cleaned
from shared.numbers.national import is_written_so

_WORDS = re.compile(
    r"anonym|withheld|restricted|unavailable|not available|unknown|blocked|private|no caller ?id|no number|hidden"
    r"|\.invalid\b",
    re.IGNORECASE,
)
_KEYPAD = {
    "266696687",  # ANONYMOUS
    "86282452253",  # UNAVAILABLE
    "7378742833",  # RESTRICTED
    "8656696",  # UNKNOWN
    "2562533",  # BLOCKED
    "7748483",  # PRIVATE
    "94844353",  # WITHHELD
}
"""Words that are sent as the digits of their letters; as international numbers none of them can exist."""
_ALWAYS = 9
"""From so many digits on, a keypad spelling is one without its plus too; shorter ones are numbers somewhere."""


def is_keypad_word(text: str, region: str | None = None) -> bool:
    """Whether a cleaned text is such a word in digits: ``+266696687``, or ``266696687`` where that is nobody's."""
    international = text.startswith(("+", "00"))
    digits = "".join(character for character in text if character.isdigit()).removeprefix("00")
    if digits not in _KEYPAD or international:
        return digits in _KEYPAD
    return len(digits) >= _ALWAYS and not is_written_so(digits, region)


def is_withheld(text: str, region: str | None = None) -> bool:
    """Whether what a network gave as a caller's number says that there is none to be shown.

    True for nothing, a text without digits or with zeros only, and the words that networks use, however spelled; not
    for the digits of a word that are somebody's number in ``region``: ``7378742833`` (``US``) is a line in Austin.
    """
    plain = cleaned(text)
    digits = {character for character in plain if character.isdigit()}
    return not digits - {"0"} or is_keypad_word(plain, region) or bool(_WORDS.search(plain))


def is_withheld_everywhere(text: str) -> bool:
    """As ``is_withheld``, where the country is not known: the bare digits of a word may be somebody's number there."""
    plain = cleaned(text)
    is_bare = is_keypad_word(plain) and not plain.startswith(("+", "00")) and not _WORDS.search(plain)
    return is_withheld(text) and not is_bare
