"""Reads the open callbacks of a list from the voice cloud, page by page from the oldest."""

from collections.abc import Sequence
from datetime import datetime

from shared.enreach.client import Enreach
from shared.enreach.model import Callback

PAGE = 500


async def open_callbacks(enreach: Enreach, list_id: str, since: datetime) -> tuple[Sequence[Callback], int]:
    """Those left at or after ``since``, and how many cannot be read. Raises what ``Enreach`` raises."""
    found: dict[str, Callback] = {}
    unreadable = 0
    while True:
        page = await enreach.callbacks(list_id, since, PAGE)
        fresh = [one for one in page.callbacks if one.id not in found]
        found.update((one.id, one) for one in fresh)
        unreadable += page.unreadable
        if not page.full or not fresh:
            return list(found.values()), unreadable
        since = fresh[-1].created_at
