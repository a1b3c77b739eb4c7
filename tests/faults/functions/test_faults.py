import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio

from tests.fixtures.functions_host import running_host
from tests.fixtures.processes import ROOT
from tests.fixtures.world import Neighbours, World, eventually, world_in

BATCH = "POST /api/data/v9.2/$batch"


@pytest_asyncio.fixture(scope="module")
async def running(neighbours: Neighbours) -> AsyncIterator[World]:
    """An app of this process, which goes on from test to test."""
    async with world_in(neighbours, f"f{uuid4().hex[:12]}") as opened, running_host(ROOT, opened.environ):
        yield opened


@pytest_asyncio.fixture
async def world(running: World) -> AsyncIterator[World]:
    """What a test has set for Dynamics ends with it."""
    yield running
    await running.forget_requests()


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
async def test_dynamics_in_trouble_delays_a_callback_and_nothing_else(world: World, fault: dict[str, object]) -> None:
    """Refused, broken off or done without an answer: the callback still becomes exactly one activity."""
    number = world.new_number()
    callback_id = await world.leave_callback(number)
    await world.fault(match=BATCH, **fault)
    await world.send(callback_id)
    await eventually(lambda: world.exactly_one(number, callback_id))
    depth = await world.services.queue_depths.of("callbacks")
    assert depth.scheduled == 0


@pytest.mark.parametrize(
    "fault",
    [{"status": 500}, {"after_commit": True}, {"status": 429, "retry_after_s": 1}],
    ids=["error", "answer lost", "throttled"],
)
async def test_trouble_while_counting_a_repeat_never_counts_twice(world: World, fault: dict[str, object]) -> None:
    """The number of requests is what was left, however often the write was repeated."""
    number = world.new_number()
    first, second = await world.leave_callback(number), await world.leave_callback(number)
    await world.send(first)
    await eventually(lambda: world.exactly_one(number, first))
    await world.fault(match="PATCH /api/data/v9.2/phonecalls", **fault)
    await world.send(second)
    activity = await eventually(lambda: world.exactly_one(number, first, second))
    assert activity["voice_requestcount"] == 2


async def test_a_voice_cloud_that_is_down_is_waited_for(world: World) -> None:
    """Messages sent while the voice cloud is away are done when it is back."""
    number = world.new_number()
    callback_id = await world.leave_callback(number)
    world.neighbours.voicecloud.kill()
    await world.send(callback_id)
    await asyncio.sleep(0.7)
    world.neighbours.voicecloud.start()
    await eventually(lambda: world.exactly_one(number, callback_id))


async def test_a_broker_that_dies_loses_nothing(world: World) -> None:
    """Killed with messages in its queue and started again, the broker hands over every one of them."""
    numbers = [world.new_number() for _ in range(6)]
    callbacks = [await world.leave_callback(number) for number in numbers]
    await world.fault(match=BATCH, delay_ms=400, times=3)
    await world.send(*callbacks)
    world.neighbours.bus.kill()
    world.neighbours.bus.start()
    for number, callback_id in zip(numbers, callbacks, strict=True):
        await eventually(lambda number=number, one=callback_id: world.exactly_one(number, one), within_s=90)
