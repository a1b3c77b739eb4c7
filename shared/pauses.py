"""How long to wait before asking again, as an HTTP answer says it (``Retry-After``, RFC 9110, section 10.2.3)."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_PAUSE_S = 3600.0
"""No answer keeps us away for longer: what is asked for may be a mistake, and nobody would notice for days."""


def bounded_pause_s(asked_s: float, default_s: float = LONGEST_PAUSE_S) -> float:
    """Seconds between none and an hour; ``default_s`` for what is no number."""
    return default_s if math.isnan(asked_s) else min(max(asked_s, 0.0), LONGEST_PAUSE_S)


def retry_after_s(headers: Mapping[str, str], default_s: float) -> float:
    """The pause that ``Retry-After`` asks for, as seconds or as a date, an hour at most; ``default_s`` where it is
    absent, no number and no date, or a date that is past.

    A date is read by the clock of who sent it (``Date``), so that a wrong clock here or there does no harm.
    """
    given = _header(headers, "retry-after")
    try:
        return bounded_pause_s(float(given), default_s) if not given.startswith("-") else default_s
    except ValueError:
        pass
    until, now = _moment(given), _moment(_header(headers, "date")) or datetime.now(UTC)
    left_s = (until - now).total_seconds() if until else 0.0
    return bounded_pause_s(left_s) if left_s > 0 else default_s


def _header(headers: Mapping[str, str], wanted: str) -> str:
    return next((value.strip() for name, value in headers.items() if name.lower() == wanted), "")


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
