"""Reads the voice cloud's call rows by windows of time, none of them too long or too full."""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

from shared.enreach import names
from shared.enreach.model import CallPage, CallRow
from shared.errors import Unavailable

LONGEST = timedelta(days=names.LONGEST_WINDOW_DAYS)
SHORTEST = timedelta(seconds=1)

Read = Callable[[datetime, datetime], Awaitable[CallPage]]


async def pages(read: Read, after: datetime, before: datetime, longest: timedelta = LONGEST) -> AsyncIterator[CallPage]:
    """Pages in order of time that cover the window; one that is full is asked for in halves.

    Raises Unavailable ``voicecloud-too-many`` when one second holds more rows than an answer takes.
    """
    length = min(longest, LONGEST)
    while after < before:
        until = min(before, after + length)
        page = await read(after, until)
        if page.full:
            if length <= SHORTEST:
                raise Unavailable("voicecloud-too-many", "one second holds more calls than can be read")
            length = max(SHORTEST, min(length, until - after) / 2)
            continue
        yield page
        after, length = until, min(longest, LONGEST, length * 2)


def by_call(rows: Sequence[CallRow]) -> Mapping[str, Sequence[CallRow]]:
    """The rows of each call."""
    calls: dict[str, list[CallRow]] = defaultdict(list)
    for row in rows:
        calls[row.call_id].append(row)
    return calls
