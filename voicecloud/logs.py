"""One JSON line per log entry on stderr. Numbers come masked, tokens and recording links never."""

import json
import logging
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_QUIET = ("azure", "aiohttp.access")


class JsonFormatter(logging.Formatter):
    """Time, level, logger, message, and the fields given as ``extra``."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **{name: value for name, value in vars(record).items() if name not in _STANDARD},
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str)


class Repeats(logging.Filter):
    """Lets what libraries say over and over pass ``MOST`` times a minute: a flood of connections is none of the log."""

    MOST, PER_S = 5, 60.0

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._now = now
        self._said: dict[tuple[str, int], int] = {}
        self._since = now()

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.partition(".")[0] not in {"asyncio", "aiohttp"}:
            return True
        if self._now() - self._since >= self.PER_S:
            self._since = self._now()
            self._said.clear()
        said = self._said[record.pathname, record.lineno] = self._said.get((record.pathname, record.lineno), 0) + 1
        return said <= self.MOST


def set_up() -> None:
    """Routes the logging of this process to stderr; the storage SDK is heard only when it warns."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(Repeats())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
