"""Figures, times and documents from outside, held to what rows, clocks and people can take: once, for every door.

What others send may be anything. A figure that is not valid is not guessed at: it counts as not given.
"""

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn

from shared.clock import from_iso
from shared.text import REPLACEMENT

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""No call is older than the service; far beyond either, windows and time limits could not be computed any more."""
LONGEST_S = 366 * 86_400
"""No call, wait or status lasts longer."""
LARGEST_BODY = 1 << 20
DEEPEST = 100
_OTHER_CENTURY = re.compile(r"(?!20)\d{4}-\d\d-\d\d")
_HALVES = re.compile(r"[\ud800-\udfff]")
_ESCAPED_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_CALL_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
OWN_ID = r"^[0-9A-Za-z-]{8,64}\Z"
"""An id of a page's own making."""
RESERVED_IDS = {"going-on"}
"""Keys of the ``calls`` table that are no call's."""


def document(body: bytes | str) -> Any:
    """JSON of at most 1 MiB in UTF-8, UTF-16 or UTF-32, with or without a byte order mark (RFC 8259, section 8.1).

    Halves of surrogate pairs become U+FFFD. Raises ValueError for anything else: NaN, more than 100 levels, too long.
    """
    if len(body) > LARGEST_BODY:
        raise ValueError("a document is too long")
    text = body if isinstance(body, str) else body.decode(json.detect_encoding(body))
    try:
        found = json.loads(text.removeprefix("\ufeff"), parse_constant=_refuse)
        _require_shallow(found)
    except RecursionError:
        raise ValueError("a document is nested too deeply") from None
    return _whole(found) if _HALVES.search(text) or _ESCAPED_HALF.search(text) else found


def is_call_id(given: object) -> bool:
    """Whether it can be the voice cloud's id of a call: a text that becomes a key, and a column of an activity."""
    return isinstance(given, str) and bool(_CALL_ID.fullmatch(given)) and given not in RESERVED_IDS


def moment(value: object) -> datetime:
    """A time in ISO 8601 of this century. Raises ValueError."""
    try:
        at = from_iso(value) if isinstance(value, str) else None
    except OverflowError:
        at = None
    if at is None or not EARLIEST <= at < LATEST:
        raise ValueError("a time of this century is expected")
    return at


def moment_or_none(value: object) -> datetime | None:
    """A time, or None where there is none: absent, empty, of another century (year 0001 and 9999 stand for "not yet").

    Raises ValueError for what is no time at all, or none that a calendar has.
    """
    if not value or (isinstance(value, str) and _OTHER_CENTURY.match(value)):
        return None
    return moment(value)


def seconds_or_none(value: object) -> int | None:
    """Whole seconds from none to a year, a number or its text; None for anything else."""
    try:
        seconds = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else math.nan
    except (ValueError, OverflowError):
        return None
    return round(seconds) if 0 <= seconds <= LONGEST_S else None


def _refuse(_constant: str) -> NoReturn:
    raise ValueError("a number is expected")


def _require_shallow(found: Any) -> None:
    level = [found]
    for _ in range(DEEPEST):
        level = [part for one in level for part in _parts(one)]
        if not level:
            return
    raise ValueError("a document is nested too deeply")


def _parts(one: Any) -> list[Any]:
    values = one.values() if isinstance(one, Mapping) else one if isinstance(one, list) else ()
    return [value for value in values if isinstance(value, Mapping | list)]


def _whole(found: Any) -> Any:
    if isinstance(found, str):
        return _HALVES.sub(REPLACEMENT, found)
    if isinstance(found, list):
        return [_whole(one) for one in found]
    if isinstance(found, dict):
        return {_whole(name): _whole(value) for name, value in found.items()}
    return found
