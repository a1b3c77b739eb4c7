import asyncio
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from local.host.runtime import InvocationFailedError
from local.host.service import HOST_ID_SETTING
from local.host.storage import BlobStorage, StorageUnavailableError
from tests.fixtures.functions_host import NOBODY, ManualClock, RunningHost, StartHost
from tests.fixtures.waiting import eventually

APPS = Path(__file__).parent / "apps"
NOWHERE = "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=a2V5;BlobEndpoint=http://127.0.0.1:1/a;"
FIVE_MINUTES_S = 300


@pytest.fixture
def settings(storage_connection: str) -> dict[str, str]:
    """Every five minutes, with a host id that no other test uses."""
    return {
        "SAMPLE_SCHEDULE": "0 */5 * * * *",
        "SAMPLE_QUEUE": "sample",
        "SERVICEBUS_CONNECTION": NOBODY,
        "AzureWebJobsStorage": storage_connection,
        HOST_ID_SETTING: uuid4().hex,
    }


def ticks(host: RunningHost) -> list[bool]:
    """Whether each run was past due."""
    return [one["pastDue"] for one in host.module.seen]


async def waiting(clock: ManualClock, seconds: float) -> None:
    """Until the timer sleeps for exactly that long."""
    await eventually(lambda: clock.next_wake == clock.now() + timedelta(seconds=seconds))


async def test_a_timer_runs_when_it_is_due(functions_host: StartHost, settings: dict[str, str]) -> None:
    """It does not run at start, and once for each due moment."""
    clock = ManualClock()
    host = await functions_host(APPS / "sample", settings, queues=False, clock=clock)
    await waiting(clock, FIVE_MINUTES_S)
    for run in range(3):
        assert ticks(host) == [False] * run
        clock.advance(FIVE_MINUTES_S)
        await waiting(clock, FIVE_MINUTES_S)
    assert ticks(host) == [False] * 3


async def test_what_came_due_meanwhile_is_caught_up_once(functions_host: StartHost, settings: dict[str, str]) -> None:
    """After four missed moments: one run at start, past due, then the schedule goes on."""
    clock = ManualClock()
    host = await functions_host(APPS / "sample", settings, queues=False, clock=clock)
    await waiting(clock, FIVE_MINUTES_S)
    clock.advance(FIVE_MINUTES_S)
    await waiting(clock, FIVE_MINUTES_S)
    await host.host.stop()
    clock.advance(4 * FIVE_MINUTES_S + 60)
    again = await functions_host(APPS / "sample", settings, queues=False, clock=clock)
    await waiting(clock, 240)
    assert ticks(again) == [True]


@pytest.mark.parametrize("zone", ["+00:00", "Z", ""])
async def test_a_timer_that_has_never_run_is_caught_up_too(
    functions_host: StartHost, settings: dict[str, str], zone: str
) -> None:
    """It was due while no host was there: it runs once, however the time zone of its status row is written."""
    clock = ManualClock()
    host = await functions_host(APPS / "sample", settings, queues=False, clock=clock)
    await waiting(clock, FIVE_MINUTES_S)
    await host.host.stop()
    store = BlobStorage(settings["AzureWebJobsStorage"], settings[HOST_ID_SETTING], uuid4())
    try:
        status = await store.read("tick")
        assert status
        await store.write("tick", {name: text.replace("+00:00", zone) for name, text in status.items()})
    finally:
        await store.close()
    clock.advance(2 * FIVE_MINUTES_S + 60)
    again = await functions_host(APPS / "sample", settings, queues=False, clock=clock)
    await waiting(clock, 240)
    assert ticks(again) == [True]


async def test_a_changed_schedule_starts_afresh(functions_host: StartHost, settings: dict[str, str]) -> None:
    """What the old schedule would have missed is nothing to the new one."""
    clock = ManualClock()
    host = await functions_host(APPS / "sample", settings, queues=False, clock=clock)
    await waiting(clock, FIVE_MINUTES_S)
    clock.advance(FIVE_MINUTES_S)
    await waiting(clock, FIVE_MINUTES_S)
    await host.host.stop()
    clock.advance(3600)
    hourly = settings | {"SAMPLE_SCHEDULE": "0 0 * * * *"}
    again = await functions_host(APPS / "sample", hourly, queues=False, clock=clock)
    await waiting(clock, 3300)
    assert ticks(again) == []


