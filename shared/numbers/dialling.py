"""What an agent calls: one number, or a refusal in words, never the digits of a text squeezed into one (C1).

A text that spells one number dials it. One that spells several, or can be read in two ways, is refused with the numbers
that it can be and that can be called, to be offered; short ones and lines without an area code are numbers, too. Short
numbers and codes are dialled as they are; an extension becomes keys, unless it can be a number of its own.
"""

import re
from dataclasses import dataclass

from shared.errors import InvalidInput
from shared.numbers.cleaning import cleaned
from shared.numbers.national import has_trunk_zero, is_possible, is_short
from shared.numbers.parsing import Spelled, is_business_id, spelled
from shared.numbers.remarks import without_remarks
from shared.numbers.short import may_be_two, short_ones
from shared.numbers.withheld import is_keypad_word

LONGEST_KEYS = 40
_CODE_SIGNS = re.compile(r"[*#]")
_CODE = re.compile(r"[*#][0-9*#]{1,19}")
_KEYS = re.compile(
    r"(?P<number>.*?\d\)?)"
    r"(?:\s*(?:;ext=|;?\s*\b(?:ext|extension|x|alanumero|alanro|anknytning|ankn)\b[.:=]?|;?x(?=\d))\s*(?P<extension>[\d*#]+)"
    r"|\s*(?P<keys>(?:,|;(?:postd=)?|\bp|(?<=\d)[pw]|\bw)[\s,;pw]*[\d*#][\d*#,;pw\s]*))"
    r"(?:;.*)?",
    re.IGNORECASE,
)
_POST_DIAL = re.compile(r"postd=", re.IGNORECASE)
_PARAMETERS = re.compile(r";(?:isub|phone-context)=", re.IGNORECASE)
_SCHEME = re.compile(r"^tel:\s*", re.IGNORECASE)
_ADDRESS = re.compile(r"@|\bsips?:", re.IGNORECASE)
_PLAIN = re.compile(r"\+?[\d ().-]+")
_POSTCODE = re.compile(r"00\d{3}\s+[^\d\s]")
"""``00100 Helsinki`` is no call abroad."""
_HOURS = re.compile(r"(?:\d\s*){3}(?<=\s)\d{1,2}-\d{1,2}$")
_VANITY = re.compile(r"\+?\d[\d ().-]{1,8}[-. ]?[A-Z][A-Z .-]{2,}", re.IGNORECASE)
_SHORTEST, _LONGEST_SHORT, _LONGEST = 2, 6, 15
_LISTED = re.compile(r"[,;]\s")
"""``0401234567, 112``; what follows at once is an extension."""
_ONE_PAUSE = re.compile(r"[,;](?!\s*postd=)(?!\s*[,;])[\d\s,;pw]+", re.IGNORECASE)
_SHORTEST_OWN, _SHORTEST_LINE, _PAIR = 3, 6, 2
"""Digits: behind one comma what is shorter than a line is an extension, unless a number as short stands before."""
_GAP = re.compile(
    r"(?<=[\w)\]])(?:\s*[,;/|&\n]\s*|\s+-\s+|\s+)"
    r"(?:(?:and|or|tai|ja|eller|och|oder|und|ou|et)\b\s*)?(?=[\w(+])"
    r"|(?<=\d)\s*[^\W\d_]+[.:]?\s*(?=\+)",
    re.IGNORECASE,
)
_IN_WORDS = re.compile(r"\D*(?P<short>\d{3,6})\D*")
_MOST_GAPS = 20
_LETTER_KEYS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
"""ITU-T E.161."""


@dataclass(frozen=True)
class Dialled:
    """What is called, and the keys that are pressed when it has answered; a comma is a pause of two seconds."""

    number: str
    keys: str = ""


def dialled(text: str, region: str | None) -> Dialled:
    """What ``text`` says to call: in E.164 where it is a number, else (``112``, ``1001``, ``*21#``) as it is.

    Raises InvalidInput ``number-ambiguous``, with ``numbers`` to choose from, and ``number-unreadable``.
    """
    try:
        return _called(_SCHEME.sub("", cleaned(text)), region)
    except InvalidInput as refusal:
        numbers = refusal.details.get("numbers")
        offered = [one for one in numbers if _alone(one, region) == [one]] if isinstance(numbers, list) else []
        raise (_ambiguous(offered) if offered else _unreadable()) from None


def _called(plain: str, region: str | None) -> Dialled:
    if _CODE.fullmatch(code := plain.replace(" ", "")):
        return Dialled(code)
    if _ADDRESS.search(plain):
        raise _unreadable()
    if len(spelled(plain, region)) > 1 or not (tail := _KEYS.fullmatch(plain)) or _PARAMETERS.search(plain):
        return Dialled(_number(plain, region))
    if numbers := _two_numbers(plain, tail, region):
        raise _ambiguous(numbers)
    keys = tail["extension"] or re.sub(r"[;pwPW]", ",", _POST_DIAL.sub("", tail["keys"])).replace(" ", "")
    if len(keys) > LONGEST_KEYS:
        raise _unreadable()
    return Dialled(_number(tail["number"], region), keys)


