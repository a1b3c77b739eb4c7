"""What the phone does while Dynamics is away: a call must be hung up all the same."""

import time
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from shared.bootstrap import Services
from shared.clock import utc_now
from shared.errors import Unavailable
from tests.fixtures.live_phone import ANNA_OBJECT, DAVID_OBJECT
from tests.fixtures.world import World


class Moved:
    """The services of one process, whose clock a test moves."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.ahead = timedelta(0)
        self.services = Services(environ, lambda: utc_now() + self.ahead)

    async def pools(self, object_id: str) -> list[str]:
        return [one["name"] for one in await self.services.phone.pools.show(object_id)]


@pytest_asyncio.fixture
async def moved(world: World) -> AsyncIterator[Moved]:
    opened = Moved(world.environ)
    yield opened
    await opened.services.close()


@pytest.mark.parametrize("fault", [{"status": 503}, {"drop": True}, {"delay_ms": 8000}])
async def test_who_was_known_stays_known(world: World, moved: Moved, fault: dict[str, Any]) -> None:
    """For as long as it takes, within two seconds at most; who was not known waits for Dynamics."""
    assert await moved.pools(DAVID_OBJECT) == ["Sales"]
    moved.ahead = timedelta(seconds=61)
    await world.fault(match="systemusers", times=1, **fault)
    began = time.monotonic()
    assert await moved.pools(DAVID_OBJECT) == ["Sales"]
    assert time.monotonic() - began < 4
    assert await moved.pools(DAVID_OBJECT) == ["Sales"]


async def test_who_was_never_seen_here_is_refused_for_now(world: World, moved: Moved) -> None:
    """While Dynamics is away, only agents who were seen before get their phone."""
    await world.fault(match="systemusers", times=2, status=503)
    with pytest.raises(Unavailable, match="dataverse-unavailable"):
        await moved.pools(ANNA_OBJECT)
