"""Reads what people write in phone fields (D11, K3; ITU-T E.164, RFC 3966).

Strict where it matters: a wrong person is worse than nobody, so text that is not clearly a number gives none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING

from shared.numbers.cleaning import cleaned
from shared.numbers.lines import line_of, present
from shared.numbers.national import has_trunk_zero
from shared.numbers.remarks import without_remarks
from shared.numbers.short import short_ones
from shared.numbers.withheld import is_keypad_word

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

_LETTERS_THAT_BELONG = re.compile(
    r"^\s*tel:|;?\b(?:ext|isub|phone-context)\b\.?=?|\s*\bx\.?(?=\s*\d)|[;,]?\s*\bextension\b", re.IGNORECASE
)
_LETTER = re.compile(r"[^\W\d_]")
_BETWEEN_NUMBERS = re.compile(r"[,|\n]|\s\+\s+(?=0)|;(?!\s*(?:ext|isub|phone-context)\b)", re.IGNORECASE)
_MAYBE_BETWEEN = re.compile(r"(\s*/\s*|\s+-\s+)")
_NEXT_ONE = re.compile(r"\s+(?=\(?[0+])")
_NEXT_AREA = re.compile(r"\s+(?=\(?(?:0\d{1,5}\)?\s*/|\+\d))")
"""What begins with an area code and a slash, or with a country's, goes on with nothing before it."""
_WORD = re.compile(r"(?:^|(?<=[\s()\[\]/]))(?!ext|isub|phone|x\b)[^\W\d_]+(?:[.:]+|(?=$|[\s()\[\]/]))", re.IGNORECASE)
_ENUMERATION = re.compile(r"^\d{1,2}[).:]\s+")
_HOURS = re.compile(r"^(?P<number>.*\d)\s+(?:0?[6-9]|1\d)\s*-\s*(?:1\d|2[0-4])$")
_LONE_DIGIT = re.compile(r"^(?P<number>.*\d)[\s(\[]+(?P<last>\d)[\s.)\]]*$")
_SPREADSHEET = re.compile(r"^(?P<number>\+?\d{7,})\.0{1,2}$")
"""A cell that was taken for a decimal number."""
_VANITY = re.compile(r"(?:\+?1[-. ]*)?\(?[2-9]\d\d\)?(?P<name>[-. \dA-Z]+)", re.IGNORECASE)
_VANITY_LETTERS = 3
_NORTH_AMERICA = 1
_LONGEST_AREA_CODE = 5
"""Digits, without the zero; what is longer before a slash is a number of its own."""
_SHORTEST_LINE = 8
"""Digits of an area code and a line; less before a slash may go on behind it."""
_LONGEST_ENDING = 2
_WITH_DIRECT_DIALLING = ("+43", "+49")
_LONGEST_DIRECT = 4
"""In Austria and Germany a dash stands before the extension, which is part of the number."""
_MOST_PIECES = 20
_BUSINESS_ID = re.compile(r"\d{7}-\d")
"""Of Finland: ``1234567-8``."""


@dataclass(frozen=True)
class Spelled:
    """One number that a text spells. ``readings``: what it can be, in E.164; ``is_clear``: it can be nothing else."""

    readings: tuple[str, ...]
    is_clear: bool


class _Seam(Enum):
    """What a slash or a spaced dash is: part of a number, between two, before another ending, or nobody can tell."""

    INSIDE = "inside"
    BETWEEN = "between"
    ENDING = "ending"
    UNCLEAR = "unclear"


def to_e164(text: str, region: str | None) -> str | None:
    """The one number ``text`` spells, as E.164 (``+358401234567``), or None when it spells none or several.

    ``region`` (ISO 3166, ``FI``) is what national spellings belong to; without one only international ones are read.
    """
    found = numbers_in(text, region)
    return next(iter(found)) if len(found) == 1 else None


def numbers_in(text: str, region: str | None) -> frozenset[str]:
    """All numbers a hand-written phone field spells, as E.164; extensions, dates and other endings are dropped.

    ``040 123 4567``, ``+358 (0)40 1234567``, ``00358401234567`` and ``tel:+358401234567;ext=2`` (region ``FI``) all
    give ``+358401234567``; ``040 1234567 / 050 7654321`` gives both; ``0800 FLOWERS`` or ``1234`` give none, and so
    does what can be read in two ways: ``040 1234567 8-16``, ``0409990177.0``, ``46701234567``.
    """
    return frozenset(one.readings[0] for one in spelled(text, region) if one.is_clear)


def lines_in(text: str, region: str | None) -> frozenset[str]:
    """The keys of the lines of these numbers, to be compared with ``line_of`` of another number."""
    return frozenset(line_of(number) for number in numbers_in(text, region))


