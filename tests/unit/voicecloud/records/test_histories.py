"""Rows of histories written down event by event (G1, G3)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from voicecloud.records.model import CallKind, EndResult
from voicecloud.records.rules import interrupted, last_moment, record, service_calls, user_calls, with_recording
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

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MATTI, NUMBER = "+358401234567", "+35891000100"


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def happened(seconds: float, kind: EventKind, leg: int | None = None, **more: object) -> CallEvent:
    known = CallEvent("c", 0, at(seconds), kind, None if leg is None else f"c:{leg}")
    return replace(known, **more)


def history(*events: CallEvent, direction: Direction = Direction.INBOUND, ended_s: float | None = None) -> CallHistory:
    numbered = tuple(replace(event, sequence=place) for place, event in enumerate(events, start=1))
    ended_at = None if ended_s is None else at(ended_s)
    return CallHistory("c", direction, MATTI, NUMBER, NOON, numbered, ended_at)


ARRIVED = happened(0, EventKind.ARRIVED, 1)
ENTERED = happened(1, EventKind.POOL_ENTERED, 1, pool_id="p")
QUEUED = happened(4, EventKind.QUEUED, 1, pool_id="p")
ANN_RINGS = happened(5, EventKind.ALLOCATED, 2, user_id="ann", pool_id="p")
ANN_REFUSES = happened(9, EventKind.USER_REJECTED, 2, user_id="ann", pool_id="p", detail=RejectReason.USER_REJECTED)
BOB_RINGS = happened(10, EventKind.ALLOCATED, 3, user_id="bob", pool_id="p")
BOB_ANSWERS = happened(12, EventKind.ANSWERED, 3, user_id="bob", pool_id="p", terminal=Terminal.WEB)
BOB_TALKS = happened(12, EventKind.TALK_STARTED, 3, user_id="bob", pool_id="p", detail="c:1")
BOB_ENDS = happened(60, EventKind.LEG_ENDED, 3, user_id="bob", pool_id="p", detail=EndReason.CALLER_LEFT)
LEFT = happened(60, EventKind.POOL_LEFT, 1, pool_id="p", detail=ServiceResult.ANSWERED)
DISCONNECTED = happened(60, EventKind.DISCONNECTED, detail=EndReason.CALLER_LEFT)
POOL_CALL = (ARRIVED, ENTERED, QUEUED, ANN_RINGS, ANN_REFUSES, BOB_RINGS, BOB_ANSWERS, BOB_TALKS, BOB_ENDS, LEFT)


def test_a_call_is_known_up_to_its_end_or_its_last_event() -> None:
    """Of one that has only come nothing but that is known."""
    assert last_moment(history()) == NOON
    assert last_moment(history(ARRIVED, ENTERED, QUEUED)) == at(4)
    assert last_moment(history(ARRIVED, ENTERED, ended_s=33)) == at(33)


@pytest.mark.parametrize(
    ("events", "added"),
    [
        (
            POOL_CALL[:6],
            [
                (EventKind.LEG_ENDED, "c:1", None, None, "platform_stopped"),
                (EventKind.LEG_ENDED, "c:3", "bob", "p", "platform_stopped"),
                (EventKind.POOL_LEFT, None, None, "p", "interrupted"),
            ],
        ),
        (
            POOL_CALL[:8],
            [
                (EventKind.LEG_ENDED, "c:1", None, None, "platform_stopped"),
                (EventKind.LEG_ENDED, "c:3", "bob", "p", "platform_stopped"),
                (EventKind.POOL_LEFT, None, None, "p", "answered"),
            ],
        ),
        (POOL_CALL, [(EventKind.LEG_ENDED, "c:1", None, None, "platform_stopped")]),
        ([ARRIVED], [(EventKind.LEG_ENDED, "c:1", None, None, "platform_stopped")]),
    ],
)
def test_a_crash_ends_what_had_not_ended_and_nothing_else(
    events: list[CallEvent], added: list[tuple[EventKind, str | None, str | None, str | None, str]]
) -> None:
    """Each leg and the visit once, then the call; all at one moment."""
    closed = interrupted(history(*events), at(99))
    new = closed.events[len(events) :]
    ends = [*added, (EventKind.DISCONNECTED, None, None, None, "platform_stopped")]
    assert [(one.kind, one.leg_id, one.user_id, one.pool_id, one.detail) for one in new] == ends
    assert {one.at for one in new} == {closed.ended_at} == {at(99)}
    assert [one.sequence for one in closed.events] == list(range(1, len(closed.events) + 1))


@pytest.mark.parametrize(
    ("leg", "user_id", "pool_id"), [("c:3", "bob", "p"), ("c:2", "ann", "p"), ("c:1", None, None), ("c:9", None, None)]
)
def test_a_recording_belongs_to_who_had_its_leg(leg: str, user_id: str | None, pool_id: str | None) -> None:
    """And is the next event of the call, whenever it becomes known."""
    added = with_recording(history(*POOL_CALL), "r", leg, at(70)).events[-1]
    assert added == CallEvent(
        "c", 11, at(70), EventKind.RECORDED, leg_id=leg, user_id=user_id, pool_id=pool_id, detail="r"
    )


def test_a_leg_and_a_visit_say_what_happened_in_them() -> None:
    """With the published codes, the wait and the moment of their last event."""
    events = (*POOL_CALL, happened(70, EventKind.QUEUE_REJECTED, 1, pool_id="q"))
    ann, bob = user_calls(history(*events))
    assert (ann.event_codes, bob.event_codes) == ((203,), (2,))
    assert (ann.direction, ann.kind, ann.reject_reason) == (
        Direction.INBOUND,
        CallKind.SERVICE,
        RejectReason.USER_REJECTED,
    )
    assert (ann.result, bob.result, bob.terminal) == (EndResult.UNANSWERED, EndResult.ANSWERED, Terminal.WEB)
    (visit,) = service_calls(history(*events))
    assert (visit.event_codes, visit.modified_at, visit.left_at) == ((203, 2), at(60), at(60))
    assert (visit.queued_at, visit.wait_s, visit.other_s, visit.talk_s) == (at(4), 8, 3, 48)
    assert (visit.offers, visit.answered_by, visit.answered_at) == (2, "bob", at(12))


def test_a_visit_that_never_queued_has_no_queue_entry() -> None:
    """A pool that is closed plays its message and lets the caller go."""
    closed = happened(3, EventKind.POOL_LEFT, 1, pool_id="p", detail=ServiceResult.CLOSED)
    (visit,) = service_calls(history(ARRIVED, ENTERED, closed))
    assert (visit.queued_at, visit.answered_at, visit.result, visit.wait_s) == (None, None, ServiceResult.CLOSED, 0)


@pytest.mark.parametrize(
    ("answer", "by"),
    [
        (BOB_ANSWERS, "bob"),
        (replace(BOB_ANSWERS, pool_id="q"), None),
        (replace(BOB_ANSWERS, pool_id=None), None),
        (replace(BOB_ANSWERS, user_id=None), None),
        (replace(BOB_ANSWERS, kind=EventKind.CONSULT_STARTED), None),
    ],
)
def test_a_visit_is_answered_by_a_user_who_serves_its_pool(answer: CallEvent, by: str | None) -> None:
    """Not by a colleague who is asked, nor by a telephone outside."""
    (visit,) = service_calls(history(ARRIVED, ENTERED, QUEUED, BOB_RINGS, answer))
    assert visit.answered_by == by
    assert visit.result is (ServiceResult.TALKING if by else ServiceResult.WAITING)


def test_a_colleague_who_is_asked_is_no_offer_of_the_pool_nor_is_their_recording_its_own() -> None:
    """Only what rang for the pool, or was said to its voicemail, is the visit's."""
    asked = happened(30, EventKind.ALLOCATED, 4, user_id="cecil")
    recorded = [happened(70 + leg, EventKind.RECORDED, leg, detail=f"r{leg}") for leg in (1, 3, 4)]
    (visit,) = service_calls(history(*POOL_CALL[:8], asked, *POOL_CALL[8:], *recorded))
    assert (visit.offers, visit.recording_ids, visit.modified_at) == (2, ("r3",), at(73))
    message = happened(20, EventKind.VOICEMAIL_STARTED, 1, pool_id="p")
    (spoken,) = service_calls(history(ARRIVED, ENTERED, message, LEFT, *recorded))
    assert (spoken.offers, spoken.recording_ids, spoken.modified_at) == (0, ("r1",), at(71))


