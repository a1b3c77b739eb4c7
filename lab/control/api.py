"""What the control page asks: the whole picture, and the customer's part in it. Without sign-in: local use only."""

from pathlib import Path
from typing import Any

from aiohttp import web

from lab.control import lines, people
from lab.control.asking import lab
from lab.control.guard import HEADERS, guarded
from shared.errors import InvalidInput
from voicecloud.api.callbacks import new_callback
from voicecloud.api.http import Route, answering, body, services
from voicecloud.callbacks.model import CallbackState, Search
from voicecloud.organisation.model import DocumentKind
from voicecloud.routing.views import LiveCall
from voicecloud.rte.status import queue_status
from voicecloud.vocabulary.availability import PROFILES
from voicecloud.vocabulary.machine import LegState

PAGE = Path(__file__).parent / "page"
PAGES = ("control.css", "control.js", "draw.js", "customer.css", "customer.html", "customer.js", "line.js")
FILES = {"": "index.html"} | {name: name for name in PAGES}
SHOWN = 30
MAX_CALLS_PER_HOUR = 7_200
TALKING = {LegState.CONNECTED, LegState.HELD, LegState.CONSULTING}


async def page(request: web.Request) -> object:
    """One of the page's files; asked afresh each time, so that a change is seen."""
    name = FILES.get(request.match_info.get("file", ""))
    if name is None:
        raise web.HTTPNotFound
    return web.FileResponse(PAGE / name, headers={"Cache-Control": "no-cache", **HEADERS})


async def state(request: web.Request) -> object:
    found = services(request)
    directory = found.directory
    return {
        "organisation": directory.organisation.name,
        "customers": directory.documents(DocumentKind.CUSTOMER),
        "lists": [{"Id": one.id, "Name": one.name} for one in directory.callback_lists.values()],
        "numbers": _numbers(request),
        "profiles": list(PROFILES),
        "pools": [_pool(request, queue_id) for queue_id in directory.queues],
        "calls": [_call(request, call) for call in found.telephony.engine.platform.live_calls()],
        "agents": [_agent(request, user_id) for user_id in found.telephony.engine.platform.configuration.users],
        "callbacks": await _callbacks(request),
        "deliveries": [attempt.to_json() for attempt in await found.webhooks.log(SHOWN)],
        "webhooks": found.webhooks.health(),
        "traffic": round(lab(request).traffic.calls_per_hour),
    }


async def leave_callback(request: web.Request) -> object:
    return (await services(request).callbacks.create(new_callback(await body(request)))).to_json()


async def traffic(request: web.Request) -> object:
    """``{CallsPerHour}``, 0 for none."""
    wanted = (await body(request)).get("CallsPerHour")
    if not isinstance(wanted, int | float) or not 0 <= wanted <= MAX_CALLS_PER_HOUR:
        raise InvalidInput("field-value", f"CallsPerHour is a number from 0 to {MAX_CALLS_PER_HOUR}")
    await lab(request).traffic.set(wanted)
    return {}


def _numbers(request: web.Request) -> list[dict[str, str]]:
    directory = services(request).directory
    pools = [{"Number": number, "Name": queue.name} for queue in directory.queues.values() for number in queue.numbers]
    people = [{"Number": user.work_number, "Name": user.name} for user in directory.users.values() if user.work_number]
    return pools + people


def _pool(request: web.Request, queue_id: str) -> dict[str, Any]:
    queue = services(request).directory.queue(queue_id)
    status = queue_status(services(request).telephony.engine, queue_id)
    return {
        "Id": queue.id,
        "Name": queue.name,
        "Numbers": list(queue.numbers),
        "OpenStatus": status["OpenStatus"],
        "Serving": status["ServingAgents"],
        "Free": status["FreeAgents"],
        "Active": status["ActiveAgents"],
        "ActiveCalls": status["OngoingCalls"],
        "QueueLength": status["QueueLength"],
        "MaxWaitTime": status["MaxWaitTime"],
    }


def _call(request: web.Request, live: LiveCall) -> dict[str, Any]:
    directory, playing = services(request).directory, lab(request)
    agents = [leg for leg in live.legs if leg.user_id]
    pool_id = live.pool_id or next((leg.pool_id for leg in agents if leg.pool_id), None)
    talking = any(leg.state in TALKING for leg in agents)
    ringing = any(leg.state is LegState.RINGING for leg in live.legs)
    return {
        "CallId": live.call_id,
        "From": live.a_number or "",
        "To": live.b_number,
        "Pool": directory.queue(pool_id).name if pool_id else None,
        "Agent": ", ".join(directory.user(leg.user_id).name for leg in agents if leg.user_id) or None,
        "State": "talking" if talking else "ringing" if ringing else "waiting",
        "Terminal": ", ".join(leg.terminal.value for leg in agents if leg.terminal) or None,
        "Direction": live.direction.value,
        "Yours": playing.customers.is_by_hand(live.call_id) or playing.users.is_by_hand(live.call_id),
    }


def _agent(request: web.Request, user_id: str) -> dict[str, Any]:
    telephony = services(request).telephony
    status = telephony.engine.platform.user_status(user_id)
    availability = telephony.staff.availability(user_id)
    state = "talking" if status.talking else "wrap-up" if status.wrap_up_end else "idle"
    if not status.service_terminals and state == "idle":
        state = "no phone"
    return {
        "Id": user_id,
        "Name": services(request).directory.user(user_id).name,
        "Availability": availability.profile if availability else "Available",
        "State": state,
    }


async def _callbacks(request: web.Request) -> list[dict[str, Any]]:
    """The newest of all lists; the open ones are all there as long as they are not very many."""
    found = services(request)
    searches = [
        Search(one, state, None, None, 200) for one in found.directory.callback_lists for state in CallbackState
    ]
    rows = [row for search in searches for row in await found.callbacks.search(search)]
    return [row.to_json() for row in sorted(rows, key=lambda row: row.id, reverse=True)[:SHOWN]]


_OPEN = [
    Route("GET", "/control/api/state", state, public=True),
    Route("POST", "/control/api/callbacks", leave_callback, public=True),
    Route("POST", "/control/api/traffic", traffic, public=True),
    *people.ROUTES,
    *lines.ROUTES,
]
ROUTES = [guarded(route) for route in _OPEN]


async def to_page(request: web.Request) -> object:
    """Relative addresses of the page need the slash."""
    raise web.HTTPFound("/control/")


def register_page(app: web.Application) -> None:
    for path, handler in (("/control", to_page), ("/control/", page), ("/control/{file}", page)):
        app.router.add_get(path, answering(guarded(Route("GET", path, handler, public=True))))
