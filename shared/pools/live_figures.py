"""Pools with live figures, kept for two or three seconds: many phones ask the voice cloud as often as one (C7)."""

import asyncio
from collections.abc import Sequence
from typing import Any

from shared.caching import Cached
from shared.clock import Clock
from shared.enreach.model import PoolAgent, PoolRow
from shared.enreach.overview import Overview

FIGURES_KEPT_S = 2.0
MEMBERS_KEPT_S = 3.0


class LivePoolFigures:
    def __init__(self, overview: Overview, clock: Clock) -> None:
        async def every(_: str) -> tuple[PoolRow, ...]:
            return await overview.pools()

        self._all = Cached(every, FIGURES_KEPT_S, clock)
        self._members = Cached(overview.members, MEMBERS_KEPT_S, clock)

    async def all(self) -> tuple[PoolRow, ...]:
        """Every pool of the organisation."""
        return await self._all.get("")

    async def members(self, pool_id: str) -> tuple[PoolAgent, ...]:
        return await self._members.get(pool_id)

    async def of(self, own: Sequence[PoolRow], voice_user_id: str) -> list[dict[str, Any]]:
        """What the phone's list of pools and its detail view show of these, to one of their members."""
        fresh = {pool.id: pool for pool in await self.all()}
        members = await asyncio.gather(*(self.members(pool.id) for pool in own))
        return [
            _shown(fresh.get(pool.id, pool), agents, voice_user_id) for pool, agents in zip(own, members, strict=True)
        ]


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
