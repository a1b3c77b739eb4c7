"""What a text says once everything is dropped that people paste along with a number."""

import unicodedata

LONGEST = 256
"""Characters; no field of a telephone number is longer, and reading stays quick whatever somebody sends."""
_KEPT_CONTROLS = "\n\t"
_SPACES = {"Cc", "Cs", "Zs", "Zl", "Zp"}


def cleaned(text: str) -> str:
    """Digits of any script made plain, invisible marks dropped, every kind of blank and dash a plain one.

    Signs that only contain digits (``²``, ``½``, ``①``) are footnotes or lists: a blank, and no digit of a number.

    Empty for a text longer than ``LONGEST``: that is no telephone number.
    """
    if len(text) > LONGEST:
        return ""
    plain = "".join(_plain(character) for character in unicodedata.normalize("NFKC", _without_notes(text)))
    return plain.strip() if len(plain) <= LONGEST else ""


def _without_notes(text: str) -> str:
    return "".join(" " if unicodedata.category(character) == "No" else character for character in text)


def _plain(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.digit(character))
    if category == "Cf":
        return ""
    if category == "Pd":
        return "-"
    return " " if category in _SPACES and character not in _KEPT_CONTROLS else character
