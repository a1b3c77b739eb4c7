"""Customers in the phone's directory: searched in Dynamics as the agent, who so finds only what they may read (C6)."""

import asyncio
import logging
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.caching import Cached
from shared.clock import Clock
from shared.dataverse import names
from shared.dataverse.client import Dataverse
from shared.errors import InvalidInput, Misconfigured, Missing, Unavailable
from shared.identity.model import Customer, CustomerKind
from shared.identity.records import KEYS, NAMES, PHONE_COLUMNS
from shared.identity.service import Identity
from shared.numbers import numbers_in
from shared.phone.searching import digits_of, name_pattern, number_pattern
from shared.settings.service import Settings

KEPT_S = 30.0
MOST = 10
"""Of each kind."""
MOST_LOOKED_AT = 100
"""Of each kind, where Dynamics finds more than is wanted."""

CITY, LEADS_COMPANY, CONTACTS_COMPANY = "address1_city", "companyname", "parentcustomerid_account"
DESCRIBED_WITHIN_S = 2.0
"""A list that is there helps more than one that is complete."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reachable:
    """A customer with the numbers in E.164, as far as they can be read as numbers."""

    customer: Customer
    numbers: tuple[str, ...]


class Customers:
    def __init__(self, *, dataverse: Dataverse, identity: Identity, settings: Settings, clock: Clock) -> None:
        self._dataverse = dataverse
        self._identity = identity
        self._settings = settings
        self._found = Cached(self._search, KEPT_S, clock)

    async def search(self, object_id: str, text: str) -> Sequence[Reachable]:
        """By a number or a part of it, in any spelling, or by a part of the name, with or without accents; 30 s old at
        most.

        Where Dynamics does not answer there are none; a table that it lacks, or does not show them, costs itself only.
        The log says why.
        """
        try:
            return await self._found.get((object_id, text))
        except (Unavailable, Misconfigured) as error:
            log.warning("customers were not searched", extra={"code": error.code})
            return ()

    async def described(self, object_id: str, customers: Sequence[Customer]) -> Mapping[UUID, tuple[str, str]]:
        """Company and city of each that the agent may read, to tell them apart by; none where Dynamics is slow."""
        kinds = {one.kind for one in customers}
        asked = [
            _of_its_own(kind, self._described(kind, [one.id for one in customers if one.kind is kind], object_id))
            for kind in kinds
        ]
        try:
            async with asyncio.timeout(DESCRIBED_WITHIN_S):
                found = await asyncio.gather(*asked)
        except (TimeoutError, Unavailable) as error:
            log.warning("customers were not described", extra={"code": getattr(error, "code", "timeout")})
            return {}
        return {customer_id: texts for each in found if each for customer_id, texts in each.items()}

    async def _described(
        self, kind: CustomerKind, ids: Sequence[UUID], object_id: str
    ) -> Mapping[UUID, tuple[str, str]]:
        query = {
            "$select": ",".join([KEYS[kind], CITY, *([LEADS_COMPANY] if kind is CustomerKind.LEAD else [])]),
            "$filter": " or ".join(f"{KEYS[kind]} eq {one}" for one in ids),
            **({"$expand": f"{CONTACTS_COMPANY}($select=name)"} if kind is CustomerKind.CONTACT else {}),
        }
        page = await self._dataverse.get(names.ENTITY_SETS[kind], query, reader=UUID(object_id))
        return {UUID(row[KEYS[kind]]): (_company(row), str(row.get(CITY) or "")) for row in page.get("value", ())}

    async def _search(self, key: tuple[str, str]) -> Sequence[Reachable]:
        object_id, text = key
        reader = UUID(object_id)
        by_number = await self._identity.recognise(text)
        if by_number.customers:
            asked = [(one.kind, self._row(one, reader)) for one in by_number.customers[:MOST]]
        elif digits := digits_of(text):
            asked = [(kind, self._numbered(kind, digits, reader)) for kind in CustomerKind]
        else:
            asked = [(kind, self._named(kind, text, reader)) for kind in CustomerKind]
        found = await asyncio.gather(*(_of_its_own(kind, one) for kind, one in asked))
        return [one for each in found if each for one in each]

    async def _row(self, customer: Customer, reader: UUID) -> Sequence[Reachable]:
        path = f"{names.ENTITY_SETS[customer.kind]}({customer.id})"
        row = await self._dataverse.get(path, {"$select": _columns(customer.kind)}, reader=reader)
        return [await self._reachable(customer.kind, row)]

    async def _named(self, kind: CustomerKind, text: str, reader: UUID) -> Sequence[Reachable]:
        return await self._found_by(kind, _contains([NAMES[kind]], name_pattern(text)), MOST, reader)

    async def _numbered(self, kind: CustomerKind, digits: str, reader: UUID) -> Sequence[Reachable]:
        """Dynamics finds the digits in their order, whatever stands between them; who has them together is left."""
        wanted = _contains(PHONE_COLUMNS[kind], number_pattern(digits))
        found = await self._found_by(kind, wanted, MOST_LOOKED_AT, reader)
        return [one for one in found if any(digits in number for number in one.numbers)][:MOST]

    async def _found_by(self, kind: CustomerKind, wanted: str, most: int, reader: UUID) -> Sequence[Reachable]:
        query = {
            "$select": _columns(kind),
            "$filter": f"({wanted}) and statecode eq 0",
            "$orderby": NAMES[kind],
            "$top": str(most),
        }
        page = await self._dataverse.get(names.ENTITY_SETS[kind], query, reader=reader)
        return [await self._reachable(kind, row) for row in page.get("value", ())]

    async def _reachable(self, kind: CustomerKind, row: Mapping[str, Any]) -> Reachable:
        region = await self._settings.region()
        written = (str(row[column]) for column in PHONE_COLUMNS[kind] if row.get(column))
        numbers = dict.fromkeys(number for text in written for number in sorted(numbers_in(text, region)))
        return Reachable(Customer(kind, UUID(row[KEYS[kind]]), str(row.get(NAMES[kind]) or "")), tuple(numbers))


async def _of_its_own[Found](kind: CustomerKind, asked: Awaitable[Found]) -> Found | None:
    """What one table gives; None where the environment lacks it, or the person may not read it."""
    try:
        return await asked
    except (Misconfigured, Missing, InvalidInput) as error:
        log.info("customers of one kind were not found", extra={"kind": kind, "code": error.code})
        return None


def _company(row: Mapping[str, Any]) -> str:
    """A contact's account, or what a lead has written."""
    return str((row.get(CONTACTS_COMPANY) or {}).get("name") or row.get(LEADS_COMPANY) or "")


def _contains(columns: Sequence[str], pattern: str) -> str:
    quoted = pattern.replace("'", "''")
    return " or ".join(f"contains({column},'{quoted}')" for column in columns)


def _columns(kind: CustomerKind) -> str:
    return ",".join([KEYS[kind], NAMES[kind], *PHONE_COLUMNS[kind]])
