"""Phonecall rows in Dynamics: read, and changed in one request that does without what the environment lacks."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from shared.calls.activity_mapping import LOOKUPS, PARTIES, SETS, Columns
from shared.calls.normalise import expansion, selection
from shared.dataverse.client import Dataverse
from shared.dataverse.columns import AbsentColumns
from shared.dataverse.model import Change
from shared.errors import InvalidInput, Misconfigured, Missing

Changes = Callable[[Collection[str], bool], Sequence[Change]]
"""The changes to make, without some columns, as the agent or not."""


class PhonecallRows:
    def __init__(self, dataverse: Dataverse, absent: AbsentColumns) -> None:
        self._dataverse = dataverse
        self._absent = absent

    async def absent(self) -> Collection[str]:
        """The columns of ours that the environment lacks."""
        return await self._absent.names()

    async def read(self, path: str) -> Mapping[str, Any]:
        """Everything we write of a call. Raises Missing ``dataverse-missing``."""

        async def read(absent: Collection[str]) -> Mapping[str, Any]:
            return await self._dataverse.get(path, {"$select": selection(absent), "$expand": expansion()})

        return await self._absent.doing_without(read)

    async def is_there(self, path: str) -> bool:
        try:
            await self._dataverse.get(path, {"$select": "activityid"})
        except Missing:
            return False
        return True

    async def transact(self, changes: Changes) -> Sequence[Mapping[str, Any]]:
        """In one request; again without a column the environment lacks, or without acting as the agent."""

        async def transact(absent: Collection[str]) -> Sequence[Mapping[str, Any]]:
            try:
                return await self._dataverse.transact(changes(absent, True))
            except Misconfigured as error:
                if error.code != "dataverse-forbidden":
                    raise
            return await self._dataverse.transact(changes(absent, False))

        return await self._absent.doing_without(transact)

    async def gone_among(self, values: Columns) -> frozenset[str]:
        """Which of the rows that lookups and parties point to are not there, as ``table:guid``."""
        pointed = [value for name, value in values.items() if name in LOOKUPS and value]
        pointed += [who for _, who in values.get(PARTIES) or () if who.partition(":")[0] in SETS]
        return frozenset([who for who in dict.fromkeys(pointed) if not await self._has(who)])

    async def _has(self, who: str) -> bool:
        table, _, row_id = who.partition(":")
        try:
            await self._dataverse.get(f"{SETS[table]}({row_id})", {"$select": "createdon"})
        except Missing:
            return False
        return True


def without_gone(values: Columns, gone: Collection[str]) -> dict[str, Any]:
    """What is left when rows are gone: a customer stays as the number of the call, all else is as if never known."""
    kept = {name: value for name, value in values.items() if name not in LOOKUPS or value not in gone}
    if kept.get(PARTIES):
        number = values.get("phonenumber")
        parties = [[mask, number if who in gone else who] for mask, who in kept[PARTIES] if who not in gone or number]
        kept[PARTIES] = sorted(one for one in parties if one[1])
    return kept


def nothing_to_blame(error: Missing) -> InvalidInput:
    """A row is missing, and it is none of those we know of: trying again would change nothing."""
    return InvalidInput("dataverse-refused", error.message)
