"""The safety net: reconciles agents whose change no notice has reported (design.md rule 3)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from shared.clock import to_iso
from shared.presence import messages
from shared.presence.facts import SKEW
from shared.presence.model import QUEUE, AgentState, PresenceShown, Side
from shared.presence.omnichannel import Omnichannel
from shared.presence.rules import was_written_over
from shared.presence.service import Presences
from shared.settings.presence import Method
from shared.users.model import Agent

AT_ONCE = 5
"""Agents whose availability is asked for together."""
LOOKED_BACK = timedelta(minutes=10)
"""How long after a write we search for what it has written over."""


@dataclass(eq=False, repr=False)
class PresencePolling:
    """All presences in one request, availabilities one by one; only what differs is left to ``handler``."""

    handler: Presences
    omnichannel: Omnichannel

    async def run(self) -> int:
        """How many agents are to be reconciled. Raises what the sides raise."""
        settings = await self.handler.settings()
        if not settings.enabled:
            return 0
        states, agents = await self.handler.store.all(), await self.handler.agents()
        shown: Mapping[str, PresenceShown | None] = {}
        if settings.method is Method.SERVER:
            shown = await self.omnichannel.read_all()
            await self._tell_what_was_written_over(states)
        gate = asyncio.Semaphore(AT_ONCE)

        async def check(agent: Agent) -> bool:
            async with gate:
                state = states.get(agent.id)
                is_unmapped = agent.id in shown and shown[agent.id] is None
                is_new = is_unmapped and not (state and any(one.side is Side.OMNICHANNEL for one in state.faults))
                if not is_new and not await self._differs(agent, state, shown.get(agent.id)):
                    return False
                await self.handler.bus.send(QUEUE, messages.reconcile_polled(agent.id, self.handler.clock()))
                return True

        return sum(await asyncio.gather(*(check(agent) for agent in agents.values())))

    async def _tell_what_was_written_over(self, states: Mapping[str, AgentState]) -> None:
        """Choices made in the instant before a write of ours whose own notices were lost."""
        now = self.handler.clock()
        decided = [state.written.decided_at for state in states.values() if state.written]
        recent = [moment for moment in decided if now - moment < LOOKED_BACK]
        for agent_id, news in await self.omnichannel.set_since(min(recent) - SKEW) if recent else ():
            state = states.get(agent_id)
            if state and news.at and was_written_over(state, news.presence_id, news.at):
                event = messages.presence_told(agent_id, news, f"history/{to_iso(news.at)}", now)
                await self.handler.bus.send(QUEUE, event)

    async def _differs(self, agent: Agent, state: AgentState | None, shown: PresenceShown | None) -> bool:
        now = self.handler.clock()
        if state is None or any(write.held_until <= now for write in state.pending):
            return True
        if any(not call.ended and call.lease_until <= now for call in state.calls.values()):
            return True
        known = state.omnichannel
        if shown and (known is None or (shown.presence.id, shown.at) != (known.presence.id, known.at)):
            return True
        phone = await self.handler.phone.read(agent)
        return phone is not None and (state.phone is None or phone.event_id != state.phone.event_id)
