"""What the Functions host costs: start, HTTP round trips, messages from a queue to a function."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
import pytest_asyncio
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient, ServiceBusSender

from local.host import runtime
from tests.bench.conftest import Figures
from tests.fixtures.functions_host import NOBODY, ROOT, ChildHost, StartHost
from tests.fixtures.servicebus import BrokerProcess
from tests.fixtures.waiting import eventually

APP = ROOT / "tests/integration/local/host/apps/sample"
REQUESTS = 1_000
MESSAGES = 1_000
QUIET = 100
SETTINGS = {"SAMPLE_SCHEDULE": "0 0 1 1 1 *", "SAMPLE_QUEUE": "callbacks", "SERVICEBUS_CONNECTION": NOBODY}


@pytest.fixture
def broker(make_broker: Callable[..., BrokerProcess]) -> BrokerProcess:
    return make_broker()


@pytest_asyncio.fixture
async def sender(broker: BrokerProcess) -> AsyncIterator[ServiceBusSender]:
    client = ServiceBusClient.from_connection_string(broker.connection_string)
    async with client, client.get_queue_sender("callbacks") as opened:
        yield opened


def test_start(child_host: Callable[..., ChildHost], broker: BrokerProcess, figures: Figures) -> None:
    """From spawning the process to serving, with one queue listened to."""
    child = child_host(APP, SETTINGS | {"SERVICEBUS_CONNECTION": broker.connection_string})
    for row in ("spawn to ready, first", "spawn to ready, again"):
        started = time.perf_counter()
        child.start()
        figures(row, f"{time.perf_counter() - started:.2f} s")
        child.stop()


async def test_index(figures: Figures) -> None:
    """How long it takes to read an app whose imports are there already."""
    taken: list[float] = []
    for _ in range(20):
        started = time.perf_counter()
        await runtime.load(APP)
        taken.append(time.perf_counter() - started)
        runtime.unload(APP)
    figures("index 10 functions", f"median {statistics.median(taken) * 1000:.1f} ms")


@pytest.mark.parametrize(("row", "path"), [("HTTP, sync function", "nobody"), ("HTTP, async function", "seen")])
async def test_http(functions_host: StartHost, figures: Figures, row: str, path: str) -> None:
    """One request after the other over the loopback interface, client and host in one process."""
    host = await functions_host(APP, SETTINGS, queues=False)
    taken: list[float] = []
    async with httpx.AsyncClient(base_url=host.url) as client:
        for _ in range(REQUESTS):
            started = time.perf_counter()
            await client.get(f"/api/{path}")
            taken.append(time.perf_counter() - started)
    figures.times(row, [one * 1000 for one in taken], digits=2)


async def test_queue(
    functions_host: StartHost, broker: BrokerProcess, sender: ServiceBusSender, figures: Figures
) -> None:
    """A message every 20 ms on a quiet queue, then a thousand at once; sender and host in one process."""
    host = await functions_host(APP, SETTINGS | {"SERVICEBUS_CONNECTION": broker.connection_string})
    seen = host.module.seen
    sent: list[float] = []
    for _ in range(QUIET):
        sent.append(time.perf_counter())
        await sender.send_messages(ServiceBusMessage(b"one"))
        await asyncio.sleep(0.02)
    await eventually(lambda: len(seen) == QUIET)
    taken_ms = [(one["at"] - at) * 1000 for one, at in zip(seen, sent, strict=True)]
    figures.times("message sent to function started", taken_ms, digits=2)
    started = time.perf_counter()
    for _ in range(MESSAGES // 100):
        await sender.send_messages([ServiceBusMessage(b"many") for _ in range(100)])
    await eventually(lambda: len(seen) == QUIET + MESSAGES, 30)
    figures(f"{MESSAGES:,} messages at once", f"{MESSAGES / (time.perf_counter() - started):,.0f} a second")
    await eventually(lambda: broker.counts("callbacks")["active"] == 0, 30)
