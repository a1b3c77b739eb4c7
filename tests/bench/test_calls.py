"""Figures of call activities: requests per call, how soon the recording is on the activity, how fast the past comes."""

import os
import resource
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx

from shared.clock import utc_now
from shared.reconciliation.backfill import Plan
from shared.settings.model import SettingKind
from tests.bench.conftest import Figures
from tests.fixtures.calls import DEMO_CALL_SYNC, CallWorld
from tests.fixtures.customers import Customer, activity
from tests.fixtures.world import World, eventually

SINGLE = 30
LIVE = 10
DAVIDS_NUMBER = "+35891001004"
PAST = int(os.environ.get("BENCH_PAST", "1000"))
ALLOWED_PER_S = 6000 / 300


async def test_what_one_call_costs(calls: CallWorld, figures: Figures) -> None:
    """A pool call whose recording is late: made, then enriched and completed."""
    await calls.services.users.by_voice_id()
    await calls.world.forget_requests()
    for _ in range(SINGLE):
        call_id = calls.new_call()
        row = calls.cloud.add(call_id, RecordingIds=[])
        await calls.services.calls.reconcile(call_id)
        calls.cloud.change(row, RecordingIds=["rec-1"])
        await calls.services.calls.reconcile(call_id)
    asked = await calls.world.dynamics_requests()
    requests = len([one for one in asked if "systemusers" not in one])
    figures("Dataverse requests for a call whose recording is late", f"{requests / SINGLE:.2f}")


async def test_how_soon_a_recording_is_on_its_activity(calls: CallWorld, figures: Figures) -> None:
    """From the voice cloud having it, notified by its webhook, to the link being readable; the reconciliation alone."""
    taken_ms = []
    for _ in range(SINGLE):
        call_id = calls.new_call()
        row = calls.cloud.add(call_id, RecordingIds=[])
        await calls.services.calls.reconcile(call_id)
        start = time.perf_counter()
        calls.cloud.change(row, RecordingIds=["rec-1"])
        await calls.services.calls.reconcile(call_id)
        assert (await calls.activity(call_id))["voice_recording"]
        taken_ms.append((time.perf_counter() - start) * 1000)
    figures.times("recording there to its link on the activity", taken_ms)


async def test_how_soon_a_call_is_complete_after_its_end(told: World, figures: Figures) -> None:
    """From hanging up at the real voice cloud, whose records take half a second, to the completed activity."""
    await told.set(SettingKind.CALL_SYNC, "call-sync", DEMO_CALL_SYNC)
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
    figures.times("hung up to activity completed", taken_ms)


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


async def test_how_fast_the_past_is_filled_in(calls: CallWorld, figures: Figures) -> None:
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
    figures(f"back-fill of {totals.total()} calls", f"{took_s:.0f} s, {totals.total() / took_s:.1f} calls a second")
    share = done / took_s / ALLOWED_PER_S
    figures("  its requests", f"{done / PAST:.2f} a call, {done / took_s:.1f} a second, {share:.0%} of what is allowed")
    figures("  refused, and sent in a pause asked for", f"{traffic.refused}, {traffic.wasted}")
    memory = f"{held_mb[0]:.0f}, {held_mb[len(held_mb) // 4]:.0f}, {held_mb[-1]:.0f} MB"
    figures("  memory before, after a quarter, at the end", memory)
    assert totals == {"enterprise": PAST}
