"""One JSON line per entry on stderr, for the host's own words and for what the app logs."""

import json
import logging
import sys
from datetime import UTC, datetime

from local.host.runtime import InvocationFailedError

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """Time, level, logger, message, and whatever was given as ``extra``."""

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
        return json.dumps(entry, ensure_ascii=False, default=str)


def set_up(level: int = logging.INFO) -> None:
    """Routes all logging of this process to stderr; libraries only from warnings up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for chatty in ("azure", "httpx", "aiohttp", "msal", "urllib3", "azure_functions_runtime"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # The runtime logs each failure with its traceback; the host does so itself, once.
    logging.getLogger("azure_functions_runtime").setLevel(logging.CRITICAL)


class Log:
    """What the host says about invocations; never what was in them."""

    def __init__(self) -> None:
        self._log = logging.getLogger("host")

    def say(self, message: str, **fields: object) -> None:
        self._log.info(message, extra=fields)

    def warn(self, message: str, **fields: object) -> None:
        self._log.warning(message, extra=fields)

    def done(self, function: str, duration_s: float, **fields: object) -> None:
        self._log.info("executed", extra={"function": function, "ms": round(duration_s * 1000, 1), **fields})

    def failed(self, function: str, error: InvocationFailedError) -> None:
        self._log.error("failed", extra={"function": function, "error": str(error), "exception": error.traceback})
