"""A call back to a customer counts on the request it answers (F8, F9)."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.calls.activity_mapping import moment
from shared.calls.store import CallStore
from shared.dataverse import names
from shared.dataverse.client import Dataverse
from shared.dataverse.columns import AbsentColumns
from shared.errors import InvalidInput, Missing, Unavailable
from shared.storage.races import win


@dataclass(eq=False, repr=False)
class CallbackAttempts:
    dataverse: Dataverse
    absent: AbsentColumns
    store: CallStore

    async def add(self, request: UUID, call_id: str, at: datetime) -> None:
        """The call was an attempt on this request."""
        await self.store.attempted(request, call_id, at)
        await self._count(request)

    async def take_back(self, request: UUID, call_id: str) -> None:
        """It was none."""
        await self.store.attempted(request, call_id, None)
        await self._count(request)

    async def _count(self, request: UUID) -> None:
        """Writes number and time of the attempts on a request; one that a person has completed keeps its figures.

        The row is read before the attempts: whoever counts meanwhile changes its version.
        """
        path = f"{names.PHONECALLS}({request})"

        async def counted(absent: Collection[str]) -> None:
            there = [name for name in FIGURES if name not in absent]
            row = await self.dataverse.get(path, {"$select": ",".join(["activityid", *there])})
            figures = _figures(await self.store.attempts(request))
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
