"""Query strings: times as EnreachAPI writes them, numbers, lists."""

from datetime import UTC, datetime

from aiohttp import web

from shared.errors import InvalidInput

TIME_FORMAT = "%Y-%m-%d %H:%M:%S"


def text(request: web.Request, name: str) -> str:
    return request.query.get(name, "").strip()


def moment(request: web.Request, name: str) -> datetime | None:
    """UTC as ``yyyy-MM-dd HH:mm:ss``, or ISO 8601. Raises InvalidInput ``query-time``."""
    given = text(request, name)
    if not given:
        return None
    try:
        read = datetime.fromisoformat(given)
    except ValueError as error:
        raise InvalidInput("query-time", f"{name} is no time of the form yyyy-MM-dd HH:mm:ss") from error
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def count(request: web.Request, name: str, default: int, largest: int) -> int:
    """Raises InvalidInput ``query-number``."""
    given = text(request, name)
    if not given:
        return default
    if not given.isdecimal() or int(given) < 1:
        raise InvalidInput("query-number", f"{name} is no whole number above 0")
    return min(int(given), largest)
