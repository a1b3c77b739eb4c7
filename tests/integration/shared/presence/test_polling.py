"""The poll with the real neighbours, no webhook arriving: it finds what no notice has reported."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest_asyncio

from shared.bus.events import CloudEvent
from shared.clock import utc_now
from shared.presence.availability import PhoneAvailability
from shared.presence.model import CallNews, CallStep
from shared.presence.omnichannel import Omnichannel
from shared.presence.polling import PresencePolling
from shared.presence.service import Presences
from shared.presence.store import PresenceStore
from shared.settings.model import SettingKind
from shared.statuses import Presence
from shared.users.model import Agent
from tests.fixtures.presence import DAVID, DAVID_D365, FAR, FOCUS, FREE, QUIET, Statuses
from tests.fixtures.world import World

AGENT = Agent(DAVID_D365, DAVID)
ANNA_D365 = "a0000000-0000-4000-8000-000000000001"


@dataclass
class Queue:
    """What was sent, to be handled when the test says so."""

    sent: list[CloudEvent] = field(default_factory=list)

    async def send(self, _queue: str, event: CloudEvent, *, delay_s: float = 0.0) -> None:
        if not delay_s:
            self.sent.append(event)


class Interrupted(Omnichannel):
    """Somebody chooses a presence in the instant before our write."""

    choice: Callable[[], Awaitable[None]] | None = None

    async def write(self, agent: Agent, presence: Presence) -> None:
        if self.choice:
            await self.choice()
            self.choice = None
        await super().write(agent, presence)


@dataclass
class Polled:
    """An app whose webhooks never come."""

    statuses: Statuses
    queue: Queue
    omnichannel: Interrupted
    presences: Presences
    polling: PresencePolling

    async def poll(self) -> int:
        """Polls, and handles what that has sent; gives how many messages there were."""
        await self.polling.run()
        sent, self.queue.sent = self.queue.sent, []
        for event in sent:
            await self.presences.process(event)
        return len(sent)

    async def call(self, step: CallStep, sequence: int) -> None:
        settings = await self.statuses.world.services.settings.presence()
        await self.presences.call(AGENT, CallNews("c1", step, sequence, utc_now()), settings)


@pytest_asyncio.fixture
async def polled(world: World) -> Polled:
    """David is available on both sides, and known to be."""
    services, queue = world.services, Queue()
    await world.set(SettingKind.PRESENCE, "presence", {"enabled": True, "lease_s": 600})
    omnichannel = Interrupted(services.dataverse, services.settings, utc_now)
    presences = Presences(
        settings=services.settings.presence,
        agents=services.users.agents,
        phone=PhoneAvailability(services.enreach, services.settings, utc_now),
        omnichannel=omnichannel,
        store=PresenceStore(services.tables.table("presence")),
        bus=queue,
        clock=utc_now,
    )
    made = Polled(Statuses(world), queue, omnichannel, presences, PresencePolling(presences, omnichannel))
    await made.statuses.set_phone("Available")
    await made.statuses.set_dynamics(FREE)
    await made.poll()
    await asyncio.sleep(1.1)  # Dynamics keeps whole seconds
    await made.poll()
    return made


async def test_a_choice_written_over_by_a_ring_comes_back_after_the_call(polled: Polled) -> None:
    """Chosen in the instant between read and write, its notice lost: Dynamics' history of presences shows it."""
    statuses = polled.statuses
    polled.omnichannel.choice = lambda: statuses.set_dynamics(FOCUS)
    await polled.call(CallStep.STARTED, 1)
    assert (await statuses.dynamics(), await statuses.phone()) == (QUIET, "Available")
    assert await polled.poll() > 0
    assert (await statuses.dynamics(), await statuses.phone()) == (QUIET, "Busy")
    await polled.call(CallStep.ENDED, 2)
    assert (await statuses.dynamics(), await statuses.phone()) == (FOCUS, "Busy")
    assert await polled.poll() == 0


async def test_a_choice_written_over_by_the_end_of_a_call_is_given_back(polled: Polled) -> None:
    """It is given back once, whatever is polled afterwards."""
    statuses = polled.statuses
    await polled.call(CallStep.STARTED, 1)
    await asyncio.sleep(1.1)  # Dynamics keeps whole seconds
    polled.omnichannel.choice = lambda: statuses.set_dynamics(FAR)
    await polled.call(CallStep.ENDED, 2)
    await polled.poll()
    assert (await statuses.dynamics(), await statuses.phone()) == (FAR, "Away")
    await polled.poll()
    assert await polled.poll() == 0


async def test_one_agent_with_an_unknown_presence_is_shown_and_hinders_nobody(polled: Polled) -> None:
    """Their base status has no kind: that is a fault to mend, and the others are mirrored all the same."""
    statuses, world = polled.statuses, polled.statuses.world
    anna = Statuses(world, ANNA_D365)
    await world.set(SettingKind.PRESENCE, "presence", {"enabled": True, "base_statuses": {"busy": 192360009}})
    await anna.set_dynamics(FOCUS)
    await statuses.set_dynamics(FAR)
    await polled.poll()
    assert await statuses.phone() == "Away"
    assert [fault.code for fault in (await anna.state()).faults] == ["presence-unmapped"]
    await anna.set_dynamics(FREE)
    await polled.poll()
    assert (await anna.state()).faults == ()
