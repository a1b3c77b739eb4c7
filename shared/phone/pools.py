"""The pools of the agent at the phone, with their figures (C7)."""

import asyncio
from dataclasses import dataclass
from typing import Any

from shared.phone.agents import PhoneAgents
from shared.pools.live_figures import LivePoolFigures


@dataclass(frozen=True)
class PhonePools:
    agents: PhoneAgents
    figures: LivePoolFigures

    async def show(self, object_id: str) -> list[dict[str, Any]]:
        """Raises Forbidden ``agent-unknown``."""
        agent = await self.agents.agent(object_id)
        own, _ = await asyncio.gather(self.agents.pools(agent), self.figures.all())
        return await self.figures.of(own, agent.voice_user_id)
