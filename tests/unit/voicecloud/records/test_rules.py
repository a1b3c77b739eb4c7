"""A call's history made into rows (G1, G3, H3)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.fixtures.routing import (
    CALLER,
    MONDAY_NOON,
    POOL_NUMBER,
    Floor,
    MakeFloor,
    members,
    number_of,
    number_of_pool,
)
from voicecloud.records.model import EVENT_CODES, CallKind, EndResult, Privacy
from voicecloud.records.rules import (
    default_privacy,
    interrupted,
    may_reclassify,
    record,
    service_calls,
    user_calls,
    with_recording,
)
from voicecloud.routing import events
from voicecloud.routing.effects import FinishCall
from voicecloud.routing.model import (
    Action,
    ActionKind,
    Forwarding,
    Pool,
    Prompt,
    Prompts,
    Subscriber,
    Target,
    TargetKind,
)
from voicecloud.vocabulary.availability import AvailabilityClass
from voicecloud.vocabulary.calls import (
    CallHistory,
    Direction,
    EndReason,
    EventKind,
    RejectReason,
    ServiceResult,
    Terminal,
)


def pool_call(floor: MakeFloor) -> Floor:
    """4 s of welcome, Ann lets it ring for 10 s, Bob answers after 5 s: 60 s of talk, 20 s of hold, 30 s of talk."""
    pool = Pool("p", "P", members=members("ann", "bob"), prompts=Prompts(Prompt("hello", 4.0)), ring_timeout_s=10.0)
    made = floor(pool)
    made.call()
    made.wait(4 + 10 + 5)
    ((_, leg_id),) = made.rings().items()
    made.tell(events.Answer(leg_id, Terminal.TEAMS))
    made.wait(60)
    made.tell(events.Hold(leg_id))
    made.wait(20)
    made.tell(events.Resume(leg_id))
    made.wait(30)
    return made


def history_of(made: Floor, call_id: str = "c1") -> CallHistory:
    history = made.platform.history(call_id)
    assert history is not None
    return history


def test_a_pool_calls_record_has_the_metrics(floor: MakeFloor) -> None:
    """Arrival, queue entry, first answer by a person, wait in the queue, terminal, and times that add up (G3)."""
    made = pool_call(floor)
    made.tell(events.PartyLeft("c1:1"))
    row = made.record()
    assert (row.arrived_at, row.queued_at) == (MONDAY_NOON, MONDAY_NOON + timedelta(seconds=4))
    assert row.first_answered_at == MONDAY_NOON + timedelta(seconds=19)
    assert (row.wait_s, row.queue_s, row.talk_s, row.hold_s, row.other_s) == (15, 15, 90, 20, 4)
    assert (row.duration_s, row.terminal, row.end_reason) == (129, Terminal.TEAMS, EndReason.CALLER_LEFT)
    assert (row.a_number, row.b_number, row.direction) == (CALLER, POOL_NUMBER, Direction.INBOUND)


def test_every_user_leg_has_its_row(floor: MakeFloor) -> None:
    """Several rows for one call: the one who let it ring, and the one who answered."""
    made = pool_call(floor)
    made.tell(events.PartyLeft("c1:1"))
    missed, taken = made.record().user_calls
    assert (missed.user_id, missed.result, missed.reject_reason) == ("ann", EndResult.UNANSWERED, RejectReason.TIMEOUT)
    assert (missed.ring_s, missed.talk_s, missed.answered_at) == (10, 0, None)
    assert (taken.user_id, taken.result, taken.reject_reason) == ("bob", EndResult.ANSWERED, None)
    assert (taken.ring_s, taken.talk_s, taken.hold_s, taken.terminal) == (5, 90, 20, Terminal.TEAMS)
    assert {row.kind for row in (missed, taken)} == {CallKind.SERVICE}
    assert missed.id != taken.id


@pytest.mark.parametrize("kind", [AvailabilityClass.DND, AvailabilityClass.OFF_WORK])
def test_a_direct_call_that_was_kept_from_its_user_is_a_missed_one(floor: MakeFloor, kind: AvailabilityClass) -> None:
    """The user finds it after lunch: who called and when; it rang nowhere and has no length."""
    made = floor()
    made.availability("ann", kind)
    made.call(b_number=number_of("ann"))
    (row,) = made.record().user_calls
    assert (row.user_id, row.kind, row.direction) == ("ann", CallKind.DIRECT, Direction.INBOUND)
    assert (row.result, row.reject_reason, row.terminal) == (EndResult.UNANSWERED, None, None)
    assert (row.a_number, row.started_at, row.ended_at) == (CALLER, MONDAY_NOON, MONDAY_NOON)
    assert (row.ring_s, row.talk_s, row.hold_s) == (0, 0, 0)


def test_a_second_caller_is_a_missed_one_of_the_busy_user(floor: MakeFloor) -> None:
    """While the user talks nothing rings; the first call's row is not touched."""
    made = floor()
    made.call("c1", b_number=number_of("ann"))
    made.answer("ann", "c1")
    made.call("c2", b_number=number_of("ann"))
    assert [row.result for row in made.record("c2").user_calls] == [EndResult.UNANSWERED]
    made.tell(events.PartyLeft("c1:1"))
    assert [row.result for row in made.record("c1").user_calls] == [EndResult.ANSWERED]


