"""The app is killed around what it asks of others: the next process finishes, exactly once (K2)."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio

from tests.faults.functions.test_faults import BATCH
from tests.fixtures.functions_host import ChildHost
from tests.fixtures.processes import ROOT
from tests.fixtures.proxy import Proxy, proxy
from tests.fixtures.world import Neighbours, World, eventually, world_in


@pytest_asyncio.fixture(scope="module")
async def before_voicecloud(neighbours: Neighbours) -> AsyncIterator[Proxy]:
    async with proxy(neighbours.voicecloud_url) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module")
async def running(
    neighbours: Neighbours, before_voicecloud: Proxy, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """The app in a process of its own: what finishes the work of the one killed is the next one to be killed."""
    log = tmp_path_factory.mktemp("killed") / "host.log"
    async with world_in(neighbours, f"k{uuid4().hex[:12]}") as opened:
        opened.host = host = ChildHost(ROOT, {**opened.environ, "VOICECLOUD_URL": before_voicecloud.url}, log)
        await asyncio.to_thread(host.start)
        yield opened
        host.kill()


@pytest_asyncio.fixture
async def world(running: World) -> AsyncIterator[World]:
    """Each test knows what Dynamics was asked in it, and what it has set for Dynamics ends with it."""
    await running.forget_requests()
    yield running
    await running.forget_requests()


@pytest.fixture
def host(running: World) -> ChildHost:
    assert running.host is not None
    return running.host


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", ["GET /callbacks/", "/close"], ids=["read", "close"])
async def test_kill_9_around_the_voice_cloud(
    world: World, before_voicecloud: Proxy, host: ChildHost, step: str, after: bool
) -> None:
    """Killed before or after the callback is read or closed, the next process finishes it, exactly once."""
    number = world.new_number()
    callback_id = await world.leave_callback(number)
    before_voicecloud.hold(step, after=after)
    await world.send(callback_id)
    await before_voicecloud.held()
    host.kill()
    before_voicecloud.release()
    await world.forget_locks("callbacks")
    await asyncio.to_thread(host.start)
    await eventually(lambda: world.exactly_one(number, callback_id))


@pytest.mark.parametrize("fault", [{"status": 500}, {}], ids=["before", "after"])
async def test_kill_9_around_the_upsert(world: World, host: ChildHost, fault: dict[str, object]) -> None:
    """Killed while Dynamics has not done the batch, or has done it unheard, there is one activity in the end."""
    number = world.new_number()
    callback_id = await world.leave_callback(number)
    await world.fault(match=BATCH, delay_ms=700, **fault)
    await world.services.dataverse.who_am_i()
    await world.send(callback_id)

    async def asked() -> None:
        assert BATCH in await world.dynamics_requests()

    await eventually(asked)
    host.kill()
    await world.forget_locks("callbacks")
    await asyncio.to_thread(host.start)
    await eventually(lambda: world.exactly_one(number, callback_id))
