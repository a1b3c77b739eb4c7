"""A process that dies at any step of bringing both sides in line: the next one finishes, with one write in all (E5)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from shared.clock import utc_now
from shared.presence.availability import PhoneAvailability
from shared.presence.model import CallNews, CallStep
from shared.presence.omnichannel import Omnichannel
from shared.presence.service import HOLD, Presences
from shared.presence.store import PresenceStore
from shared.settings.model import SettingKind
from shared.users.model import Agent
from tests.fixtures.crashes import TABLE_EFFECTS, Crash, Fuse
from tests.fixtures.presence import DAVID, DAVID_D365, FREE, QUIET, TAKEN, Statuses
from tests.fixtures.world import World

STEPS = 6
"""More outside effects than a reconciliation has."""
AGENT = Agent(DAVID_D365, DAVID)


def process(world: World, fuse: Fuse, clock: Callable[[], datetime] = utc_now) -> Presences:
    """The handler of a process that dies when the fuse blows."""
    services = world.services
    enreach = fuse.wrap(services.enreach, ("set_availability",))
    dataverse = fuse.wrap(services.dataverse, ("act",))
    return Presences(
        settings=services.settings.presence,
        agents=services.users.agents,
        phone=PhoneAvailability(enreach, services.settings, clock),
        omnichannel=Omnichannel(dataverse, services.settings, clock),
        store=PresenceStore(fuse.wrap(services.tables.table("presence"), TABLE_EFFECTS)),
        bus=services.bus,
        clock=clock,
    )


def later() -> datetime:
    """When nobody waits for the process that died any more."""
    return datetime.now(UTC) + HOLD + timedelta(seconds=1)


async def reconcile(presences: Presences, world: World) -> None:
    try:
        await presences.reconcile(AGENT, await world.services.settings.presence())
    except Crash:
        return


async def ready(world: World) -> Statuses:
    """Available on both sides, and known to be."""
    await world.set(SettingKind.PRESENCE, "presence", {"enabled": True, "lease_s": 600})
    statuses = Statuses(world)
    await statuses.set_phone("Available")
    await statuses.set_dynamics(FREE)
    await reconcile(process(world, Fuse()), world)
    await world.forget_requests()
    return statuses


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, STEPS))
async def test_cut_off_while_a_status_is_mirrored(world: World, at: int, after: bool) -> None:
    """Dynamics is written once, whether the process died before or after it."""
    statuses = await ready(world)
    await statuses.set_phone("Busy")
    await reconcile(process(world, Fuse(at, after=after)), world)
    await reconcile(process(world, Fuse(), later), world)
    assert (await statuses.dynamics(), await statuses.phone()) == (TAKEN, "Busy")
    assert len(await statuses.writes()) == 1


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, STEPS))
async def test_cut_off_around_a_call(world: World, at: int, after: bool) -> None:
    """Never left in do-not-disturb, and the phone's own availability is not touched."""
    statuses = await ready(world)
    settings = await world.services.settings.presence()
    for step, sequence in ((CallStep.STARTED, 1), (CallStep.ENDED, 2)):
        for handler in (process(world, Fuse(at, after=after)), process(world, Fuse(), later)):
            try:
                await handler.call(AGENT, CallNews("c1", step, sequence, utc_now()), settings)
            except Crash:
                continue
        assert await statuses.dynamics() == (QUIET if step is CallStep.STARTED else FREE)
    assert await statuses.phone() == "Available"
    assert len(await statuses.writes()) == 2
