"""A call's history made into rows (G1, G3, H3). Works on finished calls and on calls in progress alike.

Time is divided by phases: an event starts one, the next such event ends it, the last known moment ends the last. So the
parts of a row always add up to its length.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum
from uuid import NAMESPACE_URL, uuid5

from voicecloud.records.model import EVENT_CODES, CallKind, CallRecord, EndResult, Privacy, ServiceCall, UserCall
from voicecloud.vocabulary.calls import (
    CallEvent,
    CallHistory,
    Direction,
    EndReason,
    EventKind,
    RejectReason,
    ServiceResult,
    Terminal,
)

RECLASSIFY_WITHIN = timedelta(days=14)


class Phase(Enum):
    OTHER = "other"
    QUEUE = "queue"
    RING = "ring"
    TALK = "talk"
    HOLD = "hold"


CALLER_PHASES = {
    EventKind.ARRIVED: Phase.OTHER,
    EventKind.POOL_ENTERED: Phase.OTHER,
    EventKind.QUEUED: Phase.QUEUE,
    EventKind.QUEUE_OVERFLOWED: Phase.OTHER,
    EventKind.QUEUE_REJECTED: Phase.OTHER,
    EventKind.CALLBACK_REQUESTED: Phase.OTHER,
    EventKind.POOL_LEFT: Phase.OTHER,
    EventKind.TALK_STARTED: Phase.TALK,
    EventKind.TALK_STOPPED: Phase.HOLD,
    EventKind.USER_TRANSFERRED: Phase.OTHER,
}
"""What the caller does from such an event on."""

LEG_PHASES = {
    EventKind.ARRIVED: Phase.RING,
    EventKind.ALLOCATED: Phase.RING,
    EventKind.TALK_STARTED: Phase.TALK,
    EventKind.CONSULT_TALK_STARTED: Phase.TALK,
    EventKind.TALK_STOPPED: Phase.HOLD,
    EventKind.CONSULT_TALK_STOPPED: Phase.HOLD,
}
"""What the user of a leg does from such an event on, when it names that leg."""

TALK_BEGINS = (EventKind.TALK_STARTED, EventKind.CONSULT_TALK_STARTED)
HEARD = (*TALK_BEGINS, EventKind.VOICEMAIL_STARTED)

LEG_BEGINS = (EventKind.ARRIVED, EventKind.ALLOCATED, EventKind.DIALLED)
LEG_ENDS = (EventKind.LEG_ENDED, EventKind.USER_REJECTED, EventKind.FAR_REFUSED)


def record(history: CallHistory) -> CallRecord:
    """The call as one row, with its user and service rows."""
    last = last_moment(history)
    spent = _spent(_phases(history.events, CALLER_PHASES), last)
    answer = _first_answer(history)
    users = user_calls(history)
    return CallRecord(
        call_id=history.call_id,
        direction=history.direction,
        a_number=history.a_number,
        b_number=history.b_number,
        arrived_at=history.arrived_at,
        queued_at=next((event.at for event in history.events if event.kind is EventKind.QUEUED), None),
        first_answered_at=answer,
        ended_at=history.ended_at,
        end_reason=history.end_reason,
        duration_s=(last - history.arrived_at).total_seconds(),
        wait_s=_spent(_phases(_until(history.events, answer), CALLER_PHASES), answer or last)[Phase.QUEUE],
        queue_s=spent[Phase.QUEUE],
        talk_s=spent[Phase.TALK],
        hold_s=spent[Phase.HOLD],
        other_s=spent[Phase.OTHER],
        transfers=sum(event.kind is EventKind.USER_TRANSFERRED for event in history.events),
        terminal=next((row.terminal for row in users if row.terminal), None),
        recording_ids=_recordings(history.events),
        user_calls=users,
        service_calls=service_calls(history),
    )


def user_calls(history: CallHistory) -> tuple[UserCall, ...]:
    """One row per leg of a user and per direct call that was kept from them, in the order they began."""
    begins = (event for event in history.events if event.kind in LEG_BEGINS and event.user_id and event.leg_id)
    rows = {begin.sequence: _user_call(history, begin) for begin in begins}
    rows |= {event.sequence: _unrung(history, event) for event in _kept_away(history)}
    return tuple(rows[sequence] for sequence in sorted(rows))


def row_id(leg_id: str | None) -> str:
    """Of the row of a user's leg."""
    return str(uuid5(NAMESPACE_URL, f"voice-cloud/leg/{leg_id}"))


def service_calls(history: CallHistory) -> tuple[ServiceCall, ...]:
    """One row per visit to a pool, in the order of entry."""
    entries = [place for place, event in enumerate(history.events) if event.kind is EventKind.POOL_ENTERED]
    return tuple(_service_call(history, history.events[place:]) for place in entries)


def last_moment(history: CallHistory) -> datetime:
    """Up to when the history is known."""
    return history.ended_at or (history.events[-1].at if history.events else history.arrived_at)


