"""Texts of other systems on their way into Dynamics."""

import unicodedata

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
KEPT_CONTROLS = {"\n", "\t"}


def cleaned(text: str) -> str:
    """Without control characters and halves of surrogate pairs: what XML, JSON and UTF-8 all can carry."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(_readable(character) for character in unified)


def cut(text: str, units: int) -> str:
    """At most ``units`` UTF-16 code units, which is how Dataverse counts; a character is never cut in two."""
    if len(text.encode("utf-16-le", "surrogatepass")) <= 2 * units:
        return text
    return text.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "ignore")


def _readable(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cs":
        return REPLACEMENT
    return "" if category == "Cc" and character not in KEPT_CONTROLS else character
