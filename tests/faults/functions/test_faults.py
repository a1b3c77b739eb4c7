import asyncio
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
import pytest_asyncio

from shared.callbacks.polling import requested
from shared.clock import utc_now
from tests.fixtures.functions_host import ChildHost, RunningHost, running_host
from tests.fixtures.processes import ROOT
from tests.fixtures.proxy import Proxy, proxy
from tests.fixtures.world import SALES_LIST, World, eventually

BATCH = "POST /api/data/v9.2/$batch"


async def send(world: World, *callback_ids: str) -> None:
    """What a webhook sends."""
    for callback_id in callback_ids:
        await world.services.bus.send("callbacks", requested(SALES_LIST, callback_id, utc_now()))


@pytest_asyncio.fixture
async def app(world: World) -> AsyncIterator[RunningHost]:
    async with running_host(ROOT, world.environ) as running:
        yield running


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 429, "code": "0x80072322", "retry_after_s": 1},
        {"status": 500},
        {"status": 503, "times": 3},
        {"after_commit": True},
        {"after_commit": True, "times": 2},
        {"status": 412, "code": "0x80060882"},
    ],
    ids=["throttled", "error", "away three times", "answer lost", "answer lost twice", "changed meanwhile"],
)
async def test_dynamics_in_trouble_delays_a_callback_and_nothing_else(
    world: World, app: RunningHost, fault: dict[str, object]
) -> None:
    """Refused, broken off or done without an answer: the callback still becomes exactly one activity."""
    number = world.new_number()
    callback_id = await world.leave_callback(number)
    await world.fault(match=BATCH, **fault)
    await send(world, callback_id)
    await eventually(lambda: world.exactly_one(number, callback_id))
    depth = await world.services.queue_depths.of("callbacks")
    assert depth.scheduled == 0


@pytest.mark.parametrize(
    "fault",
    [{"status": 500}, {"after_commit": True}, {"status": 429, "retry_after_s": 1}],
    ids=["error", "answer lost", "throttled"],
)
async def test_trouble_while_counting_a_repeat_never_counts_twice(
    world: World, app: RunningHost, fault: dict[str, object]
) -> None:
    """The number of requests is what was left, however often the write was repeated."""
    number = world.new_number()
    first, second = await world.leave_callback(number), await world.leave_callback(number)
    await send(world, first)
    await eventually(lambda: world.exactly_one(number, first))
    await world.fault(match="PATCH /api/data/v9.2/phonecalls", **fault)
    await send(world, second)
    activity = await eventually(lambda: world.exactly_one(number, first, second))
    assert activity["voice_requestcount"] == 2


async def test_a_voice_cloud_that_is_down_is_waited_for(world: World, app: RunningHost) -> None:
    """Messages sent while the voice cloud is away are done when it is back."""
    number = world.new_number()
    callback_id = await world.leave_callback(number)
    world.neighbours.voicecloud.kill()
    await send(world, callback_id)
    await asyncio.sleep(0.7)
    world.neighbours.voicecloud.start()
    await eventually(lambda: world.exactly_one(number, callback_id))


async def test_a_broker_that_dies_loses_nothing(world: World, app: RunningHost) -> None:
    """Killed with messages in its queue and started again, the broker hands over every one of them."""
    numbers = [world.new_number() for _ in range(6)]
    callbacks = [await world.leave_callback(number) for number in numbers]
    await world.fault(match=BATCH, delay_ms=400, times=3)
    await send(world, *callbacks)
    world.neighbours.bus.kill()
    world.neighbours.bus.start()
    for number, callback_id in zip(numbers, callbacks, strict=True):
        await eventually(lambda number=number, one=callback_id: world.exactly_one(number, one), within_s=90)


@pytest_asyncio.fixture
async def before_voicecloud(world: World) -> AsyncIterator[Proxy]:
    async with proxy(world.neighbours.voicecloud_url) as opened:
        yield opened


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", ["GET /callbacks/", "/close"], ids=["read", "close"])
async def test_kill_9_around_the_voice_cloud(
    world: World, before_voicecloud: Proxy, child_host: Callable[..., ChildHost], step: str, after: bool
) -> None:
    """Killed before or after the callback is read or closed, the next process finishes it, exactly once."""
    number = world.new_number()
    callback_id = await world.leave_callback(number)
    host = child_host(ROOT, {**world.environ, "VOICECLOUD_URL": before_voicecloud.url})
    await asyncio.to_thread(host.start)
    before_voicecloud.hold(step, after=after)
    await send(world, callback_id)
    await before_voicecloud.held()
    host.kill()
    before_voicecloud.release()
    await expire_locks(world)
    await asyncio.to_thread(host.start)
    await eventually(lambda: world.exactly_one(number, callback_id))


@pytest.mark.parametrize("fault", [{"status": 500}, {}], ids=["before", "after"])
async def test_kill_9_around_the_upsert(
    world: World, child_host: Callable[..., ChildHost], fault: dict[str, object]
) -> None:
    """Killed while Dynamics has not done the batch, or has done it unheard, there is one activity in the end."""
    number = world.new_number()
    callback_id = await world.leave_callback(number)
    host = child_host(ROOT, world.environ)
    await asyncio.to_thread(host.start)
    await world.fault(match=BATCH, delay_ms=700, **fault)
    await world.services.dataverse.who_am_i()
    await send(world, callback_id)

    async def asked() -> None:
        assert BATCH in await world.dynamics_requests()

    await eventually(asked)
    host.kill()
    await expire_locks(world)
    await asyncio.to_thread(host.start)
    await eventually(lambda: world.exactly_one(number, callback_id))


async def expire_locks(world: World) -> None:
    """The broker gives back at once what the dead process had locked, instead of after a minute."""
    port = world.neighbours.bus.ready["http_port"]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as broker:
        answer = await broker.post("/faults/expire-locks", json={"entity": "callbacks"})
        assert answer.is_success, answer.text
