"""The whole app in this process, keys on, its queues listened to."""

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from tests.fixtures.functions_host import BUSY_MACHINE_S, RunningHost, running_host
from tests.fixtures.processes import ROOT
from tests.fixtures.world import World


@pytest_asyncio.fixture
async def app(world: World) -> AsyncIterator[RunningHost]:
    async with running_host(ROOT, world.environ, auth=True) as running:
        yield running


@pytest_asyncio.fixture
async def anonymous(app: RunningHost) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a key."""
    async with httpx.AsyncClient(base_url=app.url, timeout=BUSY_MACHINE_S) as client:
        yield client
