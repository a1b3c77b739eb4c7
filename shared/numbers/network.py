"""Reads what networks and trunks send as numbers: no words around them, but a country's own ways of writing them."""

import re
from collections.abc import Collection

from shared.numbers.cleaning import cleaned
from shared.numbers.lines import line_of
from shared.numbers.parsing import spelled
from shared.numbers.withheld import is_withheld, is_withheld_everywhere

LONGEST = 64
"""No number is as long (E.164 has 15 digits), but what a network delivers as one may be anything."""
_BETWEEN_DIGITS = " ().-\t"
_CODE_SIGNS = re.compile(r"[*#]")
_DIGITS = re.compile(r"\+?[0-9*#]+")


def from_network(text: str, region: str | None, own: Collection[str] = ()) -> str:
    """What a network gave, in E.164, or empty for a withheld number.

    ``region``: the country of the network, whose spellings these are: ``0401234567``, ``358401234567`` and
    ``00358401234567`` (``FI``) are ``+358401234567``. ``own``: numbers that are known here, which decide where there
    are two readings, and how a line is spelled that networks show in two ways (``+541166773399`` of
    ``+5491166773399``). What is no number of a country (``112``, ``1001``) stays as it is, cut at ``LONGEST``
    characters.
    """
    given = cleaned(text[:LONGEST])
    if is_withheld(given, region):
        return ""
    plain = "".join(character for character in given if character not in _BETWEEN_DIGITS)
    if plain in own:
        return plain
    found = () if _CODE_SIGNS.search(plain) else spelled(given, region)
    readings = found[0].readings if len(found) == 1 else ()
    if ours := _ours(readings, own):
        return ours
    if len(readings) == 1 or (readings and readings[0] == f"+{plain}" and _is_home(readings[0], region)):
        return readings[0]
    return plain if _DIGITS.fullmatch(plain) else given[:LONGEST]


def key_of(text: str, region: str | None) -> str:
    """By this two numbers are compared, however each is written: the key of its line, or what is no number of a country
    (``1001``) as it is; empty for a withheld one. ``region`` (ISO 3166) is what national spellings belong to."""
    return line_of(from_network(text, region))


def known(text: str, region: str | None = None) -> str:
    """A caller's number as somebody else gave it, or empty where it only says that it is withheld."""
    return "" if is_withheld(text, region) else text


def as_given(text: str) -> str:
    """As ``known``, where the country is not known yet: whoever knows it asks ``known`` or ``from_network`` then."""
    return "" if is_withheld_everywhere(text) else text


def _ours(readings: Collection[str], own: Collection[str]) -> str | None:
    """The known number that these can be, or whose line they are."""
    lines = {line_of(one) for one in readings}
    return next((one for one in readings if one in own), None) or next(
        (one for one in own if line_of(one) in lines), None
    )


def _is_home(number: str, region: str | None) -> bool:
    """A trunk that leaves out the plus leaves it out before its own country's numbers first of all."""
    import phonenumbers

    return region is not None and number.startswith(f"+{phonenumbers.country_code_for_region(region)}")
