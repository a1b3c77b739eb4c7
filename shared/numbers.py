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
MASKED_DIGITS_SHOWN = 2


def to_e164(text: str, region: str | None) -> str | None:
    """The one number ``text`` spells, as E.164 (``+358401234567``), or None when it spells none or several.

    ``region`` (ISO 3166, ``FI``) is what national spellings belong to; without one only international ones are read.
    """
    found = numbers_in(text, region)
    return next(iter(found)) if len(found) == 1 else None


@lru_cache(maxsize=20_000)
def numbers_in(text: str, region: str | None) -> frozenset[str]:
    """All numbers a hand-written phone field spells, as E.164; extensions are dropped.

    ``040 123 4567``, ``+358 (0)40 1234567``, ``00358401234567`` and ``tel:+358401234567;ext=2`` (region ``FI``) all
    give ``+358401234567``; ``040 1234567 / 050 7654321`` gives both; ``0800 FLOWERS`` or ``1234`` give none.
    """
    import phonenumbers  # its metadata takes 40 ms to load: only who reads a number pays for it

    cleaned = _cleaned(text)
    if not _LETTER.search(_LETTERS_THAT_BELONG.sub("", cleaned)):
        try:
            number = phonenumbers.parse(cleaned, region)
        except phonenumbers.NumberParseException:
            number = None
        if number and phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE:
            return frozenset([_format(number)])
    matches = phonenumbers.PhoneNumberMatcher(cleaned, region, leniency=phonenumbers.Leniency.VALID)
    return frozenset(_format(match.number) for match in matches)


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
