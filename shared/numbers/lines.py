"""Which numbers are one telephone line: countries have changed their numbers, and networks show some in two ways.

Sources: national numbering plans published by ITU-T (Operational Bulletin); each rule says what changed and when.
"""

import re
from functools import lru_cache

_CHANGED = (
    # Mexico, August 2019: mobiles lost the 1 behind the country code.
    (re.compile(r"\+521([2-9]\d{9})"), r"+52\1"),
    # Ivory Coast, January 2021: ten digits; of mobiles the second digit tells the operator, whose prefix came before.
    (re.compile(r"\+225([04-8][7-9]\d{6})"), r"+22507\1"),
    (re.compile(r"\+225([04-8][4-6]\d{6})"), r"+22505\1"),
    (re.compile(r"\+225([04-8][0-3]\d{6})"), r"+22501\1"),
    # Benin, November 2024: 01 before every number.
    (re.compile(r"\+229([2-9]\d{7})"), r"+22901\1"),
    # Brazil, 2012 to 2016: mobiles have a 9 before.
    (re.compile(r"\+55([1-9][1-9])([689]\d{7})"), r"+55\g<1>9\2"),
)
_ARGENTINE_MOBILE = re.compile(r"\+549([1-3]\d{9})")
"""Dialled from abroad with a 9, which not every network shows."""


def present(e164: str) -> str:
    """The number a line has today: ``+22507123456`` has become ``+2250707123456``."""
    for old, new in _CHANGED:
        if old.fullmatch(e164):
            return old.sub(new, e164)
    return e164


@lru_cache(maxsize=20_000)
def line_of(e164: str) -> str:
    """The key of a number's line, the same for every way the line is shown; for comparing only, never for dialling."""
    return _ARGENTINE_MOBILE.sub(r"+54\1", present(e164))
