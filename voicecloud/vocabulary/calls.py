"""A call and what may happen to it: plain data, no behaviour.

A ``CallHistory`` is what routing leaves behind: the call's head and its ``CallEvent`` list in order. Moments are aware
UTC datetimes.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"


class Terminal(StrEnum):
    """What a user speaks through: at most one of each."""

    WEB = "web"
    TEAMS = "teams"
    DESK = "desk"
    MOBILE = "mobile"
    OTHER = "other"


class EventKind(StrEnum):
    """What may happen to a call, in the past tense. ``EVENT_CODES`` has the published code of those that have one."""

    ARRIVED = "arrived"
    POOL_ENTERED = "pool_entered"
    QUEUED = "queued"
    QUEUE_REJECTED = "queue_rejected"
    QUEUE_SCHEDULE_CLOSED = "queue_schedule_closed"
    QUEUE_OVERFLOWED = "queue_overflowed"
    POOL_LEFT = "pool_left"
    USER_ENTERED = "user_entered"
    DIALLED = "dialled"
    ALLOCATED = "allocated"
    ANSWERED = "answered"
    USER_REJECTED = "user_rejected"
    FAR_REFUSED = "far_refused"
    TALK_STARTED = "talk_started"
    TALK_STOPPED = "talk_stopped"
    USER_PARKED = "user_parked"
    USER_RESUMED = "user_resumed"
    CONSULT_STARTED = "consult_started"
    CONSULT_TALK_STARTED = "consult_talk_started"
    CONSULT_TALK_STOPPED = "consult_talk_stopped"
    CONSULT_ENDED = "consult_ended"
    USER_TRANSFERRED = "user_transferred"
    CALLBACK_REQUESTED = "callback_requested"
    VOICEMAIL_STARTED = "voicemail_started"
    RECORDED = "recorded"
    LEG_ENDED = "leg_ended"
    DISCONNECTED = "disconnected"


class RejectReason(StrEnum):
    """Why an offer to a user came to nothing (event code 203)."""

    TIMEOUT = "Timeout"
    CALL_DISCONNECTED = "CallDisconnected"
    USER_REJECTED = "GenericUserRejected"
    OTHER_CONNECTED = "OtherConnected"


class EndReason(StrEnum):
    """Why a call is over."""

    CALLER_LEFT = "caller_left"
    TRANSFERRED = "transferred"
    AGENT_LEFT = "agent_left"
    FAR_LEFT = "far_left"
    ABANDONED = "abandoned"
    CLOSED = "closed"
    OVERFLOW = "overflow"
    NO_AGENTS = "no_agents"
    CALLBACK = "callback"
    VOICEMAIL = "voicemail"
    BLOCKED = "blocked"
    BUSY = "busy"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    FAILED = "failed"
    ROUTED_AWAY = "routed_away"
    UNKNOWN_NUMBER = "unknown_number"
    LOOP = "loop"
    DRAINING = "draining"
    PLATFORM_STOPPED = "platform_stopped"


@dataclass(frozen=True, slots=True)
class CallEvent:
    """One thing that happened. ``sequence`` counts from 1 within the call, without gaps.

    ``detail`` by kind: ARRIVED the called number; ALLOCATED the kind of offer; TALK and CONSULT kinds the second leg's
    id; USER_REJECTED a ``RejectReason``; POOL_LEFT a ``ServiceResult``; USER_TRANSFERRED the target as text; RECORDED
    the recording's id; LEG_ENDED and DISCONNECTED an ``EndReason`` or ``RejectReason``.
    """

    call_id: str
    sequence: int
    at: datetime
    kind: EventKind
    leg_id: str | None = None
    user_id: str | None = None
    pool_id: str | None = None
    number: str | None = None
    terminal: Terminal | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class CallHistory:
    """A call so far, or for good when ``ended_at`` is set. Numbers are E.164; ``a_number`` None is a withheld one."""

    call_id: str
    direction: Direction
    a_number: str | None
    b_number: str
    arrived_at: datetime
    events: tuple[CallEvent, ...]
    ended_at: datetime | None = None
    end_reason: EndReason | None = None


class ServiceResult(StrEnum):
    """How a visit to a pool ended; WAITING and TALKING are visits still going on."""

    WAITING = "waiting"
    TALKING = "talking"
    ANSWERED = "answered"
    ABANDONED = "abandoned"
    CLOSED = "closed"
    OVERFLOWED = "overflowed"
    REJECTED = "rejected"
    FORWARDED = "forwarded"
    CALLBACK = "callback"
    VOICEMAIL = "voicemail"
    INTERRUPTED = "interrupted"
