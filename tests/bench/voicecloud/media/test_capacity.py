"""How many calls one core carries, and what that does to them."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[4]
CALLS, SECONDS = 60, 12
MOST_DELAY_MS = 5.0


def program(name: str, *arguments: object) -> list[str]:
    return [sys.executable, "-m", f"tests.bench.voicecloud.media.{name}", *map(str, arguments)]


@asynccontextmanager
async def gateway(core: int) -> AsyncIterator[int]:
    process = await asyncio.create_subprocess_exec(*program("server", core), stdin=PIPE, stdout=PIPE, cwd=ROOT)
    assert process.stdin
    assert process.stdout
    try:
        yield json.loads(await process.stdout.readline())["port"]
    finally:
        process.stdin.close()
        await process.wait()


async def carry(calls: int, seconds: int) -> dict[str, Any]:
    """The figures of one run: gateway and telephones in processes of their own, each alone on its core."""
    cores = sorted(os.sched_getaffinity(0))
    async with gateway(cores[0]) as port:
        load = await asyncio.create_subprocess_exec(
            *program("load", cores[1], port, calls, seconds), stdout=PIPE, cwd=ROOT
        )
        printed, _ = await load.communicate()
        assert load.returncode == 0, "the telephones could not be connected: is the machine busy?"
    figures: dict[str, Any] = json.loads(printed)
    return figures


def say(figures: dict[str, Any]) -> None:
    share, delay, setup = figures["cpu_share"], figures["delay_ms"], figures["setup_ms"]
    calls = figures["calls"]
    print(f"\n{calls} bridged, recorded calls on one core: {share:.0%} of it, {share / calls:.2%} a call")
    print(f"  added one-way delay, ms: p50 {delay['p50']:.2f}, p95 {delay['p95']:.2f}, p99 {delay['p99']:.2f}")
    print(f"  lost: {figures['lost']} of {figures['packets']} packets")
    print(f"  set-up at 5 calls/s, offer to connected, ms: p50 {setup['p50']:.0f}, p95 {setup['p95']:.0f}")
    print(f"  memory: {figures['kb_per_call']:.0f} kB a call (its recording moves to a file at 256 kB)")


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="gateway and telephones need a core each")
async def test_bridged_calls_per_core() -> None:
    """Sixty recorded calls a core, within 5 ms and without loss."""
    figures = await carry(CALLS, SECONDS)
    say(figures)
    assert figures["lost"] == 0
    assert figures["delay_ms"]["p95"] <= MOST_DELAY_MS
