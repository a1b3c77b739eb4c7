"""Customers who call the pools for a while, and what one sees of it in the pools."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from local.outside import Outside

LOOK_EVERY_S = 5.0
CALLS_PER_HOUR = 1_200.0
FOR_S = 60.0


async def fill_pools(seen: Outside, calls_per_hour: float, for_s: float) -> AsyncIterator[str]:
    """Lets customers call; gives a line now and then. Afterwards the traffic is what it was before."""
    before = (await _state(seen))["traffic"]
    await set_traffic(seen, calls_per_hour)
    until = time.monotonic() + for_s
    try:
        while (left_s := until - time.monotonic()) > 0:
            await asyncio.sleep(min(LOOK_EVERY_S, left_s))
            yield _line((await _state(seen))["pools"])
    finally:
        await set_traffic(seen, before)


async def set_traffic(seen: Outside, calls_per_hour: float) -> None:
    body = {"CallsPerHour": calls_per_hour}
    (await seen.voicecloud.post("/control/api/traffic", json=body)).raise_for_status()


async def _state(seen: Outside) -> Mapping[str, Any]:
    state: Mapping[str, Any] = (await seen.voicecloud.get("/control/api/state")).raise_for_status().json()
    return state


def _line(pools: Sequence[Mapping[str, Any]]) -> str:
    """``Sales 2 talking, 1 waiting 0:12`` for each pool, in columns."""
    return "  ".join(f"{_pool(pool):<34}" for pool in pools).rstrip()


def _pool(pool: Mapping[str, Any]) -> str:
    waited_s = int(pool["MaxWaitTime"])
    waiting = f", {pool['QueueLength']} waiting {waited_s // 60}:{waited_s % 60:02d}" if pool["QueueLength"] else ""
    return f"{pool['Name']} {pool['ActiveCalls']} talking{waiting}"
