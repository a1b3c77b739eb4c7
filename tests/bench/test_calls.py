"""Figures of call activities: requests per call, how soon the recording is on the activity, how fast the past comes."""

import asyncio
import os
import resource
import statistics
import time
from datetime import timedelta

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
PAST = int(os.environ.get("BENCH_PAST", "10000"))
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


async def test_how_fast_the_past_is_filled_in(calls: CallWorld, capsys: pytest.CaptureFixture[str]) -> None:
    """Many calls of the past, with the service's limits as they are: 6,000 requests in five minutes."""
    until = utc_now()
    since = until - timedelta(days=20)
    for number in range(PAST):
        at = since + timedelta(seconds=number * 20 * 86_400 / PAST)
        calls.cloud.add(calls.new_call(), start=at, Terminal="mobile")
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    task = asyncio.create_task(calls.services.back_fill.run(Plan(since, until, False, lambda _: None, lambda *_: None)))
    totals = await task
    took_s = time.perf_counter() - start
    asked = [one for one in await calls.world.dynamics_requests() if "batch" in one or "phonecalls" in one]
    with capsys.disabled():
        rate = len(asked) / took_s
        print(
            f"\nback-fill of {totals.total()} calls: {took_s:.0f} s, {totals.total() / took_s:.1f} calls/s,"
            f" {len(asked) / max(1, totals.total()):.2f} requests a call, {rate:.1f} requests/s"
            f" = {rate / ALLOWED_PER_S:.0%} of the allowed rate,"
            f" memory +{(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb) / 1024:.0f} MB"
        )
