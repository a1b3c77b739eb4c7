"""The phone of a user over HTTP: session, state, commands, media (docs/live-calls.md)."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from shared.errors import InvalidInput
from voicecloud.api import bodies
from voicecloud.api.http import Route, body, caller, json_response, services
from voicecloud.api.phone_events import EVENTS
from voicecloud.api.users import addressed
from voicecloud.media.sdp import LONGEST_SDP
from voicecloud.organisation.model import required
from voicecloud.phone.commands import PhoneCommand, WrongState
from voicecloud.phone.requests import extension, flag
from voicecloud.users.rights import require_self

SDP = "application/sdp"
LONGEST_WAIT_S = 25.0


async def open_session(request: web.Request) -> object:
    """``{SessionId, CanAnswer?}``: the web terminal of the user is there from now on, and rings if it can answer."""
    user_id, found, document = _user_id(request), services(request), await body(request)
    sessions = found.phones.sessions
    can_answer = _can_answer(document)
    ticket = sessions.open(user_id, required(document, "SessionId"), can_answer=can_answer is not False)
    base = found.settings.public_url or f"{request.scheme}://{request.host}"
    servers = [
        {"Urls": list(one.urls), "Username": one.username, "Credential": one.credential}
        for one in found.phones.ice.for_browser()
    ]
    state = found.phones.states.state(user_id)
    answer = {
        "Ticket": ticket,
        "EventsUrl": base + EVENTS,
        "IceServers": servers,
        "LeaseS": sessions.lease_s,
        "State": state,
    }
    return json_response(answer, 201)


async def extend_session(request: web.Request) -> object:
    """``{CanAnswer?}``, or nothing: then whether the phone can answer stays as it was."""
    user_id, sessions = _user_id(request), services(request).phones.sessions
    can_answer = _can_answer(await body(request)) if request.can_read_body else None
    ticket = sessions.go_on(user_id, request.match_info["session"], can_answer=can_answer)
    return {"Ticket": ticket, "LeaseS": sessions.lease_s}


async def close_session(request: web.Request) -> object:
    services(request).phones.sessions.close(_user_id(request), request.match_info["session"])
    return web.Response(status=204)


async def state(request: web.Request) -> object:
    """The state; with ``Version`` it waits up to ``WaitS`` seconds for another one."""
    user_id, states = _user_id(request), services(request).phones.states
    document = await states.changed(user_id, request.query.get("Version", ""), _wait_s(request))
    answer = json_response(document)
    answer.headers["ETag"] = f'"{document["version"]}"'
    return answer


async def dial(request: web.Request) -> object:
    """``{CallId, Number, CallerNumber?, Keys?}``"""
    user_id, document = _user_id(request), await body(request)
    number, call_id = required(document, "Number"), required(document, "CallId")
    shown = document.get("CallerNumber")
    if shown is not None and not isinstance(shown, str):
        raise InvalidInput("field-type", "CallerNumber is a text or null")
    is_new = services(request).phones.commands.dial(user_id, call_id, number, shown, extension(document.get("Keys")))
    await services(request).telephony.records.kept(call_id)
    return json_response({"CallId": call_id}, 201 if is_new else 200)


async def command(request: web.Request) -> object:
    user_id = _user_id(request)
    document: Any = await body(request) if request.can_read_body else {}
    asked = PhoneCommand(
        user_id=user_id,
        call_id=request.match_info["call"],
        command=request.match_info["command"],
        body=document,
        key=request.headers.get("Idempotency-Key", ""),
    )
    try:
        return {"State": services(request).phones.commands.command(asked)}
    except WrongState as error:
        return _wrong_state(error)


async def offer(request: web.Request) -> object:
    """An SDP offer; the answer, as WHIP has it (RFC 9725, section 4.2)."""
    if request.content_type != SDP:
        raise InvalidInput("sdp-malformed", f"an offer is sent as {SDP}")
    if (request.content_length or 0) > LONGEST_SDP:
        raise InvalidInput("sdp-too-long", f"a session description has at most {LONGEST_SDP} characters")
    user_id, call_id = _user_id(request), request.match_info["call"]
    answers = request.query.get("answer", "1") != "0"
    try:
        sdp = await bodies.text(request)
        made = await services(request).phones.commands.offer(user_id, call_id, sdp, answers=answers)
    except UnicodeError:
        raise InvalidInput("sdp-malformed", "the offer is not text") from None
    except WrongState as error:
        return _wrong_state(error)
    headers = {"Media-Id": made.media_id, "Location": f"{request.path.rstrip('/')}/{made.media_id}"}
    return web.Response(text=made.sdp, status=201, content_type=SDP, headers=headers)


async def withdraw(request: web.Request) -> object:
    found, media_id = services(request), request.match_info["media"]
    await found.phones.commands.withdraw(_user_id(request), request.match_info["call"], media_id)
    return web.Response(status=204)


def _user_id(request: web.Request) -> str:
    user = addressed(request)
    require_self(caller(request), user)
    return user.id


def _can_answer(document: Mapping[str, Any]) -> bool | None:
    return flag(document, "CanAnswer") if document.get("CanAnswer") is not None else None


def _wait_s(request: web.Request) -> float:
    try:
        wait_s = float(request.query.get("WaitS", "0"))
    except ValueError:
        raise InvalidInput("query-number", "WaitS is a number of seconds") from None
    return min(max(0.0, wait_s), LONGEST_WAIT_S) if request.query.get("Version") else 0.0


def _wrong_state(error: WrongState) -> web.Response:
    document = {"Status": 409, "Code": error.code, "Message": error.message, "State": error.state}
    return json_response(document, 409)


_PHONE = "/users/{user}/phone"

ROUTES = [
    Route("GET", _PHONE, state),
    Route("POST", f"{_PHONE}/session", open_session),
    Route("PUT", f"{_PHONE}/session/{{session}}", extend_session),
    Route("DELETE", f"{_PHONE}/session/{{session}}", close_session),
    Route("POST", f"{_PHONE}/calls", dial),
    Route("POST", f"{_PHONE}/calls/{{call}}/media", offer),
    Route("DELETE", f"{_PHONE}/calls/{{call}}/media/{{media}}", withdraw),
    Route("POST", f"{_PHONE}/calls/{{call}}/{{command}}", command),
]
