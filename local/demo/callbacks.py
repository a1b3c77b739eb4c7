"""Customers who ask to be called back, one after the other, and how soon Dynamics has each of them."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from itertools import cycle, islice

from local.outside import Outside

NOTES = (
    "Asks about the delivery of a sofa",
    "The invoice of last month is wrong",
    "Wants an offer for a kitchen",
    "Returning a lamp that flickers",
    "Prefers to be called after two",
)
LOOK_EVERY_S = 0.03
WAIT_S = 30.0

Named = Mapping[str, str]
"""A customer or a list of the organisation file: Id, Name, and for customers Number."""


async def leave_callbacks(
    seen: Outside, lists: Sequence[Named], customers: Sequence[Named], count: int, every_s: float
) -> AsyncIterator[str]:
    """Leaves ``count`` callbacks, each by another customer as long as there are some; gives a line for each."""
    shuffled = (cycle(random.sample(some, len(some))) for some in (customers, lists, NOTES))
    for customer, wanted, note in islice(zip(*shuffled, strict=True), count):
        arrived = await _one(seen, customer["Number"], wanted["Id"], note)
        yield f"{customer['Name']:<24} {wanted['Name']:<20} {arrived}"
        await asyncio.sleep(every_s)


async def _one(seen: Outside, number: str, list_id: str, note: str) -> str:
    begun_at = time.perf_counter()
    callback_id = await seen.leave_callback(list_id, number, note)
    while await seen.closed_callback(callback_id) is None:
        if time.perf_counter() - begun_at > WAIT_S:
            return f"still open after {WAIT_S:.0f} s: see the log and the health page"
        await asyncio.sleep(LOOK_EVERY_S)
    took = f"{(time.perf_counter() - begun_at) * 1000:.0f} ms"
    if await seen.callback_activity(callback_id) is None:
        return f"counted on the request that is open already, {took}"
    return f"in Dynamics and closed at its source, {took}"
