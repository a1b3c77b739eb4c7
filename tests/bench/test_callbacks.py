"""Figures of the callbacks capability: how soon one arrives, how fast a backlog is worked off, how cheap it is."""

import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from uuid import uuid4

import pytest

from shared.errors import Missing
from tests.fixtures.functions_host import ChildHost
from tests.fixtures.processes import ROOT
from tests.fixtures.world import World

type MakeHost = Callable[..., ChildHost]

SINGLE = 60
BACKLOG = int(os.environ.get("BENCH_BACKLOG", "5000"))
LEFT_AT_ONCE = 16


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


async def test_how_soon_a_callback_is_an_activity(told: World, capsys: pytest.CaptureFixture[str]) -> None:
    """From leaving it at the voice cloud to reading it in Dynamics, by webhook."""
    taken_ms = []
    for _ in range(SINGLE):
        started = time.perf_counter()
        callback_id = await told.leave_callback(told.new_number(), note=str(uuid4()))
        taken_ms.append((await readable(told, callback_id) - started) * 1000)
    p50, p95 = statistics.median(taken_ms), statistics.quantiles(taken_ms, n=20)[-1]
    with capsys.disabled():
        print(f"\ncallback left → activity readable, by webhook: p50 {p50:.0f} ms, p95 {p95:.0f} ms (bar 1000 ms)")


async def test_how_fast_a_backlog_is_worked_off(
    world: World, child_host: MakeHost, capsys: pytest.CaptureFixture[str]
) -> None:
    """Many callbacks that waited while nothing ran, found by one poll."""
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
    for callback_id in left:
        await readable(world, callback_id)
    taken_s = time.perf_counter() - started
    asked = [one for one in await world.dynamics_requests() if one.startswith("POST")]
    with capsys.disabled():
        print(f"\n{sent} waiting callbacks: found in {polled_s:.1f} s, done in {taken_s:.0f} s: {sent / taken_s:.0f}/s")
        print(f"Dataverse requests per callback: {len(asked) / sent:.2f} (bar 2)")


def test_how_long_the_app_takes_to_import(capsys: pytest.CaptureFixture[str]) -> None:
    """A cold start begins with this."""
    program = "import time; t = time.perf_counter(); import function_app; print((time.perf_counter() - t) * 1000)"
    runs = [
        float(
            subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        )
        for _ in range(7)
    ]
    with capsys.disabled():
        print(f"\nimport of function_app: median {statistics.median(runs):.0f} ms (bar 350 ms)")
