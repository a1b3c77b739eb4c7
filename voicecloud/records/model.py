"""The rows that are made of a call: plain data, no behaviour.

``rules`` turns a call's history, finished or not, into one ``CallRecord``, one ``UserCall`` per user leg and one
``ServiceCall`` per visit to a pool.
Moments are aware UTC datetimes, durations are seconds.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from voicecloud.vocabulary.calls import Direction, EndReason, EventKind, RejectReason, ServiceResult, Terminal

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


class CallKind(StrEnum):
    DIRECT = "DirectCall"
    SERVICE = "ServiceCall"


class Privacy(StrEnum):
    WORK = "Work"
    PRIVATE = "Private"
    UNDEFINED = "Undefined"


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
