"""Names of customers for who may read them in Dynamics (A5): the number index knows everybody, an agent may not.

Dynamics is asked as the agent, one request for each kind of customer, and its answer is kept for minutes, a refusal for
one: rights that have just been given act soon. Where it does not answer no name is shown: the number does for a while,
a name that was not theirs to read cannot be taken back.
"""

import asyncio
import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import batched
from uuid import UUID

from shared.clock import Clock
from shared.dataverse import names
from shared.dataverse.client import Dataverse
from shared.errors import InvalidInput, Misconfigured, Missing, Unavailable
from shared.identity.model import Customer, CustomerKind, Identification
from shared.identity.records import KEYS
from shared.identity.service import Identity
from shared.settings.phone import CustomerNames
from shared.settings.service import Settings

KEPT_FOR = timedelta(minutes=10)
REFUSAL_KEPT_FOR = timedelta(minutes=1)
AT_ONCE = 50
"""Rows asked for in one request; an address stays far below what Dataverse takes."""
MOST_KEPT = 50_000

log = logging.getLogger(__name__)


class ReadableCustomers:
    def __init__(self, *, dataverse: Dataverse, identity: Identity, settings: Settings, clock: Clock) -> None:
        self._dataverse = dataverse
        self._identity = identity
        self._settings = settings
        self._clock = clock
        self._kept: dict[tuple[UUID, Customer], tuple[datetime, bool]] = {}

    async def of(self, object_id: str, numbers: Collection[str]) -> dict[str, Identification]:
        """Whose each number is, as far as the person may read them; ``more`` also where others of the number are theirs
        not to read. Raises Unavailable ``index-not-ready``."""
        asked = sorted(set(numbers))
        found = await asyncio.gather(*(self._identity.recognise(number) for number in asked))
        readable = await self.among(object_id, {customer for one in found for customer in one.customers})
        return {number: _limited(one, readable) for number, one in zip(asked, found, strict=True)}

    async def among(self, object_id: str, customers: Collection[Customer]) -> set[Customer]:
        """Those whose rows the person may read; all of them where the setting ``customer_names`` says so."""
        if not customers or (await self._settings.phone()).customer_names is CustomerNames.EVERYBODY:
            return set(customers)
        reader = UUID(object_id)
        await self._ask(reader, [one for one in customers if self._known(reader, one) is None])
        return {one for one in customers if self._known(reader, one)}

    def _known(self, reader: UUID, customer: Customer) -> bool | None:
        until, readable = self._kept.get((reader, customer), (None, False))
        return readable if until and self._clock() < until else None

    async def _ask(self, reader: UUID, customers: Sequence[Customer]) -> None:
        parts = [
            (kind, part)
            for kind in CustomerKind
            for part in batched((one for one in customers if one.kind is kind), AT_ONCE, strict=False)
        ]
        await asyncio.gather(*(self._ask_part(reader, kind, part) for kind, part in parts))

    async def _ask_part(self, reader: UUID, kind: CustomerKind, customers: Sequence[Customer]) -> None:
        key = KEYS[kind]
        query = {"$select": key, "$filter": " or ".join(f"{key} eq {one.id}" for one in customers)}
        try:
            page = await self._dataverse.get(names.ENTITY_SETS[kind], query, reader=reader)
        except (Unavailable, Misconfigured, Missing, InvalidInput) as error:
            log.warning("names of customers are not shown", extra={"code": error.code})
            if isinstance(error, Unavailable):
                return
            page = {}
        self._keep(reader, customers, {UUID(row[key]) for row in page.get("value", ())})

    def _keep(self, reader: UUID, customers: Iterable[Customer], found: Collection[UUID]) -> None:
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        now = self._clock()
        for one in customers:
            is_readable = one.id in found
            self._kept[reader, one] = (now + (KEPT_FOR if is_readable else REFUSAL_KEPT_FOR), is_readable)


def _limited(found: Identification, readable: Collection[Customer]) -> Identification:
    kept = tuple(one for one in found.customers if one in readable)
    more = found.more or len(kept) < len(found.customers)
    return replace(found, customers=kept, more=more and bool(kept))
