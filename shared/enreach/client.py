"""The voice cloud as the API user sees it: the resources of EnreachAPI that we use."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

import httpx

from shared.clock import to_iso
from shared.enreach import names
from shared.enreach.model import (
    AvailabilityEvent,
    Callback,
    CallbackListName,
    CallbackPage,
    CallPage,
    CallRow,
    MemberPool,
    RecordingLink,
    VoiceUser,
)
from shared.enreach.parsing import call_page, callback_or_none, listed, same_id, to_availability, to_callback
from shared.enreach.transport import Transport, as_documented
from shared.errors import InvalidInput, Missing, Unavailable

MAX_ROWS = 10_000
"""As many rows of calls as one answer holds; a window with more is asked for in halves."""


@dataclass(eq=False, repr=False)
class Enreach:
    """The API user's view of the voice cloud.

    Every method raises Misconfigured ``voicecloud-unauthorised`` or ``voicecloud-forbidden``, Throttled
    ``voicecloud-throttled``, Unavailable ``voicecloud-unavailable`` or ``voicecloud-malformed``, InvalidInput
    ``voicecloud-refused``. After Unavailable a callback may have been closed.
    """

    transport: Transport

    async def me(self) -> str:
        """The API user's id."""
        row = await self.transport.get(names.ME)
        with as_documented():
            return str(row[names.ID])

    async def callback_lists(self) -> list[CallbackListName]:
        rows = await self.transport.get(names.CALLBACK_LISTS)
        with as_documented():
            return [CallbackListName(str(row[names.ID]), str(row.get(names.NAME, ""))) for row in listed(rows)]

    async def callbacks(self, list_id: str, created_after: datetime, limit: int) -> CallbackPage:
        """Up to ``limit`` open callbacks of a list, oldest first, left at or after a moment (whole seconds)."""
        query = {
            names.LIST_ID: list_id,
            names.STATE: names.STATE_OPEN,
            names.CREATED_AFTER: _time(created_after),
            names.MAX_COUNT: str(limit),
        }
        answer = await self.transport.get(names.CALLBACKS, query)
        with as_documented():
            rows = listed(answer)
        readable = [callback for row in rows if (callback := callback_or_none(row))]
        return CallbackPage(readable, len(rows) - len(readable), full=len(rows) >= limit)

    async def callback(self, callback_id: str) -> Callback:
        """Raises Missing ``voicecloud-missing`` when there is no such callback."""
        row = await self.transport.get(_path(names.CALLBACK, callback_id))
        with as_documented():
            return to_callback(row)

    async def close_callback(self, callback_id: str, note: str) -> None:
        """Closes a callback with a note. One that is closed or gone already is fine."""
        try:
            await self.transport.send("POST", _path(names.CLOSE_CALLBACK, callback_id), json={names.NOTE: note})
        except Missing:
            return
        except InvalidInput:
            if (await self.callback(callback_id)).is_open:
                raise

    async def users(self) -> list[VoiceUser]:
        rows = await self.transport.get(names.USERS)
        with as_documented():
            return [VoiceUser(same_id(row[names.ID]), str(row.get(names.USER_NAME) or "")) for row in listed(rows)]

    async def availability(self, user_id: str) -> AvailabilityEvent:
        """What holds for a user now (B1-B4)."""
        row = await self.transport.get(_path(names.USER_AVAILABILITY_NOW, user_id))
        with as_documented():
            return to_availability(row)

    async def set_availability(
        self, user_id: str, type_id: int, note: str = "", ends_at: datetime | None = None
    ) -> AvailabilityEvent:
        """Begins now and replaces what was before, or with an end is laid over it."""
        body: dict[str, object] = {
            names.EVENT_TYPE_ID: type_id,
            names.EVENT_SOURCE: names.EVENT_SOURCE_OURS,
            names.NOTE: note,
            names.USER_ID: user_id,
        }
        if ends_at:
            body[names.END_TIME] = to_iso(ends_at)
        answer = await self.transport.send("POST", _path(names.USER_AVAILABILITY, user_id), json=body)
        with as_documented():
            return to_availability(answer.json())

    async def end_availability(self, user_id: str, event_id: str) -> None:
        """Goes back to what is beneath. One that is over already is fine."""
        path = names.USER_AVAILABILITY_EVENT.format(id=quote(user_id, safe=""), event=quote(event_id, safe=""))
        with suppress(Missing):
            await self.transport.send("DELETE", path)

    async def is_talking(self, user_id: str) -> bool:
        """Whether a user has a call, ringing or talking."""
        row = await self.transport.get(_path(names.USER_STATUS, user_id))
        with as_documented():
            return bool(row[names.TALKING])

    async def pools_of(self, user_id: str) -> list[MemberPool]:
        """The pools a user is a member of, with whether they are active in each (B5)."""
        rows = await self.transport.get(names.QUEUES, {names.ONLY_FOR_USER: user_id})
        with as_documented():
            pools = [(str(row[names.ID]), str(row.get(names.NAME) or "")) for row in listed(rows)]
        return [MemberPool(pool_id, name, await self._is_active(pool_id, user_id)) for pool_id, name in pools]

    async def activate_in_pool(self, pool_id: str, user_id: str, active: bool) -> None:
        """Raises Missing ``voicecloud-missing`` when there is no such pool."""
        path = names.QUEUE_AGENT.format(queue=quote(pool_id, safe=""), id=quote(user_id, safe=""))
        await self.transport.send("PUT", path, json={names.ACTIVE: active})

    async def _is_active(self, pool_id: str, user_id: str) -> bool:
        rows = await self.transport.get(names.QUEUE_AGENTS.format(queue=quote(pool_id, safe="")))
        with as_documented():
            return any(
                row[names.ACTIVE] for row in listed(rows) if same_id(row[names.AGENT_USER_ID]) == same_id(user_id)
            )

    async def calls_of(self, call_id: str) -> Sequence[CallRow]:
        """The rows of one call that are ready; none before its post-processing is over, or when there is no such call.

        Raises Unavailable ``voicecloud-malformed`` when one of them cannot be read.
        """
        page = call_page(await self.transport.get(names.CALLS, {names.CALL_ID_FILTER: call_id}), MAX_ROWS)
        if page.unreadable:
            raise Unavailable("voicecloud-malformed", "a row of the call lacks what it should hold")
        return page.rows

    async def calls_modified(self, after: datetime, before: datetime) -> CallPage:
        """Rows of every user last changed in a window of at most 31 days (whole seconds)."""
        return await self._calls({names.MODIFIED_AFTER: _time(after), names.MODIFIED_BEFORE: _time(before)})

    async def calls_started(self, start: datetime, end: datetime) -> CallPage:
        """Rows of every user that began in a window of at most 31 days (whole seconds)."""
        return await self._calls({names.START_TIME: _time(start), names.END_TIME: _time(end)})

    async def recording(self, recording_id: str) -> RecordingLink:
        """A fresh link to a recording. Raises Missing ``voicecloud-missing`` when there is none."""
        row = await self.transport.get(_path(names.RECORDING, recording_id))
        with as_documented():
            return RecordingLink(
                id=str(row[names.ID]),
                call_id=str(row[names.CALL_ID_FILTER]),
                content_type=str(row.get(names.CONTENT_TYPE) or "audio/mpeg"),
                duration_s=float(row.get(names.DURATION) or 0),
                url=str(row[names.URL]),
            )

    async def recording_audio(self, link: RecordingLink, byte_range: str = "") -> httpx.Response:
        """The audio, or the part of it that an HTTP ``Range`` asks for where the voice cloud can give parts."""
        return await self.transport.fetch(link.url, {"Range": byte_range} if byte_range else {})

    async def _calls(self, window: Mapping[str, str]) -> CallPage:
        query = {**window, names.MAX_COUNT: str(MAX_ROWS)}
        return call_page(await self.transport.get(names.CALLS, query), MAX_ROWS)


def _path(template: str, callback_id: str) -> str:
    return template.format(id=quote(callback_id, safe=""))


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(names.QUERY_TIME_FORMAT)
