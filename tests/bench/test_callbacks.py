"""Figures of the callbacks capability: how soon one arrives, how fast a backlog is worked off, how cheap it is."""

import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from shared.errors import Missing
from tests.bench.conftest import Figures
from tests.fixtures.functions_host import ChildHost
from tests.fixtures.processes import ROOT, Child
from tests.fixtures.world import World

type MakeHost = Callable[..., ChildHost]

SINGLE = 60
BACKLOG = int(os.environ.get("BENCH_BACKLOG", "500"))
LEFT_AT_ONCE = 16
LONGEST_S, MOST_S = 30.0, 0.6
"""Waited for one callback, and for each of a backlog besides."""


async def readable(world: World, callback_id: str) -> float:
    """The moment at which the activity can be read."""
    path = f"phonecalls({world.activity_id(callback_id)})"
    while True:
        try:
            await world.services.dataverse.get(path, {"$select": "subject"})
        except Missing:
            await asyncio.sleep(0.005)
        else:
            return time.perf_counter()


@pytest.fixture
def unlimited(world: World) -> Iterator[World]:
    """A voice cloud that takes as many requests as come: leaving a backlog is no caller's way of using it."""
    neighbours, before = world.neighbours, world.neighbours.voicecloud
    before.kill()
    environ = {**before.environ, "VOICECLOUD_RATE_LIMIT_PER_MINUTE": "0"}
    neighbours.voicecloud = Child("lab", environ=environ)
    neighbours.voicecloud.start()
    yield world
    neighbours.voicecloud.kill()
    neighbours.voicecloud = before
    before.start()


async def test_how_soon_a_callback_is_an_activity(told: World, figures: Figures) -> None:
    """From leaving it at the voice cloud to reading it in Dynamics, by webhook."""
    taken_ms = []
    for _ in range(SINGLE):
        started = time.perf_counter()
        callback_id = await told.leave_callback(told.new_number(), note=str(uuid4()))
        async with asyncio.timeout(LONGEST_S):
            taken_ms.append((await readable(told, callback_id) - started) * 1000)
    figures.times("callback left to activity readable, by webhook", taken_ms, 1000)


async def test_how_fast_a_backlog_is_worked_off(unlimited: World, child_host: MakeHost, figures: Figures) -> None:
    """Many callbacks that waited while nothing ran, found by one poll. ``BENCH_BACKLOG=5000`` for more of them."""
    world = unlimited
    gate = asyncio.Semaphore(LEFT_AT_ONCE)

    async def leave() -> str:
        async with gate:
            return await world.leave_callback(world.new_number())

    left = await asyncio.gather(*(leave() for _ in range(BACKLOG)))
    host = child_host(ROOT, world.environ)
    await asyncio.to_thread(host.start)
    await world.forget_requests()
    started = time.perf_counter()
    sent = sum((await world.services.callback_polling.run()).values())
    polled_s = time.perf_counter() - started
    async with asyncio.timeout(LONGEST_S + BACKLOG * MOST_S):
        for callback_id in left:
            await readable(world, callback_id)
    taken_s = time.perf_counter() - started
    asked = [one for one in await world.dynamics_requests() if one.startswith("POST")]
    figures(f"{sent} waiting callbacks, found by one poll", f"{polled_s:.1f} s")
    figures(f"{sent} waiting callbacks, worked off", f"{taken_s:.0f} s, {sent / taken_s:.0f} a second")
    figures("Dataverse requests a callback", f"{len(asked) / sent:.2f}", "2", met=len(asked) <= 2 * sent)


def test_how_long_the_app_takes_to_import(figures: Figures) -> None:
    """A cold start begins with the import of the app."""
    program = "import time; t = time.perf_counter(); import function_app; print((time.perf_counter() - t) * 1000)"
    runs = [
        float(
            subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        )
        for _ in range(7)
    ]
    median = statistics.median(runs)
    figures("import of the app, part of a cold start", f"median {median:.0f} ms", "350 ms", met=median <= 350)
