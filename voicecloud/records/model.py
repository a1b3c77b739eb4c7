"""The history of a call and the rows made of it: plain data, no behaviour.

A ``CallHistory`` is what routing leaves behind: the call's head and its ``CallEvent`` list in order. ``rules`` turns
it, finished or not, into one ``CallRecord``, one ``UserCall`` per user leg and one ``ServiceCall`` per visit to a pool.
Moments are aware UTC datetimes, durations are seconds.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum


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


EVENT_CODES: dict[EventKind, int] = {
    EventKind.DISCONNECTED: 2,
    EventKind.QUEUE_REJECTED: 101,
    EventKind.QUEUE_SCHEDULE_CLOSED: 102,
    EventKind.QUEUE_OVERFLOWED: 103,
    EventKind.USER_REJECTED: 203,
    EventKind.USER_TRANSFERRED: 204,
    EventKind.USER_PARKED: 205,
}
"""Event codes of the CallDetails data export."""


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


class CallKind(StrEnum):
    DIRECT = "DirectCall"
    SERVICE = "ServiceCall"


class Privacy(StrEnum):
    WORK = "Work"
    PRIVATE = "Private"
    UNDEFINED = "Undefined"


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


class EndResult(IntEnum):
    """Falsy means answered, as in the rows of the published API."""

    ANSWERED = 0
    UNANSWERED = 1


@dataclass(frozen=True, slots=True)
class UserCall:
    """One user leg of a call: an offer that rang, or a call the user dialled. ``id`` is the leg's own.

    A direct call that was kept from a user and that nobody answered is a row too: unanswered, all its times zero.

    ``ring_s + talk_s + hold_s`` is the time from ``started_at`` to ``ended_at``; for a leg that goes on, to the last
    event known. ``hold_s`` is all connected time without a voice path: on hold by either side, or waiting again.
    """

    id: str
    call_id: str
    user_id: str
    kind: CallKind
    direction: Direction
    a_number: str | None
    b_number: str
    pool_id: str | None
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    ring_s: float
    talk_s: float
    hold_s: float
    result: EndResult
    reject_reason: RejectReason | None
    terminal: Terminal | None
    transferred_to: str | None
    recording_ids: tuple[str, ...]
    modified_at: datetime
    event_codes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceCall:
    """One visit of a caller to a pool, until they leave it or the call ends.

    ``other_s + wait_s + talk_s + hold_s`` is its whole length; ``other_s`` is spent with prompts and offers outside the
    queue. ``offers`` counts how often it rang an agent.
    """

    id: str
    call_id: str
    pool_id: str
    a_number: str | None
    b_number: str
    arrived_at: datetime
    queued_at: datetime | None
    answered_at: datetime | None
    answered_by: str | None
    left_at: datetime | None
    other_s: float
    wait_s: float
    talk_s: float
    hold_s: float
    offers: int
    result: ServiceResult
    recording_ids: tuple[str, ...]
    modified_at: datetime
    event_codes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class CallRecord:
    """The one final record of a call (G3).

    ``wait_s`` is the time in queues until the first answer by a person (until the end when nobody answered).
    ``other_s + queue_s + talk_s + hold_s`` is ``duration_s``, the time from ``arrived_at`` to ``ended_at``.
    """

    call_id: str
    direction: Direction
    a_number: str | None
    b_number: str
    arrived_at: datetime
    queued_at: datetime | None
    first_answered_at: datetime | None
    ended_at: datetime | None
    end_reason: EndReason | None
    duration_s: float
    wait_s: float
    queue_s: float
    talk_s: float
    hold_s: float
    other_s: float
    transfers: int
    terminal: Terminal | None
    recording_ids: tuple[str, ...]
    user_calls: tuple[UserCall, ...]
    service_calls: tuple[ServiceCall, ...]
