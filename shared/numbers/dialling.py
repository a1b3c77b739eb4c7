"""What an agent calls: one number, or a refusal in words, never the digits of a text squeezed into one (C1).

A text that spells one number dials it. One that spells several, or can be read in two ways, is refused with the numbers
that it can be, to be offered. Short numbers and codes are dialled as they are; an extension becomes keys, unless it can
be a number of its own.
"""

import re
from dataclasses import dataclass

from shared.errors import InvalidInput
from shared.numbers.cleaning import cleaned
from shared.numbers.parsing import Spelled, is_business_id, short_ones, spelled
from shared.numbers.remarks import without_remarks
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
_ONE_PAUSE = re.compile(r"[,;](?!\s*postd=)(?!\s*[,;])[\d\s,;pw]+", re.IGNORECASE)
_SHORTEST_OWN, _SHORTEST_LINE, _PAIR = 3, 6, 2
"""Digits: behind one comma what is shorter than a line is an extension, unless a number as short stands before."""
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
    plain = _SCHEME.sub("", cleaned(text))
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
    if others := [one for one in _offered(spelled(plain, region)) if one not in own]:
        return [*_alone(first, region), *others]
    if not _ONE_PAUSE.fullmatch(keys):
        return []
    whole = _offered(spelled(re.sub(r"[^\d+]", "", first + keys), region))
    if whole and not own and first.startswith("0"):
        return whole
    shortest = _SHORTEST_LINE if own else min(_SHORTEST_LINE, max(_SHORTEST_OWN, len(re.sub(r"\D", "", first))))
    parts = (re.sub(r"\D", "", part) for part in re.split(r"[,;pw]", keys, flags=re.IGNORECASE))
    others = [part for part in parts if len(part) >= shortest and _is_own(part, region)]
    return [*alone, *others] if others and (alone := _alone(first, region)) else []


def _alone(text: str, region: str | None) -> list[str]:
    """What a text without keys dials, or nothing."""
    try:
        return [_number(text, region)]
    except InvalidInput:
        return []


def _number(text: str, region: str | None) -> str:
    if _CODE_SIGNS.search(text) or is_business_id(without_remarks(text), region):
        raise _unreadable()
    found = spelled(text, region)
    if len(found) == 1 and found[0].is_clear:
        return found[0].readings[0]
    if numbers := _choices(text, found, region):
        raise _ambiguous(numbers)
    text = without_remarks(text).strip()
    if not _PLAIN.fullmatch(text) or _HOURS.search(text) or is_keypad_word(text, region):
        raise _unreadable()
    digits = re.sub(r"[^\d+]", "", text)
    if not _may_exist(digits, region):
        raise _unreadable()
    return digits


def _choices(text: str, found: tuple[Spelled, ...], region: str | None) -> list[str]:
    """What is offered: of ``1234 5678`` both short numbers, and all of it as one."""
    short = short_ones(without_remarks(text), region)
    whole = "".join(short)
    unknown = [whole] if not found and len(short) == _PAIR and _may_exist(whole, region) else []
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
    return _is_possible(digits, region)


def _is_own(keys: str, region: str | None) -> bool:
    """Whether keys are as many as a short number has, or a line of this country."""
    return len(keys) < _SHORTEST_LINE or (region is not None and _is_possible(keys, region))


def _is_possible(digits: str, region: str) -> bool:
    import phonenumbers  # its metadata takes 40 ms to load: only who reads a number pays for it

    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(digits, region))
    except phonenumbers.NumberParseException:
        return False


def _ambiguous(numbers: list[str]) -> InvalidInput:
    return InvalidInput("number-ambiguous", "this can be read as several numbers: choose one", {"numbers": numbers})


def _unreadable() -> InvalidInput:
    return InvalidInput("number-unreadable", "this is no number that can be called")
