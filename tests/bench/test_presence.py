"""Figures of mirrored statuses: how soon a change on one side is seen on the other, told by webhooks."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable

import pytest

from tests.fixtures.presence import FREE, TAKEN, Statuses

CHANGES = 40


async def until(look: Callable[[], Awaitable[str]], wanted: str) -> None:
    while await look() != wanted:  # noqa: ASYNC110 (another process changes it)
        await asyncio.sleep(0.005)


def shown(name: str, taken_ms: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    taken_ms.sort()
    with capsys.disabled():
        p95 = taken_ms[round(0.95 * len(taken_ms)) - 1]
        print(f"\n{name}: p50 {statistics.median(taken_ms):.0f} ms, p95 {p95:.0f} ms, max {taken_ms[-1]:.0f} ms")


async def test_from_dynamics_to_the_voice_cloud(statuses: Statuses, capsys: pytest.CaptureFixture[str]) -> None:
    """A person sets his status in Dynamics; the voice cloud has it."""
    taken_ms = []
    for number in range(CHANGES):
        presence, name = [(TAKEN, "Busy"), (FREE, "Available")][number % 2]
        start = time.perf_counter()
        await statuses.set_dynamics(presence)
        await until(statuses.phone, name)
        taken_ms.append((time.perf_counter() - start) * 1000)
        await asyncio.sleep(1)
    shown("Dynamics to voice cloud", taken_ms, capsys)


async def test_from_the_voice_cloud_to_dynamics(statuses: Statuses, capsys: pytest.CaptureFixture[str]) -> None:
    """Somebody sets his availability at the voice cloud; Dynamics has it."""
    taken_ms = []
    for number in range(CHANGES):
        presence, name = [(TAKEN, "Busy"), (FREE, "Available")][number % 2]
        start = time.perf_counter()
        await statuses.set_phone(name)
        await until(statuses.dynamics, presence)
        taken_ms.append((time.perf_counter() - start) * 1000)
        await asyncio.sleep(1)
    shown("voice cloud to Dynamics", taken_ms, capsys)