@pytest.mark.parametrize("is_answered", [True, False])
def test_a_forwarded_call_is_missed_only_if_nobody_took_it(floor: MakeFloor, is_answered: bool) -> None:
    """AgentNotes when the call is over: while it rings at the colleague's nobody has missed it."""
    to_bob = Forwarding(dnd=Target(TargetKind.USER, "bob"))
    made = floor(users={"ann": Subscriber("ann", "Ann", number_of("ann"), forwarding=to_bob)})
    made.availability("ann", AvailabilityClass.DND)
    made.call(b_number=number_of("ann"))
    assert [row.user_id for row in user_calls(history_of(made))] == ["bob"]
    if is_answered:
        made.answer("bob")
    made.tell(events.PartyLeft("c1:1"))
    assert [row.user_id for row in made.record().user_calls] == (["bob"] if is_answered else ["ann", "bob"])


def test_every_visit_to_a_pool_has_its_row(floor: MakeFloor) -> None:
    """Overflow makes two, each with its own wait."""
    to_second = Action(ActionKind.TRANSFER, Target(TargetKind.POOL, "q"))
    made = floor(Pool("p", "P", max_wait_s=30.0, overflow_action=to_second), Pool("q", "Q", members=members("bob")))
    made.call()
    made.wait(40)
    made.answer("bob")
    made.wait(60)
    made.tell(events.PartyLeft("c1:1"))
    first, second = made.record().service_calls
    assert (first.pool_id, first.result, first.wait_s, first.offers) == ("p", ServiceResult.OVERFLOWED, 30, 0)
    assert (second.pool_id, second.result, second.wait_s, second.talk_s) == ("q", ServiceResult.ANSWERED, 10, 60)
    assert (second.answered_by, second.offers) == ("bob", 1)
    assert made.record().wait_s == 40


def test_rows_of_a_call_in_progress_are_those_known_so_far(floor: MakeFloor) -> None:
    """Waiting, then talking; nothing has ended yet; ids stay the same."""
    made = pool_call(floor)
    (visit,) = service_calls(history_of(made))
    assert (visit.result, visit.left_at, visit.wait_s) == (ServiceResult.TALKING, None, 15)
    assert [row.ended_at is None for row in user_calls(history_of(made))] == [False, True]
    made.tell(events.PartyLeft("c1:1"))
    assert [row.id for row in made.record().service_calls] == [visit.id]


def test_a_waiting_caller_is_a_waiting_visit(floor: MakeFloor) -> None:
    """The visit is neither answered nor ended."""
    made = floor(Pool("p", "P"))
    made.call()
    (visit,) = service_calls(history_of(made))
    assert (visit.result, visit.answered_at) == (ServiceResult.WAITING, None)


def test_an_abandoned_call_waited_until_its_end(floor: MakeFloor) -> None:
    """It waited until its end because nobody answered."""
    made = floor(Pool("p", "P"))
    made.call()
    made.wait(33)
    made.tell(events.PartyLeft("c1:1"))
    row = made.record()
    assert (row.first_answered_at, row.wait_s, row.talk_s) == (None, 33, 0)
    assert (row.end_reason, row.service_calls[0].result) == (EndReason.ABANDONED, ServiceResult.ABANDONED)


def test_an_outbound_calls_first_answer_is_the_far_ends(floor: MakeFloor) -> None:
    """And its row is an outgoing direct call, without a pool."""
    made = floor()
    made.tell(events.DialOut("c1", "ann", "+358409999999", Terminal.MOBILE))
    made.wait(7)
    made.tell(events.FarAnswered("c1:2"))
    made.wait(50)
    made.tell(events.PartyLeft("c1:1"))
    row = made.record()
    assert row.first_answered_at == MONDAY_NOON + timedelta(seconds=7)
    (leg,) = row.user_calls
    assert (leg.direction, leg.kind, leg.a_number, leg.terminal) == (
        "outbound",
        "DirectCall",
        number_of("ann"),
        "mobile",
    )
    assert row.service_calls == ()


def test_the_first_answer_is_the_first_persons(floor: MakeFloor) -> None:
    """A second one after a transfer does not change it, and the pool the caller is sent to has its own wait."""
    made = floor(Pool("p", "P", members=members("ann")), Pool("q", "Q", members=members("bob")))
    made.call()
    made.wait(6)
    leg_id = made.answer("ann")
    made.wait(30)
    made.tell(events.BlindTransfer(leg_id, Target(TargetKind.NUMBER, number_of_pool(1))))
    made.wait(9)
    made.answer("bob")
    made.tell(events.PartyLeft("c1:1"))
    row = made.record()
    assert row.first_answered_at == MONDAY_NOON + timedelta(seconds=6)
    assert (row.wait_s, row.queue_s, row.transfers) == (6, 15, 1)
    assert [visit.wait_s for visit in row.service_calls] == [6, 9]
    assert row.user_calls[0].transferred_to == f"number:{number_of_pool(1)}"