@lru_cache(maxsize=20_000)
def spelled(text: str, region: str | None) -> tuple[Spelled, ...]:
    """Each number that a text spells, unclear ones too, in their order."""
    plain = without_remarks(cleaned(text))
    pieces = [piece.strip() for piece in _BETWEEN_NUMBERS.split(plain)][:_MOST_PIECES]
    return tuple(dict.fromkeys(one for piece in pieces for one in _spelled_in(piece, region)))


def _spelled_in(piece: str, region: str | None) -> Iterator[Spelled]:
    """The numbers of a text without clear separators."""
    text = _ENUMERATION.sub("", piece)
    if (hours := _HOURS.match(text)) and (before := tuple(_spelled_in(hours["number"], region))):
        yield from _unclear_at_the_end(before)
    elif _MAYBE_BETWEEN.search(text):
        for words in _WORD.split(text)[:_MOST_PIECES]:
            for part in _parts(words.strip(), region):
                yield from _along_seams(part, region)
    else:
        yield from _read(text, region)


def _unclear_at_the_end(found: tuple[Spelled, ...]) -> tuple[Spelled, ...]:
    """``8-16`` behind a number may be hours or its end."""
    return (*found[:-1], Spelled(found[-1].readings, is_clear=False))


def _parts(text: str, region: str | None) -> Iterator[str]:
    """``06221/123456 0171/1234567``: two numbers with nothing but a space between them."""
    begins = 0
    for gap in list(_NEXT_AREA.finditer(text))[:_MOST_PIECES]:
        if any(_along_seams(text[begins : gap.start()], region)):
            yield text[begins : gap.start()]
            begins = gap.end()
    yield text[begins:]


def _along_seams(text: str, region: str | None) -> Iterator[Spelled]:
    """Slashes and spaced dashes are taken one by one, each with what stands behind the next one too."""
    left, *rest = _MAYBE_BETWEEN.split(text)[: 2 * _MOST_PIECES + 1]
    for number in range(0, len(rest), 2):
        right, following = rest[number + 1], "".join(rest[number + 2 : number + 4])
        seam = _seam(left, right, region)
        if seam is _Seam.ENDING and _begins_anew(right + following, region):
            seam = _Seam.BETWEEN
        if "/" not in rest[number] and _is_direct(left, right, region):
            left = f"{left}-{right}"
        elif seam is _Seam.INSIDE:
            left = f"{left} {right}"
        elif seam is _Seam.BETWEEN:
            yield from _read(left, region)
            left = right
        elif seam is _Seam.UNCLEAR:
            both = (*_read(left, region), *_read(f"{left} {right}", region))
            yield Spelled(tuple(dict.fromkeys(number for one in both for number in one.readings)), is_clear=False)
            return
    yield from _read(left, region)


def _seam(left: str, right: str, region: str | None) -> _Seam:
    digits = _national_digits(left, region)
    if digits <= _LONGEST_AREA_CODE:
        return _Seam.BETWEEN if _has_sign(right, region) else _Seam.INSIDE
    if _begins_anew(right, region):
        return _Seam.BETWEEN
    goes_on = bool(_read(f"{left} {right}", region))
    if not _read(left, region):
        return _Seam.INSIDE if goes_on else _Seam.BETWEEN
    if goes_on and digits < _SHORTEST_LINE and _count(right) > _LONGEST_ENDING:
        return _Seam.UNCLEAR
    return _Seam.ENDING


def _begins_anew(text: str, region: str | None) -> bool:
    """Whether a text behind a slash is a number of its own and no other ending of the one before."""
    if text.lstrip("( ").startswith(("+", "0")):
        return bool(_read(text, region))
    return not has_trunk_zero(region) and any(one.is_clear for one in _read(text, region))


def _is_direct(left: str, right: str, region: str | None) -> bool:
    """Whether a number and what stands behind a dash are one number with an extension for direct dialling."""
    is_short = right.isdigit() and len(right) <= _LONGEST_DIRECT
    whole = _one(f"{left}-{right}", region) if is_short and _read(left, region) else None
    return whole is not None and whole.readings[0].startswith(_WITH_DIRECT_DIALLING)


def _has_sign(text: str, region: str | None) -> bool:
    """Whether a text has what stands before an area code, and never behind one."""
    return text.lstrip("( ").startswith(("+", "0") if has_trunk_zero(region) else "+")


def _read(piece: str, region: str | None) -> tuple[Spelled, ...]:
    """The numbers of a text without separators."""
    import phonenumbers  # its metadata takes 40 ms to load: only who reads a number pays for it

    bare = piece.strip()
    if (hours := _HOURS.match(bare)) and (before := _read(hours["number"], region)):
        return _unclear_at_the_end(before)
    if not _LETTER.search(_LETTERS_THAT_BELONG.sub("", bare)) and (number := _one(bare, region)):
        return (number,)
    if _is_vanity(bare, region) and (name := _number(bare, region)):
        return (Spelled((name,), is_clear=True),)
    if side_by_side := _side_by_side(bare, region):
        return side_by_side
    matches = phonenumbers.PhoneNumberMatcher(bare, region, leniency=phonenumbers.Leniency.VALID)
    return tuple(one for match in matches if (one := _one(match.raw_string, region)))


