"""A call back to a customer counts on the request it answers (F8, F9)."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from shared.calls.store import CallStore
from shared.clock import to_iso
from shared.dataverse import names
from shared.dataverse.client import Dataverse
from shared.errors import InvalidInput, Missing, Unavailable
from shared.storage.races import win


class CallbackAttempts:
    def __init__(self, dataverse: Dataverse, store: CallStore) -> None:
        self._dataverse = dataverse
        self._store = store

    async def add(self, request: UUID, call_id: str, at: datetime) -> None:
        """The call was an attempt on this request."""
        await self._store.attempted(request, call_id, at)
        await self._count(request)

    async def take_back(self, request: UUID, call_id: str) -> None:
        """It was none."""
        await self._store.attempted(request, call_id, None)
        await self._count(request)

    async def _count(self, request: UUID) -> None:
        """Writes number and time of the attempts on a request; one that a person has completed keeps its figures.

        The row is read before the attempts: whoever counts meanwhile changes its version.
        """
        path = f"{names.PHONECALLS}({request})"

        async def counted() -> None:
            row = await self._dataverse.get(path, {"$select": names.ATTEMPT_COUNT})
            made = await self._store.attempts(request)
            if (row.get(names.ATTEMPT_COUNT) or 0) == len(made):
                return
            last = to_iso(max(made)) if made else None
            body = {names.ATTEMPT_COUNT: len(made), names.LAST_ATTEMPT_ON: last}
            await self._dataverse.update(path, body, if_match=str(row["@odata.etag"]))

        with suppress(Missing, InvalidInput):
            await win(counted, Unavailable("callback-contended", "too many change one callback request"))
