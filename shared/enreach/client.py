"""The voice cloud as the API user sees it: the resources of EnreachAPI that we use."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from shared.clock import from_iso
from shared.enreach import names
from shared.enreach.model import Callback, CallbackList, CallbackPage
from shared.enreach.transport import Transport, as_documented
from shared.errors import InvalidInput, Missing, Unavailable
from shared.text import cleaned


class Enreach:
    """The API user's view of the voice cloud.

    Every method raises Misconfigured ``voicecloud-unauthorised`` or ``voicecloud-forbidden``, Throttled
    ``voicecloud-throttled``, Unavailable ``voicecloud-unavailable`` or ``voicecloud-malformed``, InvalidInput
    ``voicecloud-refused``. After Unavailable a callback may have been closed.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def me(self) -> str:
        """The API user's id."""
        row = await self._transport.get(names.ME)
        with as_documented():
            return str(row[names.ID])

    async def callback_lists(self) -> list[CallbackList]:
        rows = await self._transport.get(names.CALLBACK_LISTS)
        with as_documented():
            return [CallbackList(str(row[names.ID]), str(row.get(names.NAME, ""))) for row in _listed(rows)]

    async def callbacks(self, list_id: str, created_after: datetime, limit: int) -> CallbackPage:
        """Up to ``limit`` open callbacks of a list, oldest first, left at or after a moment (whole seconds)."""
        query = {
            names.LIST_ID: list_id,
            names.STATE: names.STATE_OPEN,
            names.CREATED_AFTER: created_after.astimezone(UTC).strftime(names.QUERY_TIME_FORMAT),
            names.MAX_COUNT: str(limit),
        }
        answer = await self._transport.get(names.CALLBACKS, query)
        with as_documented():
            rows = _listed(answer)
        readable = [callback for row in rows if (callback := _callback_or_none(row))]
        return CallbackPage(readable, len(rows) - len(readable), full=len(rows) >= limit)

    async def callback(self, callback_id: str) -> Callback:
        """Raises Missing ``voicecloud-missing`` when there is no such callback."""
        row = await self._transport.get(_path(names.CALLBACK, callback_id))
        with as_documented():
            return _to_callback(row)

    async def close_callback(self, callback_id: str, note: str) -> None:
        """Closes a callback with a note. One that is closed or gone already is fine."""
        try:
            await self._transport.send("POST", _path(names.CLOSE_CALLBACK, callback_id), json={names.NOTE: note})
        except Missing:
            return
        except InvalidInput:
            if (await self.callback(callback_id)).is_open:
                raise


def _listed(answer: Any) -> list[Any]:
    if not isinstance(answer, list):
        raise TypeError(answer)
    return answer


def _path(template: str, callback_id: str) -> str:
    return template.format(id=quote(callback_id, safe=""))


def _callback_or_none(row: Any) -> Callback | None:
    try:
        with as_documented():
            return _to_callback(row)
    except Unavailable:
        return None


def _to_callback(row: Mapping[str, Any]) -> Callback:
    return Callback(
        id=str(row[names.ID]),
        list_id=str(row[names.LIST_ID]),
        is_open=row[names.STATE] == names.STATE_OPEN,
        caller_number=cleaned(str(row.get(names.CALLER_NUMBER) or "")),
        created_at=from_iso(row[names.CREATED_TIME]),
        queue_name=cleaned(str(row.get(names.QUEUE_NAME) or "")),
        note=cleaned(str(row.get(names.NOTE) or "")),
    )
