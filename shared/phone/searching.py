"""Pure: what a person types to find somebody, as we and as Dynamics compare it (C6)."""

import unicodedata

SHORTEST_NUMBER = 3
"""Digits from which on a part of a number is searched."""
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ı": "i"})
_SPELLINGS = {
    "a": "aàáâãäåāăą",
    "c": "cçćč",
    "d": "dďđð",
    "e": "eèéêëēėęě",
    "g": "gğģ",
    "i": "iìíîïīįı",
    "l": "lłļľ",
    "n": "nñńņň",
    "o": "oòóôõöøō",
    "r": "rŕř",
    "s": "sśšşș",
    "t": "tţťț",
    "u": "uùúûüūůű",
    "y": "yýÿ",
    "z": "zźżž",
}
"""Letters with what stands above, below or through them in Latin alphabets: some environments of Dynamics tell them
apart."""


def folded(text: str) -> str:
    """Without case and accents: ``Öberg`` is ``oberg``, ``Strauß`` is ``strauss``."""
    plain = text.casefold().translate(_PLAIN)
    return "".join(one for one in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(one))


def digits_of(text: str) -> str:
    """The digits of a part of a number, without the zeros before it; empty where something else is searched."""
    digits = "".join(one for one in text if one.isdecimal()).lstrip("0")
    is_number = len(digits) >= SHORTEST_NUMBER and not any(one.isalpha() for one in text)
    return digits if is_number else ""


def has(text: str, *shown: str) -> bool:
    """Whether each word is in one of them; a part of a number in any spelling."""
    if digits := digits_of(text):
        return any(digits in "".join(filter(str.isdecimal, one)) for one in shown)
    searched = folded(" ".join(shown))
    return all(word in searched for word in folded(text).split())


def name_pattern(text: str) -> str:
    """For ``contains``: whatever is typed is literal, with and without accents (SQL Server's LIKE)."""
    return "".join(_letter(one) for one in text)


def number_pattern(digits: str) -> str:
    """For ``contains``: the digits, however they are separated; more may be found than is wanted."""
    return "%".join(digits)


def _letter(letter: str) -> str:
    if letter in "[%_":
        return f"[{letter}]"
    spellings = _SPELLINGS.get(folded(letter))
    return f"[{spellings}]" if spellings else letter
