"""A call back to a customer counts on the request it answers (F8, F9).

In the ``calls`` table each request has a partition of its own for its attempts:

attempts~{request}      {call}              when the attempt was made
"""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from shared.dataverse import names
from shared.dataverse.client import Dataverse
from shared.dataverse.columns import AbsentColumns
from shared.dataverse.model import moment
from shared.errors import InvalidInput, Missing, Unavailable
from shared.storage.races import win
from shared.storage.tables import Row, Table


@dataclass(eq=False, repr=False)
class CallbackAttempts:
    dataverse: Dataverse
    absent: AbsentColumns
    table: Table

    async def add(self, request: UUID, call_id: str, at: datetime) -> None:
        """The call was an attempt on this request, counted once."""
        await self.table.put(Row(_partition(request), _row_of(call_id), {"at": at}))
        await self._count(request)

    async def take_back(self, request: UUID, call_id: str) -> None:
        """It was none."""
        await self.table.delete(_partition(request), _row_of(call_id))
        await self._count(request)

    async def _count(self, request: UUID) -> None:
        """Writes number and time of the attempts on a request; one that a person has completed keeps its figures.

        The row is read before the attempts: whoever counts meanwhile changes its version.
        """
        path = f"{names.PHONECALLS}({request})"

        async def counted(absent: Collection[str]) -> None:
            there = [name for name in FIGURES if name not in absent]
            row = await self.dataverse.get(path, {"$select": ",".join(["activityid", *there])})
            figures = _figures([made.values["at"] async for made in self.table.query(_partition(request))])
            body = {name: figures[name] for name in there if (row.get(name) or None) != (figures[name] or None)}
            if body:
                await self.dataverse.update(path, body, if_match=str(row["@odata.etag"]))

        with suppress(Missing, InvalidInput):
            await win(
                lambda: self.absent.doing_without(counted),
                Unavailable("callback-contended", "too many change one callback request"),
            )


FIGURES = (names.ATTEMPT_COUNT, names.LAST_ATTEMPT_ON)


def _figures(made: Collection[datetime]) -> Mapping[str, Any]:
    return {names.ATTEMPT_COUNT: len(made), names.LAST_ATTEMPT_ON: moment(max(made)) if made else None}


def _partition(request: UUID) -> str:
    return f"attempts~{request}"


def _row_of(call_id: str) -> str:
    return quote(call_id, safe="")
