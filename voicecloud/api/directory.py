"""The contact directory of the organisation: its people and pools (C6)."""

from aiohttp import web

from shared.errors import Missing
from shared.numbers import to_e164
from voicecloud.api import query
from voicecloud.api.http import Route, services
from voicecloud.organisation.model import PoolQueue, User

DEFAULT = "default"
USERS, QUEUES = "1", "2"
MAX_COUNT = 1_000


async def directories(request: web.Request) -> object:
    return [{"ID": DEFAULT, "Name": "Default"}]


async def entries(request: web.Request) -> object:
    """By ``Number``, ``Search`` (words in name or address), ``EntryTypes`` (1 people, 2 queues) and ``MaxCount``."""
    if request.match_info["id"] != DEFAULT:
        raise Missing("directory-unknown", "there is no such directory")
    types = set(query.text(request, "EntryTypes").split(",")) - {""} or {USERS, QUEUES}
    found = services(request).directory
    listed = [_person(user) for user in found.users.values() if user.is_person and USERS in types]
    listed += [_queue(queue) for queue in found.queues.values() if QUEUES in types]
    number, words = query.text(request, "Number"), query.text(request, "Search").casefold().split()
    if number:
        wanted = to_e164(number, found.organisation.region) or number
        listed = [one for one in listed if wanted in {one["WorkNumber"], one["MobileNumber"]}]
    listed = [one for one in listed if all(word in _searched(one) for word in words)]
    listed.sort(key=lambda one: _searched(one))
    return {"Entries": listed[: query.count(request, "MaxCount", 100, MAX_COUNT)]}


def _searched(entry: dict[str, str | None]) -> str:
    shown = (entry[name] for name in ("LastName", "FirstName", "Email", "WorkNumber", "MobileNumber"))
    return " ".join(one for one in shown if one).casefold()


def _person(user: User) -> dict[str, str | None]:
    return {
        **_blank(user.id),
        "FirstName": user.first_name,
        "LastName": user.last_name,
        "Email": user.user_name,
        "WorkNumber": user.work_number or None,
        "MobileNumber": user.mobile_number or None,
    }


def _queue(queue: PoolQueue) -> dict[str, str | None]:
    number = queue.numbers[0] if queue.numbers else None
    return {**_blank(queue.id), "LastName": queue.name, "WorkNumber": number, "QueueId": queue.id}


def _blank(entry_id: str) -> dict[str, str | None]:
    names = ("FirstName", "LastName", "Email", "WorkNumber", "MobileNumber", "OtherNumber", "Description", "Company")
    more = ("Subcompany", "Location", "Department", "QueueId")
    return {"Id": entry_id, **dict.fromkeys((*names, *more))}


ROUTES = [Route("GET", "/directory", directories), Route("GET", "/directory/{id}", entries)]
