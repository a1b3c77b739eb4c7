"""Customers in the phone's directory: searched in Dynamics as the agent himself, so he finds what he may read (C6)."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.clock import Clock
from shared.dataverse import names
from shared.dataverse.client import Dataverse
from shared.errors import Misconfigured, Missing, Unavailable
from shared.identity.model import Customer, CustomerKind
from shared.identity.records import KEYS, NAMES, PHONE_COLUMNS
from shared.identity.service import Identity
from shared.numbers import numbers_in
from shared.phone.caching import Cached
from shared.settings.service import Settings

KEPT_S = 30.0
MOST = 10
"""Of each kind."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reachable:
    """A customer with his numbers in E.164, as far as they can be read as numbers."""

    customer: Customer
    numbers: tuple[str, ...]


class Customers:
    def __init__(self, *, dataverse: Dataverse, identity: Identity, settings: Settings, clock: Clock) -> None:
        self._dataverse = dataverse
        self._identity = identity
        self._settings = settings
        self._found = Cached(self._search, KEPT_S, clock)

    async def search(self, object_id: str, text: str) -> Sequence[Reachable]:
        """By a whole number, in any spelling, or by a part of the name; at most 30 s old.

        Where Dynamics does not answer, or does not let the app ask for him, there are none, and the log says why.
        """
        try:
            return await self._found.get((object_id, text))
        except (Unavailable, Misconfigured, Missing) as error:
            log.warning("customers were not searched", extra={"code": error.code})
            return ()

    async def _search(self, key: tuple[str, str]) -> Sequence[Reachable]:
        object_id, text = key
        reader = UUID(object_id)
        by_number = await self._identity.identify(text)
        if by_number.e164 is not None:
            asked = [self._row(one, reader) for one in by_number.customers[:MOST]]
        else:
            asked = [self._named(kind, text, reader) for kind in CustomerKind]
        return [one for found in await asyncio.gather(*asked) for one in found]

    async def _row(self, customer: Customer, reader: UUID) -> Sequence[Reachable]:
        path = f"{names.ENTITY_SETS[customer.kind]}({customer.id})"
        try:
            row = await self._dataverse.get(path, {"$select": _columns(customer.kind)}, reader=reader)
        except Missing:
            return ()
        return [await self._reachable(customer.kind, row)]

    async def _named(self, kind: CustomerKind, text: str, reader: UUID) -> Sequence[Reachable]:
        query = {
            "$select": _columns(kind),
            "$filter": f"contains({NAMES[kind]},{names.searched(text)}) and statecode eq 0",
            "$orderby": NAMES[kind],
            "$top": str(MOST),
        }
        page = await self._dataverse.get(names.ENTITY_SETS[kind], query, reader=reader)
        return [await self._reachable(kind, row) for row in page.get("value", ())]

    async def _reachable(self, kind: CustomerKind, row: Mapping[str, Any]) -> Reachable:
        region = (await self._settings.general()).default_region
        written = (str(row[column]) for column in PHONE_COLUMNS[kind] if row.get(column))
        numbers = dict.fromkeys(number for text in written for number in sorted(numbers_in(text, region)))
        return Reachable(Customer(kind, UUID(row[KEYS[kind]]), str(row.get(NAMES[kind]) or "")), tuple(numbers))


def _columns(kind: CustomerKind) -> str:
    return ",".join([KEYS[kind], NAMES[kind], *PHONE_COLUMNS[kind]])
