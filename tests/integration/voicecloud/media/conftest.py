"""A gateway for each test."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.fixtures import media_floor
from tests.fixtures.media_floor import Floor


@pytest_asyncio.fixture
async def floor() -> AsyncIterator[Floor]:
    async with media_floor.floor() as made:
        yield made
