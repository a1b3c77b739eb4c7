"""Figures of call activities: requests per call, how soon the recording is on the activity, how fast the past comes."""

import os
import resource
import statistics
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from shared.clock import utc_now
from shared.enterprise_calls.backfill import Plan
from shared.settings.model import Kind
from tests.fixtures.calls import DEMO_CALL_SYNC, CallWorld
from tests.fixtures.customers import Customer, activity
from tests.fixtures.world import World, eventually

SINGLE = 30
LIVE = 10
DAVIDS_NUMBER = "+35891001004"
PAST = int(os.environ.get("BENCH_PAST", "1000"))
ALLOWED_PER_S = 6000 / 300


async def test_what_one_call_costs(calls: CallWorld, capsys: pytest.CaptureFixture[str]) -> None:
    """A pool call whose recording is late: made, then enriched and completed."""
    await calls.services.users.by_voice_id()
    await calls.world.forget_requests()
    for _ in range(SINGLE):
        call_id = calls.new_call()
        row = calls.cloud.add(call_id, RecordingIds=[])
        await calls.services.calls.look_at(call_id)
        calls.cloud.change(row, RecordingIds=["rec-1"])
        await calls.services.calls.look_at(call_id)
    asked = await calls.world.dynamics_requests()
    with capsys.disabled():
        requests = len([one for one in asked if "systemusers" not in one])
        print(f"\ncall with a late recording: {requests / SINGLE:.2f} requests to Dataverse")


async def test_how_soon_a_recording_is_on_its_activity(calls: CallWorld, capsys: pytest.CaptureFixture[str]) -> None:
    """From the voice cloud having it, told by its webhook, to the link being readable; the look alone."""
    taken_ms = []
    for _ in range(SINGLE):
        call_id = calls.new_call()
        row = calls.cloud.add(call_id, RecordingIds=[])
        await calls.services.calls.look_at(call_id)
        start = time.perf_counter()
        calls.cloud.change(row, RecordingIds=["rec-1"])
        await calls.services.calls.look_at(call_id)
        assert (await calls.activity(call_id))["voice_recording"]
        taken_ms.append((time.perf_counter() - start) * 1000)
    taken_ms.sort()
    with capsys.disabled():
        print(f"\nrecording on activity: p50 {statistics.median(taken_ms):.0f} ms, p95 {taken_ms[-2]:.0f} ms")


async def test_how_soon_a_call_is_complete_after_its_end(told: World, capsys: pytest.CaptureFixture[str]) -> None:
    """From hanging up at the real voice cloud, whose records take half a second, to the completed activity."""
    await told.set(Kind.CALL_SYNC, "call-sync", DEMO_CALL_SYNC)
    customer, taken_ms = Customer(told), []
    for _ in range(LIVE):
        call_id = await customer.calls(DAVIDS_NUMBER)
        await eventually(lambda call_id=call_id: customer.is_talking(call_id))
        start = time.perf_counter()
        await customer.hangs_up(call_id)

        async def complete(call_id: str = call_id) -> None:
            row = await activity(told, call_id)
            assert (row["statecode"], row["voice_recording"] is not None) == (1, True)

        await eventually(complete)
        taken_ms.append((time.perf_counter() - start) * 1000)
    taken_ms.sort()
    with capsys.disabled():
        print(f"\nhung up to completed: p50 {statistics.median(taken_ms):.0f} ms, max {taken_ms[-1]:.0f} ms")


@dataclass
class Traffic:
    """What goes to Dynamics and what comes back: how much was refused, and what was sent during a pause asked for."""

    sent: int = 0
    refused: int = 0
    wasted: int = 0
    quiet_until: float = 0.0

    async def asks(self, _request: httpx.Request) -> None:
        self.sent += 1
        self.wasted += time.monotonic() < self.quiet_until

    async def answers(self, response: httpx.Response) -> None:
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            self.refused += 1
            self.quiet_until = max(self.quiet_until, time.monotonic() + float(response.headers["Retry-After"]))


def resident_mb() -> float:
    """What this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


async def test_how_fast_the_past_is_filled_in(calls: CallWorld, capsys: pytest.CaptureFixture[str]) -> None:
    """Many calls of the past, with the service's limits as they are: 6,000 requests in five minutes.

    ``BENCH_PAST=10000`` for as many as reach the limits.
    """
    until = utc_now()
    since = until - timedelta(days=20)
    for number in range(PAST):
        at = since + timedelta(seconds=number * 20 * 86_400 / PAST)
        calls.cloud.add(calls.new_call(), start=at, Terminal="mobile")
    traffic, held_mb = Traffic(), [resident_mb()]
    hooks = calls.services.http.event_hooks
    calls.services.http.event_hooks = {
        "request": [*hooks["request"], traffic.asks],
        "response": [*hooks["response"], traffic.answers],
    }

    def held(*_: object) -> None:
        held_mb.append(resident_mb())

    start = time.perf_counter()
    totals = await calls.services.back_fill.run(Plan(since, until, False, lambda _: None, held))
    took_s = time.perf_counter() - start
    done = traffic.sent - traffic.refused
    with capsys.disabled():
        print(
            f"\nback-fill of {totals.total()} calls: {took_s:.0f} s, {totals.total() / took_s:.1f} calls/s,"
            f" {done / PAST:.2f} requests a call, {done / took_s:.1f} requests/s"
            f" = {done / took_s / ALLOWED_PER_S:.0%} of the allowed rate;"
            f" {traffic.refused} refused, {traffic.wasted} sent during a pause;"
            f" memory {held_mb[0]:.0f} MB before, {held_mb[len(held_mb) // 4]:.0f} after a quarter,"
            f" {held_mb[-1]:.0f} at the end"
        )
    assert totals == {"enterprise": PAST}