def with_recording(history: CallHistory, recording_id: str, leg_id: str | None, at: datetime) -> CallHistory:
    """The history with a recording that became known after the call; the same one twice changes nothing."""
    if recording_id in _recordings(history.events):
        return history
    begin = next((event for event in history.events if event.leg_id == leg_id and event.kind in LEG_BEGINS), None)
    user_id, pool_id = (begin.user_id, begin.pool_id) if begin else (None, None)
    event = CallEvent(
        history.call_id,
        len(history.events) + 1,
        at,
        EventKind.RECORDED,
        leg_id=leg_id,
        user_id=user_id,
        pool_id=pool_id,
        detail=recording_id,
    )
    return replace(history, events=(*history.events, event))


def interrupted(history: CallHistory, at: datetime) -> CallHistory:
    """The end of a call that a crash has cut off, as far as ``at``.

    One that was over keeps its end. Where somebody was heard in it, its recording was being made and is lost:
    ``platform_stopped`` says that none will come.
    """
    reason = EndReason.PLATFORM_STOPPED
    if history.ended_at is not None:
        was_heard = any(event.kind in HEARD for event in history.events)
        is_lost = was_heard and not _recordings(history.events)
        return replace(history, end_reason=reason) if is_lost else history
    ended = {event.leg_id for event in history.events if event.kind in LEG_ENDS}
    closing = [
        replace(event, kind=EventKind.LEG_ENDED, detail=reason)
        for event in history.events
        if event.kind in LEG_BEGINS and event.leg_id not in ended
    ]
    visits = service_calls(history)
    if visits and visits[-1].left_at is None:
        result = ServiceResult.ANSWERED if visits[-1].answered_at else ServiceResult.INTERRUPTED
        closing.append(_plain(history, EventKind.POOL_LEFT, result, visits[-1].pool_id))
    closing.append(_plain(history, EventKind.DISCONNECTED, reason, None))
    count = len(history.events)
    numbered = (replace(event, sequence=count + place, at=at) for place, event in enumerate(closing, start=1))
    return replace(history, events=(*history.events, *numbered), ended_at=at, end_reason=reason)


def default_privacy(row: UserCall, of_user: Privacy) -> Privacy:
    """A pool's call is work; a direct call is what its user has set as the default."""
    return Privacy.WORK if row.kind is CallKind.SERVICE else of_user


def may_reclassify(present: Privacy, ended_at: datetime, now: datetime) -> bool:
    """Work and Private may be changed for 14 days, Undefined at any time."""
    return present is Privacy.UNDEFINED or now - ended_at <= RECLASSIFY_WITHIN


def _kept_away(history: CallHistory) -> Iterator[CallEvent]:
    """Direct calls that came to a user, rang nowhere and reached nobody else (B1, B3).

    One that rings is offered in the same step, so the offer is the very next event. Given at the end of the call:
    until then somebody it was forwarded to may answer.
    """
    events: Sequence[CallEvent | None] = (*history.events, None)
    answers = [event.sequence for event in history.events if event.kind is EventKind.ANSWERED]
    last_answer = max(answers, default=0)
    for event, after in zip(history.events, events[1:], strict=True):
        rang = after is not None and after.kind is EventKind.ALLOCATED and after.user_id == event.detail
        missed = event.kind is EventKind.USER_ENTERED and not rang and event.sequence > last_answer
        if missed and history.ended_at:
            yield event


def _unrung(history: CallHistory, entered: CallEvent) -> UserCall:
    """The row that lists the call among those the user has missed; of no length."""
    return UserCall(
        id=row_id(f"{history.call_id}:entered:{entered.sequence}"),
        call_id=history.call_id,
        user_id=entered.detail or "",
        kind=CallKind.DIRECT,
        direction=Direction.INBOUND,
        a_number=history.a_number,
        b_number=history.b_number,
        pool_id=None,
        started_at=entered.at,
        answered_at=None,
        ended_at=entered.at,
        ring_s=0.0,
        talk_s=0.0,
        hold_s=0.0,
        result=EndResult.UNANSWERED,
        reject_reason=None,
        terminal=None,
        transferred_to=None,
        recording_ids=(),
        modified_at=entered.at,
    )


def _user_call(history: CallHistory, begin: CallEvent) -> UserCall:
    leg_id = begin.leg_id or ""
    events = [event for event in history.events if leg_id in (event.leg_id, event.detail)]
    end = next((event for event in events if event.kind in LEG_ENDS and event.leg_id == leg_id), None)
    answered_at = next((event.at for event in events if event.kind in TALK_BEGINS), None)
    spent = _spent(_phases(events, LEG_PHASES), end.at if end else last_moment(history))
    rejected = end is not None and end.kind is EventKind.USER_REJECTED
    own = begin.kind is EventKind.ARRIVED
    return UserCall(
        id=row_id(leg_id),
        call_id=history.call_id,
        user_id=begin.user_id or "",
        kind=CallKind.SERVICE if begin.pool_id else CallKind.DIRECT,
        direction=Direction.OUTBOUND if own else Direction.INBOUND,
        a_number=history.a_number,
        b_number=history.b_number,
        pool_id=begin.pool_id,
        started_at=begin.at,
        answered_at=answered_at,
        ended_at=end.at if end else history.ended_at,
        ring_s=spent[Phase.RING],
        talk_s=spent[Phase.TALK],
        hold_s=spent[Phase.HOLD],
        result=EndResult.ANSWERED if answered_at else EndResult.UNANSWERED,
        reject_reason=RejectReason(end.detail) if end and end.detail and rejected else None,
        terminal=_terminal(events, leg_id),
        transferred_to=_transferred_to(events, leg_id),
        recording_ids=_recordings(event for event in events if event.leg_id == leg_id),
        modified_at=events[-1].at,
        event_codes=_codes(event for event in events if event.leg_id == leg_id),
    )


