"""The safety net: reconciles agents whose change no notice has reported (design.md rule 3)."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from shared.clock import Clock, to_iso
from shared.presence import messages
from shared.presence.availability import PhoneAvailability
from shared.presence.model import QUEUE, AgentState, PresenceShown, Side
from shared.presence.omnichannel import Omnichannel
from shared.presence.rules import was_written_over
from shared.presence.service import Agents, Sender
from shared.presence.state_machine import SKEW
from shared.presence.store import PresenceStore
from shared.settings.presence import Method
from shared.settings.service import Settings
from shared.users.model import Agent

AT_ONCE = 5
"""Agents whose availability is asked for together."""
LOOKED_BACK = timedelta(minutes=10)
"""How long after a write we search for what it has written over."""


class PresencePolling:
    """All presences in one request, availabilities one by one; only what differs is reconciled."""

    def __init__(
        self,
        *,
        settings: Settings,
        agents: Agents,
        phone: PhoneAvailability,
        omnichannel: Omnichannel,
        store: PresenceStore,
        bus: Sender,
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
        """How many agents are to be reconciled. Raises what the sides raise."""
        settings = await self._settings.presence()
        if not settings.enabled:
            return 0
        states, agents = await self._store.all(), await self._agents()
        shown: Mapping[str, PresenceShown | None] = {}
        if settings.method is Method.SERVER:
            shown = await self._omnichannel.read_all()
            await self._tell_what_was_written_over(states)
        gate = asyncio.Semaphore(AT_ONCE)

        async def check(agent: Agent) -> bool:
            async with gate:
                state = states.get(agent.id)
                is_unmapped = agent.id in shown and shown[agent.id] is None
                is_new = is_unmapped and not (state and any(one.side is Side.OMNICHANNEL for one in state.faults))
                if not is_new and not await self._differs(agent, state, shown.get(agent.id)):
                    return False
                await self._bus.send(QUEUE, messages.reconcile_polled(agent.id, self._clock()))
                return True

        return sum(await asyncio.gather(*(check(agent) for agent in agents.values())))

    async def _tell_what_was_written_over(self, states: Mapping[str, AgentState]) -> None:
        """Choices made in the instant before a write of ours whose own notices were lost."""
        now = self._clock()
        decided = [state.written.decided_at for state in states.values() if state.written]
        recent = [moment for moment in decided if now - moment < LOOKED_BACK]
        for agent_id, news in await self._omnichannel.set_since(min(recent) - SKEW) if recent else ():
            state = states.get(agent_id)
            if state and news.at and was_written_over(state, news.presence_id, news.at):
                event = messages.presence_told(agent_id, news, f"history/{to_iso(news.at)}", now)
                await self._bus.send(QUEUE, event)

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