def test_the_published_codes_are_those_of_the_data_export() -> None:
    """Reasons of disconnection, rejections of a pool and events of a user have the published codes."""
    assert {code: str(kind) for kind, code in EVENT_CODES.items()} == {
        2: "disconnected",
        101: "queue_rejected",
        102: "queue_schedule_closed",
        103: "queue_overflowed",
        203: "user_rejected",
        204: "user_transferred",
        205: "user_parked",
    }


def test_a_recording_may_become_known_after_the_call(floor: MakeFloor) -> None:
    """The rows get it and are newer by it; received twice, it is one."""
    made = pool_call(floor)
    made.tell(events.PartyLeft("c1:1"))
    history = finished(made)
    later = MONDAY_NOON + timedelta(seconds=129 + 8)
    with_it = with_recording(history, "r1", "c1:3", later)
    assert with_recording(with_it, "r1", "c1:3", later) == with_it
    row = record(with_it)
    assert [leg.recording_ids for leg in row.user_calls] == [(), ("r1",)]
    assert row.service_calls[0].recording_ids == row.recording_ids == ("r1",)
    assert row.user_calls[1].modified_at == row.service_calls[0].modified_at == later
    assert row.duration_s == 129


def test_a_voicemail_is_a_recording_of_the_pools_visit(floor: MakeFloor) -> None:
    """No agent had the call, the message belongs to the caller's own leg."""
    made = floor(Pool("p", "P", no_agents_action=Action(ActionKind.VOICEMAIL)))
    made.call()
    made.wait(20)
    made.tell(events.PartyLeft("c1:1"))
    row = record(with_recording(finished(made), "message", "c1:1", made.now))
    assert (row.service_calls[0].recording_ids, row.user_calls) == (("message",), ())


@pytest.mark.parametrize(("seconds", "result"), [(2, ServiceResult.INTERRUPTED), (25, ServiceResult.ANSWERED)])
def test_a_call_cut_off_by_a_crash_gets_an_end_that_says_so(
    floor: MakeFloor, seconds: float, result: ServiceResult
) -> None:
    """Every leg and visit ends with it; a finished call is left alone."""
    made = pool_call(floor)
    whole = history_of(made)
    known = tuple(event for event in whole.events if event.at <= MONDAY_NOON + timedelta(seconds=seconds))
    at = MONDAY_NOON + timedelta(seconds=seconds + 30)
    closed = interrupted(replace(whole, events=known), at)
    row = record(closed)
    assert (row.end_reason, row.ended_at) == (EndReason.PLATFORM_STOPPED, at)
    assert all(leg.ended_at for leg in row.user_calls)
    assert [visit.result for visit in row.service_calls] == [result]
    assert closed.events[-1].kind is EventKind.DISCONNECTED
    assert [event.sequence for event in closed.events] == list(range(1, len(closed.events) + 1))
    assert interrupted(closed, at + timedelta(hours=1)) == closed


def test_a_call_whose_recording_a_crash_has_lost_says_that_none_will_come(floor: MakeFloor) -> None:
    """It keeps its own end; one that has its recording, or in which nobody was heard, keeps its reason too."""
    made = pool_call(floor)
    made.tell(events.PartyLeft("c1:1"))
    history, later = finished(made), made.now + timedelta(hours=1)
    lost = interrupted(history, later)
    assert (lost.ended_at, lost.end_reason) == (history.ended_at, EndReason.PLATFORM_STOPPED)
    recorded = with_recording(history, "r1", "c1:3", made.now)
    assert interrupted(recorded, later) == recorded
    made.call("c2")
    made.tell(events.PartyLeft("c2:1"))
    abandoned = made.found(FinishCall)[-1].history
    assert interrupted(abandoned, later) == abandoned


def test_pool_calls_are_work_and_direct_calls_what_the_user_has_set(floor: MakeFloor) -> None:
    """The privacy a row starts with (H3)."""
    made = pool_call(floor)
    made.call("c2", b_number=number_of("dee"))
    service, direct = user_calls(history_of(made))[0], user_calls(history_of(made, "c2"))[0]
    assert default_privacy(service, Privacy.PRIVATE) is Privacy.WORK
    assert default_privacy(direct, Privacy.PRIVATE) is Privacy.PRIVATE


@pytest.mark.parametrize(
    ("present", "days", "allowed"),
    [(Privacy.WORK, 14, True), (Privacy.PRIVATE, 15, False), (Privacy.UNDEFINED, 90, True)],
)
def test_privacy_may_be_changed_within_fourteen_days(present: Privacy, days: int, allowed: bool) -> None:
    """An undefined privacy may be changed at any time."""
    assert may_reclassify(present, MONDAY_NOON, MONDAY_NOON + timedelta(days=days)) is allowed


def finished(made: Floor) -> CallHistory:
    """The history that came with the call's end."""
    return made.found(FinishCall)[0].history