ANN_ENTERED = happened(1, EventKind.USER_ENTERED, detail="ann")


@pytest.mark.parametrize(
    ("events", "rows"),
    [
        ([ANN_ENTERED], ["ann"]),
        ([ANN_ENTERED, replace(ANN_RINGS, pool_id=None)], ["ann"]),
        ([ANN_ENTERED, replace(BOB_RINGS, pool_id=None)], ["ann", "bob"]),
        ([ANN_ENTERED, replace(BOB_RINGS, pool_id=None), replace(BOB_ANSWERS, pool_id=None)], ["bob"]),
        ([BOB_RINGS, BOB_ANSWERS, ANN_ENTERED], ["bob", "ann"]),
        ([BOB_RINGS, BOB_ANSWERS, ANN_ENTERED, replace(BOB_ANSWERS, user_id="cecil")], ["bob"]),
    ],
)
def test_a_call_that_rang_nowhere_is_missed_where_nobody_answered_it_later(
    events: list[CallEvent], rows: list[str]
) -> None:
    """Once it is over; who was rung has the row of that."""
    assert [row.user_id for row in user_calls(history(ARRIVED, *events, ended_s=60))] == rows


def test_nobody_has_missed_a_call_that_goes_on() -> None:
    """It may yet be answered."""
    assert user_calls(history(ARRIVED, ANN_ENTERED)) == ()


@pytest.mark.parametrize(
    ("direction", "user_id", "is_answer"),
    [
        (Direction.INBOUND, "bob", True),
        (Direction.INBOUND, None, False),
        (Direction.OUTBOUND, None, True),
        (Direction.INTERNAL, None, False),
    ],
)
def test_an_answer_is_a_users_or_of_an_outbound_call_the_far_ends(
    direction: Direction, user_id: str | None, is_answer: bool
) -> None:
    """A telephone outside to which a caller is forwarded is nobody of ours; until then the caller has waited."""
    answered = replace(BOB_ANSWERS, user_id=user_id)
    row = record(history(ARRIVED, ENTERED, QUEUED, answered, direction=direction, ended_s=60))
    assert row.first_answered_at == (at(12) if is_answer else None)
    assert row.wait_s == (8 if is_answer else 56)


def test_the_row_of_who_dialled_is_an_outbound_one() -> None:
    """The legs it dials have no row of their own, nor has a caller's."""
    dialled = replace(ARRIVED, user_id="ann")
    far = happened(1, EventKind.DIALLED, 2)
    (row,) = user_calls(history(dialled, far, direction=Direction.OUTBOUND))
    assert (row.user_id, row.direction, row.kind, row.ended_at) == ("ann", Direction.OUTBOUND, CallKind.DIRECT, None)
    assert user_calls(history(ARRIVED)) == ()
