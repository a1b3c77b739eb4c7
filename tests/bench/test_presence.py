"""Figures of mirrored statuses: how soon a change on one side is seen on the other, reported by webhooks."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from tests.bench.conftest import Figures
from tests.fixtures.presence import FREE, TAKEN, Statuses

CHANGES = 20
LONGEST_S = 30.0


async def until(check: Callable[[], Awaitable[str]], wanted: str) -> None:
    async with asyncio.timeout(LONGEST_S):
        while await check() != wanted:  # noqa: ASYNC110 (another process changes it)
            await asyncio.sleep(0.005)


async def test_from_dynamics_to_the_voice_cloud(statuses: Statuses, figures: Figures) -> None:
    """A person sets their status in Dynamics; the voice cloud has it."""
    taken_ms = []
    for number in range(CHANGES):
        presence, name = [(TAKEN, "Busy"), (FREE, "Available")][number % 2]
        start = time.perf_counter()
        await statuses.set_dynamics(presence)
        await until(statuses.phone, name)
        taken_ms.append((time.perf_counter() - start) * 1000)
        await asyncio.sleep(1)
    figures.times("a status set in Dynamics, at the voice cloud", taken_ms)


async def test_from_the_voice_cloud_to_dynamics(statuses: Statuses, figures: Figures) -> None:
    """Somebody sets their availability at the voice cloud; Dynamics has it."""
    taken_ms = []
    for number in range(CHANGES):
        presence, name = [(TAKEN, "Busy"), (FREE, "Available")][number % 2]
        start = time.perf_counter()
        await statuses.set_phone(name)
        await until(statuses.dynamics, presence)
        taken_ms.append((time.perf_counter() - start) * 1000)
        await asyncio.sleep(1)
    figures.times("a status set at the voice cloud, in Dynamics", taken_ms)
