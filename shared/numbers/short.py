"""Several short numbers in one text, which must not become one long one: ``101 102``, ``1001 / 1002``."""

import re

from shared.numbers.national import has_trunk_zero, is_possible, is_short, is_valid, is_written_so

_LISTED = re.compile(r"[1-9]\d{1,5}(?:(?:\s*[-/,;|\n]\s*|\s+)[1-9]\d{1,5})+")
_APART = re.compile(r"\s*[/,;|\n]\s*|\s+-\s+")
_PAIR, _SHORTEST, _LONGEST, _LONGEST_PAIR = 2, 3, 6, 9
_EXTENSION, _EMERGENCY, _LOCAL = {4}, {3}, (3, 4)
"""Digits: of three and three only a pair is a list, for mobiles are written so as well."""


def short_ones(text: str, region: str | None) -> tuple[str, ...]:
    """Short numbers that a text may list: ``1001 1002``, where no whole number is written so.

    Countries without a trunk zero write their numbers in such groups: ``8765 4321`` in Singapore, Norway or Denmark.
    """
    if not _LISTED.fullmatch(text.strip()):
        return ()
    short = tuple(re.sub(r"\D", "", piece) for piece in _APART.split(text.strip()))
    if len(short) == 1 and (has_trunk_zero(region) or "-" not in text):
        short = tuple(re.findall(r"\d+", text))
    whole, lengths = "".join(short), {len(one) for one in short}
    if max(lengths) > _LONGEST or len(short) == 1 or is_short(whole, region) or is_written_so(whole, region):
        return ()
    if all(is_short(one, region) for one in short):
        return short
    if min(lengths) < _SHORTEST:
        return ()
    if not has_trunk_zero(region):
        return () if is_possible(whole, region) else short
    return short if lengths == _EXTENSION or (lengths == _EMERGENCY and len(short) == _PAIR) else ()


def may_be_two(text: str, region: str | None) -> tuple[str, ...]:
    """Two numbers of about one length, where one long number would have its zero: ``1001 102``, ``12345 12346``.

    Not ``123 4567``, which is how a line without its area code is written, nor mobiles of India: ``98765 43210``.
    """
    short = tuple(re.findall(r"\d+", text)) if _LISTED.fullmatch(text.strip()) and has_trunk_zero(region) else ()
    whole = "".join(short)
    if len(short) != _PAIR or is_short(whole, region) or is_written_so(whole, region):
        return ()
    first, second = map(len, short)
    is_local = (first, second) == _LOCAL and not any(is_short(one, region) for one in short)
    if is_local or min(first, second) < _SHORTEST or abs(first - second) > 1:
        return ()
    return () if len(whole) > _LONGEST_PAIR and is_valid(whole, region) else short
