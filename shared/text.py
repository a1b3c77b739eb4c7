"""Texts of other systems on their way into Dynamics."""

import unicodedata

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
SHORTENED = "\n[… shortened …]\n"
KEPT_CONTROLS = {"\n", "\t"}


def cleaned(text: str) -> str:
    """Without control characters and halves of surrogate pairs: what XML, JSON and UTF-8 all can carry."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(_readable(character) for character in unified)


def cut(text: str, units: int) -> str:
    """At most ``units`` UTF-16 code units, which is how Dataverse counts; a character is never cut in two."""
    if _units(text) <= units:
        return text
    return text.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "ignore")


def shortened(text: str, units: int, last: str = "") -> str:
    """At most ``units`` UTF-16 code units: of more the middle is left out, and ``SHORTENED`` stands for it.

    ``last``: how the text ends, which stays whole as far as there is room.
    """
    if _units(text) <= units:
        return text
    room = units - _units(SHORTENED)
    head = cut(text, max(0, min(room // 2, room - _units(last))))
    return head + SHORTENED + _end_of(text, room - _units(head))


def _end_of(text: str, units: int) -> str:
    encoded = text.encode("utf-16-le", "surrogatepass")
    return encoded[len(encoded) - 2 * units :].decode("utf-16-le", "ignore")


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _readable(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cs":
        return REPLACEMENT
    return "" if category == "Cc" and character not in KEPT_CONTROLS else character