def _two_numbers(plain: str, tail: re.Match[str], region: str | None) -> list[str]:
    """The numbers of a text whose keys can be a number too, or the rest of the one before: ``040,123,4567``."""
    first, keys = tail["number"], (tail["keys"] or "").strip()
    own = _offered(spelled(first, region))
    spelled_too = [*_offered(spelled(plain, region)), *_line(tail["extension"] or keys, region)]
    if others := [one for one in spelled_too if one not in own]:
        return [*_alone(first, region), *others]
    if not _ONE_PAUSE.fullmatch(keys):
        return []
    whole = _offered(spelled(re.sub(r"[^\d+]", "", first + keys), region))
    if whole and not own and first.startswith("0"):
        return whole
    shortest = _SHORTEST_LINE if own else min(_SHORTEST_LINE, max(_SHORTEST_OWN, len(re.sub(r"\D", "", first))))
    parts = [re.sub(r"\D", "", part) for part in re.split(r"[,;pw]", keys, flags=re.IGNORECASE)]
    others = [part for part in parts if len(part) >= shortest and _is_own(part, region)]
    others = others or [part for part in parts if _LISTED.match(keys) and is_short(part, region)]
    return [*alone, *others] if others and (alone := _alone(first, region)) else []


def _line(keys: str, region: str | None) -> list[str]:
    """The telephone number that stands where keys do, with its zero where the country has one: ``x0401234567``."""
    digits = re.sub(r"[\s,;pw]", "", _POST_DIAL.sub("", keys), flags=re.IGNORECASE)
    is_whole = digits.isdigit() and (digits.startswith("0") or not has_trunk_zero(region))
    return _offered(spelled(digits, region)) if is_whole else []


def _alone(text: str, region: str | None) -> list[str]:
    """What a text without keys dials, or nothing."""
    try:
        return [_number(text, region)]
    except InvalidInput:
        return []


def _number(given: str, region: str | None) -> str:
    text = without_remarks(given).strip()
    if _CODE_SIGNS.search(given) or is_business_id(text, region):
        raise _unreadable()
    found = spelled(given, region)
    if len(found) == 1 and found[0].is_clear:
        found = _beside(text, found[0], region)
    if len(found) == 1 and found[0].is_clear and not may_be_two(text, region):
        return found[0].readings[0]
    if numbers := _choices(text, found, region):
        raise _ambiguous(numbers)
    if not _PLAIN.fullmatch(text) or _HOURS.search(text) or is_keypad_word(text, region):
        raise _unreadable()
    digits = re.sub(r"[^\d+]", "", text)
    if not _may_exist(digits, region):
        raise _unreadable()
    return digits


def _beside(text: str, number: Spelled, region: str | None) -> tuple[Spelled, ...]:
    """A number with what stands before or behind it and is one as well, be it short or without its area code."""
    is_all = number.readings[0].endswith(re.sub(r"\D", "", text))
    gaps = [] if is_all else list(_GAP.finditer(text))[:_MOST_GAPS]
    for gap in gaps:
        if number in spelled(text[: gap.start()], region):
            others = _others(text[gap.end() :], number, region)
            return (number, *others)
    for gap in reversed(gaps):
        if number in spelled(text[gap.end() :], region):
            return (*_others(text[: gap.start()], number, region), number)
    return (number,)


def _others(text: str, beside: Spelled, region: str | None) -> list[Spelled]:
    """What a text says that stands beside a number: not a country's code before it, nor ``2`` or ``00100 Helsinki``."""
    text = text.strip()
    short = short_ones(text, region)
    found = () if short else spelled(text, region) or (spelled(text, "US") if _VANITY.fullmatch(text) else ())
    digits = re.sub(r"\D", "", text)
    plain = [digits] if _PLAIN.fullmatch(text) and len(digits) >= _SHORTEST_OWN else []
    in_words = [one["short"]] if (one := _IN_WORDS.fullmatch(text)) and is_short(one["short"], region) else []
    if found or text.startswith(("0", "+")) or beside.readings[0].startswith(f"+{digits}"):
        return [one for one in found if one != beside]
    return [Spelled((one,), is_clear=False) for one in short or plain or in_words if _may_exist(one, region)]


def _choices(text: str, found: tuple[Spelled, ...], region: str | None) -> list[str]:
    """What is offered: of ``1234 5678`` both short numbers, and all of it as one."""
    short = (short_ones(text, region) or may_be_two(text, region)) if len(found) < _PAIR else ()
    whole = "".join(short)
    is_one = not found and len(short) == _PAIR and not any(is_short(one, region) for one in short)
    unknown = [whole] if is_one and _may_exist(whole, region) else []
    return list(dict.fromkeys([*short, *unknown, *_offered(found or _spelled_by_letters(text, region))]))


def _offered(found: tuple[Spelled, ...]) -> list[str]:
    return list(dict.fromkeys(number for one in found for number in one.readings))


def _spelled_by_letters(text: str, region: str | None) -> tuple[Spelled, ...]:
    """``0800 FLOWERS`` by the keys of its letters: offered, for a word may as well be a remark."""
    if _POSTCODE.match(text) or not _VANITY.fullmatch(text):
        return ()
    return spelled(text.upper().translate(_LETTER_KEYS), region)


def _may_exist(digits: str, region: str | None) -> bool:
    """Short and service numbers, and national ones that a library does not know (yet)."""
    count = len(digits.removeprefix("+"))
    if digits.startswith("+") or not _SHORTEST <= count <= _LONGEST:
        return False
    if count <= _LONGEST_SHORT or region is None:
        return True
    return is_possible(digits, region)


def _is_own(keys: str, region: str | None) -> bool:
    """Whether keys are as many as a short number has, or a line of this country."""
    return len(keys) < _SHORTEST_LINE or (region is not None and is_possible(keys, region))


def _ambiguous(given: list[str]) -> InvalidInput:
    numbers = list(dict.fromkeys(given))
    return InvalidInput("number-ambiguous", "this can be read as several numbers: choose one", {"numbers": numbers})


def _unreadable() -> InvalidInput:
    return InvalidInput("number-unreadable", "this is no number that can be called")
