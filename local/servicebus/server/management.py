"""The ``$management`` node of an entity: renew, peek, deferred, schedule, sessions.

Source: "AMQP 1.0 in Azure Service Bus: request-response-based operations". Every operation takes the request's map and
returns the reply's; errors are answered with a status and the condition's name.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from local.servicebus.amqp.message import Message, value_body
from local.servicebus.amqp.types import Array, Int, Symbol, Timestamp
from local.servicebus.core.errors import BrokerError, NotAllowed
from local.servicebus.core.model import Record
from local.servicebus.core.queue import Queue
from local.servicebus.core.session_queue import SessionQueue
from local.servicebus.server.envelope import read_content, write_record
from local.servicebus.server.nodes import Node

SUFFIX = "/$management"
PREFIX = "com.microsoft:"
OK, NO_CONTENT = 200, 204
PEEK_LOCK = 1

Body = dict[str, Any]


def management_node(entity: Callable[[], Queue]) -> Node:
    """The node of the entity that ``entity`` finds again for each request (it may be gone by then)."""

    def answer(request: Message) -> Message:
        name = str(request.application_properties.get("operation", "")).removeprefix(PREFIX)
        try:
            operation = OPERATIONS.get(name)
            if operation is None:
                raise NotAllowed(f"there is no management operation {name!r}")
            body = operation(entity(), request.value() or {})
        except BrokerError as refusal:
            return _refusal(refusal)
        return _reply(NO_CONTENT if body is None else OK, body)

    return answer


def _reply(status: int, body: Body | None) -> Message:
    told = {"statusCode": Int(status), "statusDescription": "OK" if status == OK else "No Content"}
    return Message(application_properties=told, body=value_body(body))


def _refusal(refusal: BrokerError) -> Message:
    told = {
        "statusCode": Int(refusal.status),
        "statusDescription": str(refusal),
        "errorCondition": Symbol(refusal.condition),
    }
    return Message(application_properties=told, body=value_body(None))


def _renew_lock(queue: Queue, body: Body) -> Body:
    times: list[object] = [Timestamp(queue.renew(token)) for token in body["lock-tokens"]]
    return {"expirations": Array(times, 0x83)}


def _peek(queue: Queue, body: Body) -> Body | None:
    records = queue.peek(body["from-sequence-number"], body["message-count"], body.get("session-id"))
    return {"messages": [{"message": write_record(record)} for record in records]} if records else None


def _receive_deferred(queue: Queue, body: Body) -> Body:
    peek_lock = body.get("receiver-settle-mode", PEEK_LOCK) == PEEK_LOCK
    records = queue.receive_deferred(body["sequence-numbers"], peek_lock=peek_lock)
    return {"messages": [_deferred(record) for record in records]}


def _deferred(record: Record) -> Body:
    entry: Body = {"message": write_record(record)}
    if record.lock is not None:
        entry["lock-token"] = record.lock.token
    return entry


def _sessions(queue: Queue) -> SessionQueue:
    if not isinstance(queue, SessionQueue):
        raise NotAllowed(f"{queue.path} does not support sessions")
    return queue


def _update_disposition(queue: Queue, body: Body) -> Body:
    if body.get("session-id") is not None:
        _sessions(queue).check_held(body["session-id"])
    status = body["disposition-status"]
    reasons = (body.get("deadletter-reason"), body.get("deadletter-description"))
    settle: dict[str, Callable[[UUID], None]] = {
        "completed": queue.complete,
        "abandoned": queue.abandon,
        "defered": queue.defer,
        "suspended": lambda token: queue.dead_letter(token, *reasons),
    }
    if status not in settle:
        raise NotAllowed(f"{status!r} is no disposition status")
    for token in body["lock-tokens"]:
        settle[status](token)
    return {}


def _schedule(queue: Queue, body: Body) -> Body:
    numbers: list[object] = []
    for entry in body["messages"]:
        content = read_content(entry["message"])
        numbers.append(queue.send(replace(content, session_id=entry.get("session-id", content.session_id))))
    return {"sequence-numbers": Array(numbers, 0x81)}


def _cancel_scheduled(queue: Queue, body: Body) -> Body:
    queue.cancel(body["sequence-numbers"])
    return {}


def _renew_session_lock(queue: Queue, body: Body) -> Body:
    return {"expiration": Timestamp(_sessions(queue).renew_session(body["session-id"]))}


def _get_session_state(queue: Queue, body: Body) -> Body:
    return {"session-state": _sessions(queue).session_state(body["session-id"])}


def _set_session_state(queue: Queue, body: Body) -> Body:
    _sessions(queue).set_session_state(body["session-id"], body.get("session-state"))
    return {}


def _list_sessions(queue: Queue, body: Body) -> Body | None:
    skip, top = body.get("skip", 0), body.get("top", 100)
    found: list[object] = [*_sessions(queue).session_ids()[skip : skip + top]]
    return {"skip": Int(skip + len(found)), "sessions-ids": Array(found, 0xB1)} if found else None


OPERATIONS: dict[str, Callable[[Queue, Body], Body | None]] = {
    "renew-lock": _renew_lock,
    "peek-message": _peek,
    "receive-by-sequence-number": _receive_deferred,
    "update-disposition": _update_disposition,
    "schedule-message": _schedule,
    "cancel-scheduled-message": _cancel_scheduled,
    "renew-session-lock": _renew_session_lock,
    "get-session-state": _get_session_state,
    "set-session-state": _set_session_state,
    "get-message-sessions": _list_sessions,
}
