"""Callback lists and callbacks: paths of our choice, in the manner of the known ones."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from shared.errors import Forbidden, InvalidInput
from voicecloud.api import query
from voicecloud.api.http import Route, body, caller, json_response, services
from voicecloud.callbacks.model import CallbackRequest, CallbackState, NewCallback, Reason, Search
from voicecloud.organisation.model import CallbackList, required
from voicecloud.users.rights import sees_list

MAX_COUNT = 1000


async def lists(request: web.Request) -> object:
    found = services(request).directory.callback_lists.values()
    return [_list_row(one) for one in found if _visible(request, one.id)]


async def get_list(request: web.Request) -> object:
    found = services(request).directory.callback_list(request.match_info["id"])
    require_list(request, found.id)
    return _list_row(found)


async def search(request: web.Request) -> object:
    """By ``ListId``, ``State``, ``CreatedAfter`` (at or after), ``CreatedBefore``, ``MaxCount``; oldest first."""
    wanted = Search(
        list_id=_list_id(request),
        state=_member(CallbackState, query.text(request, "State"), "State"),
        created_after=query.moment(request, "CreatedAfter"),
        created_before=query.moment(request, "CreatedBefore"),
        max_count=query.count(request, "MaxCount", 500, MAX_COUNT),
    )
    require_list(request, services(request).directory.callback_list(wanted.list_id).id)
    return [callback.to_json() for callback in await services(request).callbacks.search(wanted)]


async def get(request: web.Request) -> object:
    return (await _addressed(request)).to_json()


async def create(request: web.Request) -> object:
    """``{ListId, CallerNumber, Reason, Note, CallId}``; answers 201 with the row."""
    wanted = new_callback(await body(request))
    require_list(request, services(request).directory.callback_list(wanted.list_id).id)
    created = await services(request).callbacks.create(wanted)
    return json_response(created.to_json(), 201)


async def change(request: web.Request) -> object:
    note = _text(await body(request), "Note")
    callback = await _addressed(request)
    return (await services(request).callbacks.note(callback.id, note)).to_json()


async def close(request: web.Request) -> object:
    """``{Note}``; closing again is answered with the callback as it was closed first."""
    note = _text(await body(request) if request.can_read_body else {}, "Note")
    callback = await _addressed(request)
    closed = await services(request).callbacks.close(callback.id, caller(request).user_name, note)
    return closed.to_json()


def new_callback(document: Mapping[str, Any]) -> NewCallback:
    """Raises InvalidInput ``field-missing``, ``field-type`` or ``field-value``."""
    return NewCallback(
        list_id=required(document, "ListId"),
        caller_number=_text(document, "CallerNumber"),
        reason=_member(Reason, _text(document, "Reason"), "Reason") or Reason.MANUAL,
        note=_text(document, "Note"),
        queue_id=_text(document, "QueueId"),
        queue_name=_text(document, "QueueName"),
        call_id=_text(document, "CallId"),
    )


async def _addressed(request: web.Request) -> CallbackRequest:
    """Raises Missing ``callback-unknown``, Forbidden ``foreign-callback-list``."""
    found = await services(request).callbacks.get(request.match_info["id"])
    require_list(request, found.list_id)
    return found


def require_list(request: web.Request, list_id: str) -> None:
    if not _visible(request, list_id):
        raise Forbidden("foreign-callback-list", "this list belongs to pools the caller is not a member of")


def _visible(request: web.Request, list_id: str) -> bool:
    return sees_list(caller(request), list_id, services(request).telephony.engine.platform)


def _list_id(request: web.Request) -> str:
    list_id = query.text(request, "ListId")
    if not list_id:
        raise InvalidInput("field-missing", "the parameter ListId is missing")
    return list_id


def _member[Choice: (CallbackState, Reason)](choices: type[Choice], given: str, name: str) -> Choice | None:
    if not given:
        return None
    found = next((choice for choice in choices if choice.value.lower() == given.lower()), None)
    if found is None:
        raise InvalidInput("field-value", f"{name} is one of {', '.join(choices)}")
    return found


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidInput("field-type", f"{name} is a text")
    return value or ""


def _list_row(one: CallbackList) -> dict[str, object]:
    return {"Id": one.id, "Name": one.name}


ROUTES = [
    Route("GET", "/callbacklists", lists),
    Route("GET", "/callbacklists/{id}", get_list),
    Route("GET", "/callbacks", search),
    Route("POST", "/callbacks", create),
    Route("GET", "/callbacks/{id}", get),
    Route("PUT", "/callbacks/{id}", change),
    Route("POST", "/callbacks/{id}/close", close),
]
