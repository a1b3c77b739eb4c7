"""Agents switch themselves on and off in the pools that they are members of (B5)."""

from dataclasses import dataclass
from typing import Any

from shared.enreach.client import Enreach
from shared.errors import Forbidden


@dataclass(frozen=True)
class PoolActivation:
    enreach: Enreach

    async def of(self, voice_id: str) -> list[dict[str, Any]]:
        """The agent's pools: ``{id, name, active}``, as they are now."""
        pools = await self.enreach.pools_of(voice_id)
        return [{"id": pool.id, "name": pool.name, "active": pool.is_active} for pool in pools]

    async def switch(self, voice_id: str, pool_id: str, *, active: bool) -> None:
        """Raises Forbidden ``pool-foreign``."""
        if pool_id not in {pool.id for pool in await self.enreach.pools_of(voice_id)}:
            raise Forbidden("pool-foreign", "the agent is no member of this pool")
        await self.enreach.activate_in_pool(pool_id, voice_id, active)
