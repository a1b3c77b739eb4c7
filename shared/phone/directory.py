"""Whom the agent can call: colleagues with their status, pools, customers (C1, C6)."""

import asyncio
from typing import Any

from shared.caching import Cached
from shared.clock import Clock
from shared.enreach.model import PoolAgent, PoolRow, VoicePerson
from shared.enreach.overview import Overview
from shared.phone.agents import PhoneAgents
from shared.phone.customers import Customers, Reachable
from shared.phone.searching import has
from shared.pools.live_figures import LivePoolFigures
from shared.text import cleaned

COLLEAGUES_KEPT_S = 30.0
SHORTEST = 2
"""Characters from which on customers are searched."""
LONGEST = 100
MOST_POOLS = 50
"""Pools whose members are asked for their status."""


class PhoneDirectory:
    def __init__(
        self, *, agents: PhoneAgents, overview: Overview, figures: LivePoolFigures, customers: Customers, clock: Clock
    ) -> None:
        async def everybody(_: str) -> tuple[VoicePerson, ...]:
            return await overview.colleagues()

        self._agents = agents
        self._figures = figures
        self._customers = customers
        self._colleagues = Cached(everybody, COLLEAGUES_KEPT_S, clock)

    async def search(self, object_id: str, text: str) -> list[dict[str, Any]]:
        """Colleagues, then pools, then customers, each from A to Z; without a text all colleagues and pools.

        Raises Forbidden ``agent-unknown``.
        """
        await self._agents.agent(object_id)
        text = " ".join(cleaned(text).split())[:LONGEST]
        people, pools, customers = await asyncio.gather(
            self.colleagues(), self._figures.all(), self._searched(object_id, text)
        )
        statuses = await self._statuses(pools)
        found = [_colleague(one, statuses.get(one.id)) for one in people if has(text, one.name, *numbers_of(one))]
        found += [_pool(one) for one in pools if has(text, one.name, *one.numbers)]
        return found + [_customer(one) for one in customers]

    async def colleagues(self) -> tuple[VoicePerson, ...]:
        return await self._colleagues.get("")

    async def _searched(self, object_id: str, text: str) -> list[Reachable]:
        return list(await self._customers.search(object_id, text)) if len(text) >= SHORTEST else []

    async def _statuses(self, pools: tuple[PoolRow, ...]) -> dict[str, PoolAgent]:
        """Of who is a member of a pool: the voice cloud gives nobody else's in one answer."""
        lists = await asyncio.gather(*(self._figures.members(pool.id) for pool in pools[:MOST_POOLS]))
        return {one.user_id: one for members in lists for one in members}


def numbers_of(person: VoicePerson) -> list[str]:
    return [number for number in (person.work_number, person.mobile_number) if number]


def _colleague(person: VoicePerson, status: PoolAgent | None) -> dict[str, Any]:
    shown = _entry("user", person.id, person.name, numbers_of(person))
    if status is None:
        return shown
    return {
        **shown,
        "status": {"name": status.status, "talking": status.is_talking, "reachable": status.has_phone},
    }


def _pool(pool: PoolRow) -> dict[str, Any]:
    return _entry("pool", pool.id, pool.name, list(pool.numbers))


def _customer(found: Reachable) -> dict[str, Any]:
    customer = found.customer
    return _entry(customer.kind, str(customer.id), customer.name, list(found.numbers))


def _entry(kind: str, entry_id: str, name: str, numbers: list[str]) -> dict[str, Any]:
    return {"kind": kind, "id": entry_id, "name": name, "number": numbers[0] if numbers else "", "numbers": numbers}
