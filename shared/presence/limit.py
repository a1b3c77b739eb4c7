"""No side is waited for longer than a write is held for who decided on it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.errors import Unavailable

TIME_OUT_S = 20.0


@asynccontextmanager
async def limited() -> AsyncIterator[None]:
    """Ends what takes too long. Raises Unavailable ``presence-time-out``."""
    try:
        async with asyncio.timeout(TIME_OUT_S):
            yield
    except TimeoutError as error:
        raise Unavailable("presence-time-out", "a status was not read or written in time") from error
