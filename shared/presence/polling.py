"""The safety net: looks at whom no notice has told of (design.md rule 3)."""

import asyncio

from shared.bus.bus import Bus
from shared.clock import Clock
from shared.presence import telling
from shared.presence.availability import PhoneAvailability
from shared.presence.model import QUEUE, Agent, AgentState, PresenceShown
from shared.presence.omnichannel import Omnichannel
from shared.presence.service import Agents
from shared.presence.store import PresenceStore
from shared.settings.presence import Method
from shared.settings.service import Settings

AT_ONCE = 5
"""Agents whose availability is asked for together."""


class PresencePolling:
    """All presences in one request, availabilities one by one; only what differs is looked at."""

    def __init__(
        self,
        *,
        settings: Settings,
        agents: Agents,
        phone: PhoneAvailability,
        omnichannel: Omnichannel,
        store: PresenceStore,
        bus: Bus,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._agents = agents
        self._phone = phone
        self._omnichannel = omnichannel
        self._store = store
        self._bus = bus
        self._clock = clock

    async def run(self) -> int:
        """How many agents a look was asked for. Raises what the sides raise."""
        settings = await self._settings.presence()
        if not settings.enabled:
            return 0
        states, agents = await self._store.all(), await self._agents()
        shown = await self._omnichannel.read_all() if settings.method is Method.SERVER else {}
        gate = asyncio.Semaphore(AT_ONCE)

        async def check(agent: Agent) -> bool:
            async with gate:
                if not await self._differs(agent, states.get(agent.id), shown.get(agent.id)):
                    return False
                await self._bus.send(QUEUE, telling.look_polled(agent.id, self._clock()))
                return True

        return sum(await asyncio.gather(*(check(agent) for agent in agents.values())))

    async def _differs(self, agent: Agent, state: AgentState | None, shown: PresenceShown | None) -> bool:
        now = self._clock()
        if state is None or any(write.held_until <= now for write in state.pending):
            return True
        if any(not call.ended and call.lease_until <= now for call in state.calls.values()):
            return True
        known = state.omnichannel
        if shown and (known is None or (shown.presence.id, shown.at) != (known.presence.id, known.at)):
            return True
        phone = await self._phone.read(agent)
        return phone is not None and (state.phone is None or phone.event_id != state.phone.event_id)