def _service_call(history: CallHistory, events: Sequence[CallEvent]) -> ServiceCall:
    """The row of the visit that ``events`` begin with."""
    entry = events[0]
    place = next((place for place, event in enumerate(events) if event.kind is EventKind.POOL_LEFT), None)
    visit = events if place is None else events[: place + 1]
    left = None if place is None else events[place]
    answer = next((event for event in visit if _answers(event, entry.pool_id)), None)
    spent = _spent(_phases(visit, CALLER_PHASES), left.at if left else last_moment(history))
    offers = {event.leg_id for event in visit if event.kind is EventKind.ALLOCATED and event.pool_id == entry.pool_id}
    voices = offers | {event.leg_id for event in visit if event.kind is EventKind.VOICEMAIL_STARTED}
    recorded = [event for event in history.events if event.kind is EventKind.RECORDED and event.leg_id in voices]
    going_on = ServiceResult.TALKING if answer else ServiceResult.WAITING
    return ServiceCall(
        id=str(uuid5(NAMESPACE_URL, f"voice-cloud/visit/{history.call_id}/{entry.sequence}")),
        call_id=history.call_id,
        pool_id=entry.pool_id or "",
        a_number=history.a_number,
        b_number=history.b_number,
        arrived_at=entry.at,
        queued_at=next((event.at for event in visit if event.kind is EventKind.QUEUED), None),
        answered_at=answer.at if answer else None,
        answered_by=answer.user_id if answer else None,
        left_at=left.at if left else history.ended_at,
        other_s=spent[Phase.OTHER],
        wait_s=spent[Phase.QUEUE],
        talk_s=spent[Phase.TALK],
        hold_s=spent[Phase.HOLD],
        offers=len(offers),
        result=ServiceResult(left.detail) if left and left.detail else going_on,
        recording_ids=_recordings(recorded),
        modified_at=max(event.at for event in (*visit, *recorded)),
        event_codes=_codes(visit),
    )


def _codes(events: Iterable[CallEvent]) -> tuple[int, ...]:
    """Published codes of what happened, in order; a leg that ended by hanging up ends with that of a disconnect."""
    codes = EVENT_CODES | {EventKind.LEG_ENDED: EVENT_CODES[EventKind.DISCONNECTED]}
    return tuple(codes[event.kind] for event in events if event.kind in codes)


def _answers(event: CallEvent, pool_id: str | None) -> bool:
    return event.kind is EventKind.ANSWERED and event.user_id is not None and event.pool_id == pool_id


def _first_answer(history: CallHistory) -> datetime | None:
    """When a person answered first: a user, or on an outbound call the one who was called."""
    outbound = history.direction is Direction.OUTBOUND
    answers = (event for event in history.events if event.kind is EventKind.ANSWERED)
    return next((event.at for event in answers if event.user_id or outbound), None)


def _until(events: Sequence[CallEvent], moment: datetime | None) -> Sequence[CallEvent]:
    return events if moment is None else [event for event in events if event.at <= moment]


def _phases(events: Iterable[CallEvent], phase_of: Mapping[EventKind, Phase]) -> list[tuple[datetime, Phase]]:
    return [(event.at, phase_of[event.kind]) for event in events if event.kind in phase_of]


def _spent(phases: Sequence[tuple[datetime, Phase]], last: datetime) -> dict[Phase, float]:
    """Seconds in each phase: each lasts until the next begins, the last one until ``last``."""
    spent: dict[Phase, float] = defaultdict(float)
    ends = [moment for moment, _ in phases[1:]] + [last]
    for (moment, phase), end in zip(phases, ends, strict=True):
        spent[phase] += (end - moment).total_seconds()
    return spent


def _recordings(events: Iterable[CallEvent]) -> tuple[str, ...]:
    found = (event.detail for event in events if event.kind is EventKind.RECORDED and event.detail)
    return tuple(dict.fromkeys(found))


def _terminal(events: Iterable[CallEvent], leg_id: str) -> Terminal | None:
    return next((event.terminal for event in events if event.leg_id == leg_id and event.terminal), None)


def _transferred_to(events: Iterable[CallEvent], leg_id: str) -> str | None:
    transfers = (event for event in events if event.kind is EventKind.USER_TRANSFERRED and event.leg_id == leg_id)
    return next((event.detail for event in transfers), None)


def _plain(history: CallHistory, kind: EventKind, detail: str, pool_id: str | None) -> CallEvent:
    return CallEvent(history.call_id, 0, history.arrived_at, kind, pool_id=pool_id, detail=detail)