def _side_by_side(text: str, region: str | None) -> tuple[Spelled, ...]:
    """Two numbers with nothing but a space between them."""
    if _LETTER.search(text):
        return ()
    for gap in _NEXT_ONE.finditer(text):
        both = _one(text[: gap.start()], region), _one(text[gap.end() :], region)
        if both[0] and both[1]:
            return both[0], both[1]
    return ()


def _one(text: str, region: str | None) -> Spelled | None:
    """The number that a text without letters is, whatever it can be read as; None where it is none."""
    if is_keypad_word(text, region) or "*" in text:
        return None
    whole = _number(text, region)
    if short_ones(text, region) or is_business_id(text, region):
        return _either(whole, is_clear=False)
    if (lone := _LONE_DIGIT.match(text)) and (before := _complete_before(lone, region)):
        return _either(before, whole, is_clear=False)
    if cell := _SPREADSHEET.match(text):
        return _either(_number(cell["number"], region), whole)
    foreign = _without_plus(text, region)
    if foreign is None or foreign == whole:
        return _either(whole)
    return _either(foreign, whole, is_clear=False)


def is_business_id(text: str, region: str | None) -> bool:
    """Whether a text is the id of a Finnish company and no number."""
    return region == "FI" and _BUSINESS_ID.fullmatch(text.strip()) is not None


def _complete_before(lone: re.Match[str], region: str | None) -> str | None:
    """The number before a digit that stands alone, where it is as long as the numbers of its kind are."""
    import phonenumbers

    if not (before := _number(lone["number"], region)):
        return None
    if before.startswith(_WITH_DIRECT_DIALLING) and lone["last"] == "0":
        return None
    number = phonenumbers.parse(before, None)
    kind = phonenumbers.number_type(number)
    usual = phonenumbers.example_number_for_type(phonenumbers.region_code_for_number(number), kind)
    is_complete = usual and len(str(number.national_number)) >= len(str(usual.national_number))
    return before if is_complete else None


def _without_plus(text: str, region: str | None) -> str | None:
    """What a text is if its first digits are a country code that somebody wrote without plus."""
    import phonenumbers

    if text.lstrip("( ").startswith(("+", "0", "tel:")) or not has_trunk_zero(region):
        return None
    try:
        number = phonenumbers.parse(f"+{text.partition(';')[0]}", None)
    except phonenumbers.NumberParseException:
        return None
    return _format(number) if phonenumbers.is_valid_number(number) else None


def _either(*readings: str | None, is_clear: bool = True) -> Spelled | None:
    found = tuple(dict.fromkeys(one for one in readings if one))
    return Spelled(found, is_clear and len(found) == 1) if found else None


def _number(text: str, region: str | None) -> str | None:
    """A national spelling must be valid, an international one possible, or what a renumbered line was before."""
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region, keep_raw_input=True)
    except phonenumbers.NumberParseException:
        return None
    written = _format(number)
    if present(written) != written:
        return present(written)
    sources = phonenumbers.CountryCodeSource
    if number.country_code_source in {sources.FROM_DEFAULT_COUNTRY, sources.FROM_NUMBER_WITHOUT_PLUS_SIGN}:
        good = phonenumbers.is_valid_number(number)
    else:
        reason = phonenumbers.is_possible_number_with_reason(number)
        good = reason == phonenumbers.ValidationResult.IS_POSSIBLE
    return written if good and _is_stable(written) else None


def _is_stable(written: str) -> bool:
    """Whether a number is still the same when it is read again: not so with zeros behind the country code."""
    import phonenumbers

    try:
        return _format(phonenumbers.parse(written, None)) == written
    except phonenumbers.NumberParseException:
        return False


def _is_vanity(text: str, region: str | None) -> bool:
    """``1-800-FLOWERS``, in the countries of +1 and where the whole text is one."""
    import phonenumbers

    match = _VANITY.fullmatch(text)
    if match is None or phonenumbers.country_code_for_region(region or "") != _NORTH_AMERICA:
        return False
    return len([character for character in match["name"] if character.isalpha()]) >= _VANITY_LETTERS


def _national_digits(text: str, region: str | None) -> int:
    """How many digits there are without country code and the zero before area codes."""
    import phonenumbers

    plain = re.sub(r"[^\d+]", "", text)
    try:
        return len(str(phonenumbers.parse(plain, region).national_number))
    except phonenumbers.NumberParseException:
        return 0  # an area code alone is too short for a parser


def is_region(text: str) -> bool:
    """Whether numbers of this country (ISO 3166, capitals) can be read."""
    import phonenumbers  # its metadata takes 40 ms to load: only who sets a region or reads a number pays for it

    return text in phonenumbers.SUPPORTED_REGIONS


def _count(text: str) -> int:
    return sum(character.isdigit() for character in text)


def _format(number: "PhoneNumber") -> str:
    import phonenumbers

    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
