"""Plays a call's recordings to who may read its activity; the voice cloud's own links are never shown or kept (G2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

import httpx

from shared.calls.activities import CallActivities
from shared.dataverse import names
from shared.dataverse.client import Dataverse
from shared.enreach.client import Enreach
from shared.enreach.model import RecordingLink
from shared.entra.roles import Person
from shared.errors import Forbidden, InvalidInput, Misconfigured, Missing
from shared.phone.limiter import Limiter
from shared.recordings.ranges import LARGEST_WHOLE, RangeAnswer, bounded, part_as_given, part_of, size_in, without_body
from shared.recordings.tickets import Tickets

PARTS_AT_ONCE, PARTS_PER_S = 60, 4.0
"""Parts of one recording that may be asked for, whoever plays it."""


@dataclass(frozen=True)
class Playable:
    """A recording and where its audio is for the next minutes, relative to the app."""

    id: str
    duration_s: float
    path: str


class RecordingAccess:
    def __init__(self, *, enreach: Enreach, dataverse: Dataverse, activities: CallActivities, tickets: Tickets) -> None:
        self._enreach = enreach
        self._dataverse = dataverse
        self._activities = activities
        self._tickets = tickets
        self._parts = Limiter(PARTS_AT_ONCE, PARTS_PER_S)

    async def of_call(self, call_id: str, reader: Person) -> Sequence[Playable]:
        """What there is to hear of a call. Raises Forbidden ``recording-forbidden``."""
        await self._require_right(call_id, reader)
        rows = await self._enreach.calls_of(call_id)
        found = []
        for recording_id in dict.fromkeys(one for row in rows if row.is_work for one in row.recording_ids):
            try:
                link = await self._enreach.recording(recording_id)
            except Missing:
                continue
            ticket = await self._tickets.issue(call_id, recording_id)
            path = f"/api/recordings/{quote(call_id, safe='')}/{quote(recording_id, safe='')}/audio?ticket={ticket}"
            found.append(Playable(recording_id, link.duration_s, path))
        return found

    async def audio(self, call_id: str, recording_id: str, ticket: str, byte_range: str) -> RangeAnswer:
        """The audio or a part of it.

        Raises Forbidden ``recording-ticket``, Missing ``voicecloud-missing``, InvalidInput ``recording-range-needed``
        where somebody wants all of a very long one at once.
        """
        await self._admit(call_id, recording_id, ticket)
        link = await self._enreach.recording(recording_id)
        if (wanted := bounded(byte_range)) and (part := await self._part(link, wanted)):
            return part
        if (await self._size(link) or 0) > LARGEST_WHOLE:
            raise InvalidInput("recording-range-needed", "the recording is too long for one answer: ask with Range")
        answer = await self._enreach.recording_audio(link)
        return part_of(answer.content, link.content_type, byte_range)

    async def head(self, call_id: str, recording_id: str, ticket: str) -> RangeAnswer:
        """What ``audio`` would answer, without the audio; its length where the voice cloud gives it. Raises alike."""
        await self._admit(call_id, recording_id, ticket)
        link = await self._enreach.recording(recording_id)
        return without_body(link.content_type, await self._size(link))

    async def _admit(self, call_id: str, recording_id: str, ticket: str) -> None:
        """Raises Forbidden ``recording-ticket``, Limited ``phone-too-often``: each part costs the voice cloud two
        requests."""
        await self._tickets.check(call_id, recording_id, ticket)
        self._parts.take(recording_id)

    async def _size(self, link: RecordingLink) -> int | None:
        """Bytes of a recording, by asking for its first one; None where parts cannot be had."""
        try:
            answer = await self._enreach.recording_audio(link, "bytes=0-0")
        except InvalidInput:
            return None
        return len(answer.content) if answer.status_code == httpx.codes.OK else size_in(answer.headers)

    async def _part(self, link: RecordingLink, wanted: str) -> RangeAnswer | None:
        """A part cut by the voice cloud or, where it sends everything, here; None when it refuses the range."""
        try:
            answer = await self._enreach.recording_audio(link, wanted)
        except InvalidInput:
            return None
        if answer.status_code == httpx.codes.PARTIAL_CONTENT:
            return part_as_given(answer.content, link.content_type, answer.headers.get("Content-Range", ""), wanted)
        return part_of(answer.content, link.content_type, wanted)

    async def _require_right(self, call_id: str, reader: Person) -> None:
        path = f"{names.PHONECALLS}({self._activities.activity_id(call_id)})"
        try:
            await self._dataverse.get(path, {"$select": "activityid"}, reader=UUID(reader.object_id))
        except (Missing, Misconfigured) as error:
            if isinstance(error, Misconfigured) and error.code != "dataverse-forbidden":
                raise
            raise Forbidden("recording-forbidden", "you may not read the activity of this call in Dynamics") from error