async def test_a_quick_schedule_is_not_monitored(functions_host: StartHost, settings: dict[str, str]) -> None:
    """More often than once a minute, nothing is caught up."""
    clock = ManualClock()
    quick = settings | {"SAMPLE_SCHEDULE": "*/10 * * * * *"}
    host = await functions_host(APPS / "sample", quick, queues=False, clock=clock)
    await waiting(clock, 10)
    await host.host.stop()
    clock.advance(3600)
    again = await functions_host(APPS / "sample", quick, queues=False, clock=clock)
    await waiting(clock, 10)
    assert ticks(again) == []


async def test_runs_do_not_overlap(functions_host: StartHost, settings: dict[str, str]) -> None:
    """A run at start that outlasts two due moments is alone; the next is due after it ends."""
    clock = ManualClock()
    host = await functions_host(APPS / "startup", settings, clock=clock)
    await eventually(lambda: len(host.module.runs) == 1)
    clock.advance(2 * FIVE_MINUTES_S + 60)
    assert clock.next_wake is None
    host.module.may_end.set()
    await waiting(clock, 240)
    assert [run["pastDue"] for run in host.module.runs] == [False]


async def test_stopping_lets_a_run_finish(functions_host: StartHost, settings: dict[str, str]) -> None:
    """The host ends when the run has ended."""
    host = await functions_host(APPS / "startup", settings, clock=ManualClock())
    await eventually(lambda: len(host.module.runs) == 1)
    stopping = asyncio.create_task(host.host.stop())
    await asyncio.sleep(0)
    assert not stopping.done()
    host.module.may_end.set()
    await stopping
    assert host.module.runs[0]["ended"]


async def test_a_timer_runs_on_one_host_only(functions_host: StartHost, settings: dict[str, str]) -> None:
    """Whoever holds the lock runs it; another host asks each minute and takes over when it is free."""
    clock = ManualClock()
    other = BlobStorage(settings["AzureWebJobsStorage"], settings[HOST_ID_SETTING], uuid4())
    assert await other.acquire("tick")
    await functions_host(APPS / "sample", settings, queues=False, clock=clock)
    await waiting(clock, 60)
    await other.release("tick")
    clock.advance(60)
    await waiting(clock, 240)
    assert not await other.acquire("tick")
    await other.close()


async def test_a_dead_hosts_lock_is_its_own(settings: dict[str, str]) -> None:
    """The same owner, started again, takes the lock that it could not release; nobody else does."""
    owner, host_id = uuid4(), uuid4().hex
    dead, again = (BlobStorage(settings["AzureWebJobsStorage"], host_id, owner) for _ in range(2))
    stranger = BlobStorage(settings["AzureWebJobsStorage"], host_id, uuid4())
    assert await dead.acquire("tick")
    assert await again.acquire("tick")
    assert not await stranger.acquire("tick")
    for storage in (dead, again, stranger):
        await storage.close()


async def test_a_host_starts_without_its_storage(functions_host: StartHost, settings: dict[str, str]) -> None:
    """Its timers wait, asking every few seconds; HTTP is served meanwhile."""
    clock = ManualClock()
    away = settings | {"AzureWebJobsStorage": NOWHERE}
    host = await functions_host(APPS / "sample", away, queues=False, clock=clock)
    await waiting(clock, 5)
    assert (await host.client.get("/api/seen")).json()["seen"] == []
    storage = BlobStorage(NOWHERE, "x", uuid4())
    with pytest.raises(StorageUnavailableError):
        await storage.read("tick")
    await storage.close()


async def test_a_timer_run_by_hand_reports_a_failure(functions_host: StartHost, settings: dict[str, str]) -> None:
    """Tests see what the schedule would only log."""
    host = await functions_host(APPS / "sample", settings, queues=False)
    await host.run_timer("tick", past_due=True)
    assert ticks(host) == [True]
    del host.module.seen
    with pytest.raises(InvocationFailedError):
        await host.run_timer("tick")
