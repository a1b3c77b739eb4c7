"""A test run that is killed."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path
from uuid import uuid4

import pytest

from tests.fixtures.processes import ROOT

MARK, BUSY = "VOICE_TEST_RUN", "VOICE_TEST_BUSY"
"""In the environment of every process of the run that is killed: whose it is, and the file that says it is busy."""
BUSY_WITHIN_S, GONE_WITHIN_S = 300.0, 30.0


def processes_of(run: str) -> dict[int, str]:
    """Those of a run that are alive, by id, with their command lines."""
    found = {}
    for one in Path("/proc").glob("[0-9]*"):
        try:
            if f"{MARK}={run}".encode() in (one / "environ").read_bytes():
                found[int(one.name)] = (one / "cmdline").read_text().replace("\0", " ")
        except OSError:  # it has ended meanwhile, or is not ours
            continue
    return found


async def test_a_run_is_busy_for_as_long_as_it_is_told(storage_connection: str) -> None:
    """It has started processes, by a fixture and by itself."""
    child = await asyncio.create_subprocess_exec("sleep", "600")
    if busy := os.environ.get(BUSY):
        os.close(os.open(busy, os.O_CREAT))
        await asyncio.sleep(600)
    assert "TableEndpoint" in storage_connection
    child.kill()
    await child.wait()


@pytest.mark.skipif(sys.platform != "linux", reason="only the kernel of Linux ends children with their parent")
def test_a_run_that_is_killed_leaves_no_processes(tmp_path: Path) -> None:
    """Neither those of its fixtures nor what its tests have started themselves."""
    run, busy = uuid4().hex, tmp_path / "busy"
    command = [sys.executable, "-m", "pytest", "-n", "0", f"{__file__}::{_BUSY_TEST}", "-p", "no:cacheprovider"]
    environ = {**os.environ, MARK: run, BUSY: str(busy)}
    killed = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + BUSY_WITHIN_S
    while not busy.exists():
        assert killed.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    words = " ".join(processes_of(run).values())
    assert all(one in words for one in ("azurite", "sleep 600"))
    killed.kill()
    killed.wait()
    deadline = time.monotonic() + GONE_WITHIN_S
    while left := processes_of(run):
        assert time.monotonic() < deadline, left
        time.sleep(0.05)


_BUSY_TEST = test_a_run_is_busy_for_as_long_as_it_is_told.__name__
