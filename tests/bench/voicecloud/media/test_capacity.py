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

from tests.bench.conftest import Figures

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


def say(measured: dict[str, Any], figures: Figures) -> None:
    share, delay, setup, calls = (measured[name] for name in ("cpu_share", "delay_ms", "setup_ms", "calls"))
    figures(f"{calls} bridged, recorded calls", f"{share:.0%} of a core, {share / calls:.2%} a call")
    delays = ", ".join(f"{name} {delay[name]:.2f}" for name in ("p50", "p95", "p99"))
    figures("  added one-way delay", f"{delays} ms", f"p95 {MOST_DELAY_MS:.0f} ms", met=delay["p95"] <= MOST_DELAY_MS)
    figures("  packets lost", f"{measured['lost']} of {measured['packets']:,}", "0", met=measured["lost"] == 0)
    figures("  offer to connected, 5 calls a second", f"p50 {setup['p50']:.0f}, p95 {setup['p95']:.0f} ms")
    figures("  memory (a recording moves to a file at 256 kB)", f"{measured['kb_per_call']:.0f} kB a call")


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="gateway and telephones need a core each")
async def test_bridged_calls_per_core(figures: Figures) -> None:
    """Sixty recorded calls a core, within 5 ms and without loss."""
    say(await carry(CALLS, SECONDS), figures)
