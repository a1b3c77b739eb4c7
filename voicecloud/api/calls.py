"""Call records: ``/calls`` by user, ``/servicecall`` by queue, their recordings, transcripts and privacy (G, H)."""

from datetime import datetime, timedelta

from aiohttp import web

from shared.errors import Forbidden, InvalidInput, Missing
from voicecloud.api import query
from voicecloud.api.http import Route, body, caller, services, trust
from voicecloud.records.model import Privacy
from voicecloud.records.rows import SERVICE_ROW, USER_ROW, StoredRow
from voicecloud.records.taken import Recording
from voicecloud.runtime.call_records import Wanted
from voicecloud.users.rights import acts_for, sees_pool, sees_row

LONGEST_WINDOW = timedelta(days=31)
MAX_COUNT = 10_000


async def calls(request: web.Request) -> object:
    """Rows of users (``UserIDs``), by ``CallId`` or a window of start or of change."""
    user = caller(request)
    wanted = {one for given in request.query.getall("UserIDs", []) for one in given.split(",") if one}
    if not user.sees_everything:
        if wanted - {user.id}:
            raise Forbidden("foreign-user", "calls of other users may not be seen by the caller")
        wanted = {user.id}

    def of_them(row: StoredRow) -> bool:
        if row.kind != USER_ROW:
            return False
        return (not wanted or row.document["UserID"] in wanted) and sees_row(user, row.document)

    if call_id := query.text(request, "CallId"):
        rows = await services(request).telephony.records.of_call(call_id)
        return [row.document for row in rows if of_them(row)]
    return await _windowed(request, of_them)


async def service_calls(request: web.Request) -> object:
    """Rows of queues, by the same windows; rights come by the queue."""

    user, platform = caller(request), services(request).telephony.engine.platform

    def of_their_queues(row: StoredRow) -> bool:
        return row.kind == SERVICE_ROW and sees_pool(user, row.document["QueueId"], platform)

    return await _windowed(request, of_their_queues)


async def change_privacy(request: web.Request) -> object:
    """``{CallId, Privacy}`` for one row: Work or Private within 14 days, Undefined at any time."""
    document = await body(request)
    privacy = document.get("Privacy")
    if not isinstance(privacy, str) or privacy not in set(Privacy):
        raise InvalidInput("field-value", f"Privacy is one of {', '.join(Privacy)}")
    records = services(request).telephony.records
    rows = await records.of_call(str(document.get("CallId", "")))
    row = next((one for one in rows if one.document["Id"] == request.match_info["row"] and one.kind == USER_ROW), None)
    if row is None:
        raise Missing("call-unknown", "there is no such row of this call")
    if not sees_row(caller(request), row.document):
        raise Forbidden("foreign-user", "calls of other users may not be changed by the caller")
    return (await records.change_privacy(row, Privacy(privacy))).document


async def recording(request: web.Request) -> object:
    """What is known of a recording, and a link to the audio that holds for a while."""
    found = await _recording(request)
    return {
        "Id": found.id,
        "CallId": found.call_id,
        "StartTime": found.started_at.isoformat().replace("+00:00", "Z"),
        "Duration": round(found.duration_s),
        "ContentType": found.content_type,
        "URL": services(request).recordings.link(found),
    }


async def audio(request: web.Request) -> object:
    """The token of the link is all that is needed. One byte range is served (RFC 9110, section 14)."""
    content, content_type = await services(request).recordings.audio(
        request.match_info["recording"], query.text(request, "token")
    )
    trust(request)
    headers = {"Cache-Control": "private, no-store", "Accept-Ranges": "bytes"}
    try:
        wanted = request.http_range
    except ValueError:
        wanted = slice(None, None, 1)
    if wanted.start is None and wanted.stop is None:
        return web.Response(body=content, content_type=content_type, headers=headers)
    start, stop, _ = wanted.indices(len(content))
    if start >= stop:
        return web.Response(status=416, headers={**headers, "Content-Range": f"bytes */{len(content)}"})
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(content)}"
    return web.Response(body=content[start:stop], status=206, content_type=content_type, headers=headers)


async def transcript(request: web.Request) -> object:
    """``TranscriptStatus`` is Completed or NotAvailable; the id is the recording's."""
    found = await _recording(request)
    status = "Completed" if found.transcript else "NotAvailable"
    return {"Id": found.id, "CallId": found.call_id, "TranscriptStatus": status, "Text": found.transcript}


async def _recording(request: web.Request) -> Recording:
    found = await services(request).recordings.get(request.match_info["recording"])
    user = caller(request)
    own = any(acts_for(user, one) for one in found.user_ids) or acts_for(user, "")
    if not own and not (user.sees_everything and await _is_of_visible_rows(request, found)):
        raise Forbidden("foreign-user", "this recording may not be heard by the caller")
    return found


async def _is_of_visible_rows(request: web.Request, found: Recording) -> bool:
    """A recording in a row that is another's and private is not for supervisors, whatever other rows it is in."""
    rows = await services(request).telephony.records.of_call(found.call_id)
    holding = [row for row in rows if found.id in row.document["RecordingIds"]]
    return bool(holding) and all(row.kind == SERVICE_ROW or sees_row(caller(request), row.document) for row in holding)


async def _windowed(request: web.Request, wanted: Wanted) -> list[object]:
    """The first ``MaxCount`` rows of a window, in order."""
    records, limit = services(request).telephony.records, query.count(request, "MaxCount", MAX_COUNT, MAX_COUNT)
    start, end = query.moment(request, "StartTime"), query.moment(request, "EndTime")
    if start and end:
        return [row.document for row in await records.started(*_checked(start, end), wanted, limit)]
    after, before = query.moment(request, "ModifiedAfter"), query.moment(request, "ModifiedBefore")
    if after and before:
        return [row.document for row in await records.modified(*_checked(after, before), wanted, limit)]
    raise InvalidInput("window-missing", "StartTime and EndTime, or ModifiedAfter and ModifiedBefore, are needed")


def _checked(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    if end < start:
        raise InvalidInput("window-order", "the window ends before it starts")
    if end - start > LONGEST_WINDOW:
        raise InvalidInput("window-too-long", "a window has at most 31 days")
    return start, end


ROUTES = [
    Route("GET", "/calls", calls),
    Route("GET", "/servicecall", service_calls),
    Route("PUT", "/calls/{row}/privacy", change_privacy),
    Route("GET", "/calls/recordings/{recording}", recording),
    Route("GET", "/calls/recordings/{recording}/audio", audio, public=True),
    Route("GET", "/calls/transcripts/{recording}", transcript),
]
