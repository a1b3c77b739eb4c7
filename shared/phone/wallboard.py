"""Pools with live figures, kept for two or three seconds, so that many phones ask the voice cloud as often as one."""

import asyncio
from typing import Any

from shared.caching import Cached
from shared.clock import Clock
from shared.enreach.model import PoolAgent, PoolRow
from shared.enreach.overview import Overview
from shared.phone.agents import PhoneAgents

FIGURES_KEPT_S = 2.0
MEMBERS_KEPT_S = 3.0


class PoolBoards:
    """What the phone's list of pools and its detail view show (C7)."""

    def __init__(self, agents: PhoneAgents, overview: Overview, clock: Clock) -> None:
        async def every(_: str) -> tuple[PoolRow, ...]:
            return await overview.pools()

        self._agents = agents
        self._figures = Cached(every, FIGURES_KEPT_S, clock)
        self._members = Cached(overview.members, MEMBERS_KEPT_S, clock)

    async def show(self, object_id: str) -> list[dict[str, Any]]:
        """The agent's own pools. Raises Forbidden ``agent-unknown``."""
        agent = await self._agents.agent(object_id)
        own, figures = await asyncio.gather(self._agents.pools(agent), self.figures())
        fresh = {pool.id: pool for pool in figures}
        members = await asyncio.gather(*(self.members(pool.id) for pool in own))
        return [
            _shown(fresh.get(pool.id, pool), agents, agent.voice_user_id)
            for pool, agents in zip(own, members, strict=True)
        ]

    async def figures(self) -> tuple[PoolRow, ...]:
        """Every pool of the organisation."""
        return await self._figures.get("")

    async def members(self, pool_id: str) -> tuple[PoolAgent, ...]:
        return await self._members.get(pool_id)


def _shown(pool: PoolRow, agents: tuple[PoolAgent, ...], voice_user_id: str) -> dict[str, Any]:
    return {
        "id": pool.id,
        "name": pool.name,
        "active": any(one.is_active for one in agents if one.user_id == voice_user_id),
        "open": pool.is_open,
        "serving": pool.serving,
        "free": pool.free,
        "activeAgents": pool.active_agents,
        "activeCalls": pool.active_calls,
        "queueLength": pool.queue_length,
        "longestWait_s": pool.longest_wait_s,
        "onWrapUp": pool.on_wrap_up,
        "agents": [_agent(one) for one in agents],
    }


def _agent(agent: PoolAgent) -> dict[str, Any]:
    return {
        "id": agent.user_id,
        "name": agent.name,
        "active": agent.is_active,
        "skill": agent.skill,
        "status": agent.status,
        "talking": agent.is_talking,
        "reachable": agent.has_phone,
    }
