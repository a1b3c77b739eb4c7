"""One JSON line per log entry on stderr."""

import json
import logging
import sys
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class ContextFormatter(logging.Formatter):
    """Time, level, logger, message, what ``context`` gives, and whatever was given as ``extra``."""

    def __init__(self, context: Callable[[], Mapping[str, object]] = dict) -> None:
        super().__init__()
        self._context = context

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **self._context(),
            **{name: value for name, value in vars(record).items() if name not in _STANDARD},
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False, default=str)


def set_up(
    *,
    level: int = logging.INFO,
    quiet: Collection[str] = (),
    context: Callable[[], Mapping[str, object]] = dict,
) -> None:
    """Routes all logging of this process to stderr; ``quiet`` libraries only from warnings up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(ContextFormatter(context))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in quiet:
        logging.getLogger(name).setLevel(logging.WARNING)
