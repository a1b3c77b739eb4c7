"""Availability of users as events with an optional end (B1-B5), their status, and the master switch for pool calls."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiohttp import web

from shared.clock import from_iso, to_iso
from shared.errors import InvalidInput
from voicecloud.api.http import Route, body, caller, json_response, services
from voicecloud.api.users import addressed
from voicecloud.notices.model import Notice
from voicecloud.organisation.model import User
from voicecloud.rte.status import user_status
from voicecloud.runtime.staff import NewAvailability
from voicecloud.users.rights import require_self_or_supervisor
from voicecloud.vocabulary.availability import AvailabilityEntry

OPEN_END = "9999-12-31T23:59:59.000Z"
EVENT_TYPES: Mapping[int, str] = {
    0: "Available",
    1: "Busy",
    2: "Away",
    3: "Do not disturb",
    4: "Off work",
    5: "Be right back",
    6: "In a conference",
    7: "Lunch",
    8: "Sick leave",
}
"""``EventTypeID``; only 3 is publicly known."""


async def current(request: web.Request) -> object:
    """What holds now; without an active event the user counts as Available."""
    user = addressed(request)
    return _row(user, services(request).telephony.staff.availability(user.id))


async def start(request: web.Request) -> object:
    """``{EventTypeID, Note, StartTime, EndTime}``; answers 201 with the event."""
    user = addressed(request)
    require_self_or_supervisor(caller(request), user)
    telephony = services(request).telephony
    event = await telephony.staff.set_availability(user.id, _wanted(await body(request)))
    telephony.notices.tell(notice(user, event))
    return json_response(_row(user, event), 201)


async def end(request: web.Request) -> object:
    user = addressed(request)
    require_self_or_supervisor(caller(request), user)
    telephony = services(request).telephony
    await telephony.staff.end_availability(user.id, request.match_info["event"])
    telephony.notices.tell(notice(user, telephony.staff.availability(user.id)))
    return _row(user, telephony.staff.availability(user.id))


async def status(request: web.Request) -> object:
    return user_status(services(request).telephony.engine, addressed(request).id)


async def change_status(request: web.Request) -> object:
    """``{ServiceCallsAccepted}``: the master switch for pool calls."""
    user = addressed(request)
    require_self_or_supervisor(caller(request), user)
    accepted = (await body(request)).get("ServiceCallsAccepted")
    if not isinstance(accepted, bool):
        raise InvalidInput("field-type", "ServiceCallsAccepted is true or false")
    await services(request).telephony.staff.set_accepting(user.id, accepted)
    return user_status(services(request).telephony.engine, user.id)


def _wanted(document: Mapping[str, Any]) -> NewAvailability:
    number = document.get("EventTypeID")
    profile = EVENT_TYPES.get(number) if isinstance(number, int) else None
    if profile is None or isinstance(number, bool):
        raise InvalidInput("availability-unknown", f"EventTypeID is one of 0 to {max(EVENT_TYPES)}")
    note = document.get("Note") or ""
    return NewAvailability(profile, str(note), _moment(document, "StartTime"), _moment(document, "EndTime"))


def _moment(document: Mapping[str, Any], name: str) -> datetime | None:
    """None also for the original's way to write an open end."""
    given = document.get(name)
    if not given or str(given).startswith("9999"):
        return None
    try:
        return from_iso(str(given))
    except (ValueError, OverflowError) as error:
        raise InvalidInput("query-time", f"{name} is no time in ISO 8601") from error


def _row(user: User, event: AvailabilityEntry | None) -> dict[str, Any]:
    if event is None:
        return {"Id": None, "UserID": user.id, "EventTypeID": 0, "EventType": "Available", "Note": ""}
    return {
        "Id": event.id,
        "UserID": user.id,
        "EventTypeID": next((number for number, name in EVENT_TYPES.items() if name == event.profile), 0),
        "EventType": event.profile,
        "Note": event.note,
        "StartTime": to_iso(event.starts_at),
        "EndTime": to_iso(event.ends_at) if event.ends_at else OPEN_END,
    }


def notice(user: User, event: AvailabilityEntry | None) -> Notice:
    """What webhooks and the hub are sent."""
    row = _row(user, event)
    fields = {"Availability": row["EventType"], "Note": row["Note"], "EndTime": row.get("EndTime", OPEN_END)}
    return Notice("UserAvailability", "User", user.id, fields)


ROUTES = [
    Route("GET", "/users/{user}/availability/current", current),
    Route("POST", "/users/{user}/availability", start),
    Route("DELETE", "/users/{user}/availability/{event}", end),
    Route("GET", "/users/{user}/status", status),
    Route("PUT", "/users/{user}/status", change_status),
]
