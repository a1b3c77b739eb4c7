"""Service pools: figures, agents with activation and skill, settings (C7, I1-I3, I6)."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from shared.errors import Forbidden, InvalidInput
from voicecloud.api import query
from voicecloud.api.http import Route, body, caller, services
from voicecloud.organisation.codec import encode
from voicecloud.organisation.model import PoolQueue, User
from voicecloud.routing.model import Member
from voicecloud.rte.status import queue_status, user_status
from voicecloud.users.rights import sees_pool

READ_ONLY = {"Id", "Name", "Members"}


async def list_queues(request: web.Request) -> object:
    """All the caller may see; ``OnlyForUser`` those a user is a member of, A to Z."""
    only_for = query.text(request, "OnlyForUser")
    user_id = caller(request).id if only_for == "me" else only_for
    queues = [queue for queue in services(request).directory.queues.values() if _visible(request, queue)]
    wanted = [queue for queue in queues if not user_id or _member(request, queue.id, user_id)]
    return [_row(request, queue) for queue in sorted(wanted, key=lambda queue: queue.name)]


async def get_queue(request: web.Request) -> object:
    return _row(request, _addressed(request))


async def agents(request: web.Request) -> object:
    queue = _addressed(request)
    members = services(request).telephony.engine.platform.members(queue.id)
    return [_agent(request, member) for member in members]


async def set_agent(request: web.Request) -> object:
    """``{Active, SkillLevel}``: adds a member or changes one. Members may switch themselves on and off (B5)."""
    queue, document = _addressed(request), await body(request)
    user = services(request).directory.user(request.match_info["user"])
    before = _member(request, queue.id, user.id)
    member = _changed(before or Member(user.id), document)
    own_switch = before is not None and user.id == caller(request).id and member.skill == before.skill
    if not own_switch:
        require_manager(caller(request))
    await services(request).telephony.staff.set_member(queue.id, member)
    return _agent(request, member)


async def remove_agent(request: web.Request) -> object:
    queue = _addressed(request)
    require_manager(caller(request))
    await services(request).telephony.staff.remove_member(queue.id, request.match_info["user"])
    return web.Response(status=204)


async def settings(request: web.Request) -> object:
    document = encode(_addressed(request).pool)
    return {name: value for name, value in document.items() if name not in READ_ONLY}


async def change_settings(request: web.Request) -> object:
    """Replaces the settings given; they act on the next call."""
    queue, document = _addressed(request), await body(request)
    require_manager(caller(request))
    if READ_ONLY & document.keys():
        raise InvalidInput("field-unknown", "agents are changed one by one, a queue keeps its id and name")
    await services(request).telephony.staff.set_queue(queue.id, document)
    return await settings(request)


async def queue_calls(request: web.Request) -> object:
    """Calls of the pool in progress (I5)."""
    queue = _addressed(request)
    calls = services(request).telephony.engine.platform.live_calls()
    return [
        encode(call) for call in calls if call.pool_id == queue.id or any(leg.pool_id == queue.id for leg in call.legs)
    ]


def _addressed(request: web.Request) -> PoolQueue:
    """Raises Missing ``queue-unknown``, Forbidden ``foreign-queue``."""
    queue = services(request).directory.queue(request.match_info["queue"])
    if not _visible(request, queue):
        raise Forbidden("foreign-queue", "this queue may not be seen by the caller")
    return queue


def _visible(request: web.Request, queue: PoolQueue) -> bool:
    return sees_pool(caller(request), queue.id, services(request).telephony.engine.platform)


def _member(request: web.Request, queue_id: str, user_id: str) -> Member | None:
    members = services(request).telephony.engine.platform.members(queue_id)
    return next((member for member in members if member.user_id == user_id), None)


def _changed(member: Member, document: Mapping[str, Any]) -> Member:
    active, skill = document.get("Active", member.active), document.get("SkillLevel", member.skill)
    if not isinstance(active, bool) or not isinstance(skill, int) or isinstance(skill, bool) or skill < 1:
        raise InvalidInput("field-type", "Active is true or false, SkillLevel a whole number above 0")
    return Member(member.user_id, skill, active)


def require_manager(user: User) -> None:
    if not user.manages:
        raise Forbidden("not-a-manager", "only group managers and supervisors may do this")


def _row(request: web.Request, queue: PoolQueue) -> dict[str, Any]:
    return {
        "Id": queue.id,
        "Name": queue.name,
        "TypeId": queue.type_id,
        "Numbers": list(queue.numbers),
        "Status": queue_status(services(request).telephony.engine, queue.id),
    }


def _agent(request: web.Request, member: Member) -> dict[str, Any]:
    asked = services(request)
    user = asked.directory.user(member.user_id)
    availability = asked.telephony.staff.availability(user.id)
    return {
        "UserId": user.id,
        "UserName": user.user_name,
        "Name": user.name,
        "Active": member.active,
        "SkillLevel": member.skill,
        "ServiceCallsAccepted": user.accepting,
        "Availability": availability.profile if availability else "Available",
        "Status": user_status(asked.telephony.engine, user.id),
    }


ROUTES = [
    Route("GET", "/queues", list_queues),
    Route("GET", "/queues/{queue}", get_queue),
    Route("GET", "/queues/{queue}/agents", agents),
    Route("PUT", "/queues/{queue}/agents/{user}", set_agent),
    Route("DELETE", "/queues/{queue}/agents/{user}", remove_agent),
    Route("GET", "/queues/{queue}/settings", settings),
    Route("PUT", "/queues/{queue}/settings", change_settings),
    Route("GET", "/queues/{queue}/calls", queue_calls),
]
