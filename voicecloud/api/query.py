"""Query strings: times as EnreachAPI writes them, numbers, lists."""

from datetime import UTC, datetime

from aiohttp import web

from shared.errors import InvalidInput
from voicecloud.wire import check_text

TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
MAX_DIGITS = 9


def text(request: web.Request, name: str) -> str:
    """Empty when it is not there. Raises InvalidInput ``text-characters``."""
    given = request.query.get(name, "").strip()
    check_text(given)
    return given


def moment(request: web.Request, name: str) -> datetime | None:
    """UTC as ``yyyy-MM-dd HH:mm:ss``, or ISO 8601; earlier than 1970 is 1970. Raises InvalidInput ``query-time``."""
    given = text(request, name)
    if not given:
        return None
    try:
        read = datetime.fromisoformat(given)
        utc = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidInput("query-time", f"{name} is no time of the form yyyy-MM-dd HH:mm:ss") from error
    return max(utc, EARLIEST)


def count(request: web.Request, name: str, default: int, largest: int) -> int:
    """Raises InvalidInput ``query-number``."""
    given = text(request, name)
    if not given:
        return default
    if not given.isdecimal() or len(given) > MAX_DIGITS or int(given) < 1:
        raise InvalidInput("query-number", f"{name} is no whole number above 0")
    return min(int(given), largest)
