"""A call back to a customer counts on the request it answers (F8, F9)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shared.clock import to_iso
from shared.dataverse import names
from shared.dataverse.client import Dataverse
from shared.errors import Conflict, InvalidInput, Missing, Unavailable

ATTEMPTS = 5


class CallbackAttempts:
    def __init__(self, dataverse: Dataverse) -> None:
        self._dataverse = dataverse

    async def count(self, request: UUID, made: Sequence[datetime]) -> None:
        """Writes number and time of the attempts on a request; one that a person has completed keeps its figures."""
        path = f"{names.PHONECALLS}({request})"
        for _ in range(ATTEMPTS):
            try:
                row = await self._dataverse.get(path, {"$select": f"{names.STATECODE},{names.ATTEMPT_COUNT}"})
                if (row.get(names.ATTEMPT_COUNT) or 0) >= len(made):
                    return
                body = {names.ATTEMPT_COUNT: len(made), names.LAST_ATTEMPT_ON: to_iso(max(made))}
                await self._dataverse.update(path, body, if_match=str(row["@odata.etag"]))
            except (Missing, InvalidInput):
                return
            except Conflict:
                continue
            return
        raise Unavailable("callback-contended", "the callback request is being changed by too many at once")
