"""Phone numbers: any spelling to E.164, comparison, and masking for logs (D11, K3; ITU-T E.164, RFC 3966).

Strict where it matters: a wrong person is worse than nobody, so text that is not clearly a number gives none.
"""

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

_LETTERS_THAT_BELONG = re.compile(
    r"^\s*tel:|;?\b(?:ext|isub|phone-context)\b\.?=?|\s*\bx\.?(?=\s*\d)|[;,]?\s*\bextension\b", re.IGNORECASE
)
_LETTER = re.compile(r"[^\W\d_]")
_BETWEEN_NUMBERS = re.compile(r"[,|\n]|;(?!\s*(?:ext|isub|phone-context)\b)", re.IGNORECASE)
_MAYBE_BETWEEN = re.compile(r"\s*/\s*|\s+[-\u2013]\s+")
_ENUMERATION = re.compile(r"^\d{1,2}[).:]\s+")
_REMARK = re.compile(r"\s\(\d{1,2}\)$|\s\d{1,2}\.\d{1,2}\.(?:\d{4})?$")
"""Behind a number: a count in brackets, a date."""
_HOURS = re.compile(r"^(?P<number>.*\d)\s+(?:0?[6-9]|1\d)[-\u2013](?:1\d|2[0-4])$")
_SHORTEST = 6
"""Digits that can be a number of its own; fewer are an area code before, or another ending behind."""
MASKED_DIGITS_SHOWN = 2


def to_e164(text: str, region: str | None) -> str | None:
    """The one number ``text`` spells, as E.164 (``+358401234567``), or None when it spells none or several.

    ``region`` (ISO 3166, ``FI``) is what national spellings belong to; without one only international ones are read.
    """
    found = numbers_in(text, region)
    return next(iter(found)) if len(found) == 1 else None


@lru_cache(maxsize=20_000)
def numbers_in(text: str, region: str | None) -> frozenset[str]:
    """All numbers a hand-written phone field spells, as E.164; extensions, dates and other endings are dropped.

    ``040 123 4567``, ``+358 (0)40 1234567``, ``00358401234567`` and ``tel:+358401234567;ext=2`` (region ``FI``) all
    give ``+358401234567``; ``040 1234567 / 050 7654321`` gives both; ``0800 FLOWERS`` or ``1234`` give none.
    """
    pieces = [part for piece in _BETWEEN_NUMBERS.split(_cleaned(text)) for part in _parts(piece.strip())]
    return frozenset().union(*(_read(piece, region) for piece in pieces))


def _parts(piece: str) -> list[str]:
    """Cuts at slashes and spaced dashes, but not between an area code and its number; drops other endings (``/8``)."""
    found = [""]
    position = 0
    for mark in _MAYBE_BETWEEN.finditer(piece):
        found[-1] += piece[position : mark.start()]
        position = mark.end()
        if _digits(found[-1]) >= _SHORTEST:
            found.append("")
        else:
            found[-1] += " "
    found[-1] += piece[position:]
    return [found[0], *(part for part in found[1:] if part.lstrip("( ").startswith(("+", "0")))]


def _read(piece: str, region: str | None) -> frozenset[str]:
    """The numbers of a text without separators. A national spelling must be valid, an international one possible."""
    import phonenumbers  # its metadata takes 40 ms to load: only who reads a number pays for it

    bare = _REMARK.sub("", _ENUMERATION.sub("", piece.strip()))
    if (hours := _HOURS.match(bare)) and _single(hours["number"], region):
        return frozenset()  # 8-16 may be hours or the end of a number
    if not _LETTER.search(_LETTERS_THAT_BELONG.sub("", bare)) and (number := _single(bare, region)):
        return frozenset([number])
    matches = phonenumbers.PhoneNumberMatcher(bare, region, leniency=phonenumbers.Leniency.VALID)
    return frozenset(_format(match.number) for match in matches)


def _single(text: str, region: str | None) -> str | None:
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region, keep_raw_input=True)
    except phonenumbers.NumberParseException:
        return None
    national = number.country_code_source == phonenumbers.CountryCodeSource.FROM_DEFAULT_COUNTRY
    if national:
        good = phonenumbers.is_valid_number(number)
    else:
        reason = phonenumbers.is_possible_number_with_reason(number)
        good = reason == phonenumbers.ValidationResult.IS_POSSIBLE
    return _format(number) if good else None


def _digits(text: str) -> int:
    return sum(character.isdigit() for character in text)


def mask(number: str | None) -> str:
    """What a log may show of a number: ``+358401234567`` becomes ``+358*******67``; a withheld one ``withheld``."""
    if not number:
        return "withheld"
    head = 4 if number.startswith("+") else 0
    hidden = len(number) - head - MASKED_DIGITS_SHOWN
    if hidden <= 0:
        return "*" * len(number)
    return number[:head] + "*" * hidden + number[-MASKED_DIGITS_SHOWN:]


def _cleaned(text: str) -> str:
    """Full-width digits made plain, and the invisible marks dropped that people paste along with a number."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(character for character in plain if unicodedata.category(character) != "Cf").strip()


def _format(number: "PhoneNumber") -> str:
    import phonenumbers

    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
