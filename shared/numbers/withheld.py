"""What networks send in place of a number that the caller does not show (RFC 3323, 4.1; RFC 3325; keypads: E.161)."""

import re

from shared.numbers.cleaning import cleaned

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


def is_keypad_word(text: str) -> bool:
    """Whether a cleaned text is such a word in digits: ``+266696687``."""
    international = text.startswith(("+", "00"))
    digits = "".join(character for character in text if character.isdigit()).removeprefix("00" if international else "")
    return digits in _KEYPAD and (international or len(digits) >= _ALWAYS)


def is_withheld(text: str) -> bool:
    """Whether what a network gave as a caller's number says that there is none to be shown.

    True for nothing, a text without digits or with zeros only, and the words that networks use, however spelled.
    """
    plain = cleaned(text)
    digits = {character for character in plain if character.isdigit()}
    return not digits - {"0"} or is_keypad_word(plain) or bool(_WORDS.search(plain))
