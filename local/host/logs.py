"""The host's own words and what the app logs, each with the invocation it belongs to."""

import logging

from local import logs
from local.host.runtime import current_invocation

CHATTY = ("azure", "httpx", "aiohttp", "msal", "urllib3")


def set_up(level: int = logging.INFO) -> None:
    """Routes all logging of this process to stderr; libraries only from warnings up."""
    logs.set_up(level=level, quiet=CHATTY, context=_invocation)
    # The runtime logs each failed call under this name; the host does so itself, once, with the function's name.
    logging.getLogger("azure.functions").setLevel(logging.CRITICAL)


def _invocation() -> dict[str, object]:
    invocation = current_invocation()
    return {"invocation": invocation} if invocation else {}
