"""One JSON line per entry on stderr, for the host's own words and for what the app logs."""

import json
import logging
import sys
from datetime import UTC, datetime

from local.host.runtime import current_invocation

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
CHATTY = ("azure", "httpx", "aiohttp", "msal", "urllib3")


class JsonFormatter(logging.Formatter):
    """Time, level, logger, message, the invocation it belongs to, and whatever was given as ``extra``."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if invocation := current_invocation():
            entry["invocation"] = invocation
        entry |= {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False, default=str)


def set_up(level: int = logging.INFO) -> None:
    """Routes all logging of this process to stderr; libraries only from warnings up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    # The runtime logs each failed call under this name; the host does so itself, once, with the function's name.
    logging.getLogger("azure.functions").setLevel(logging.CRITICAL)
