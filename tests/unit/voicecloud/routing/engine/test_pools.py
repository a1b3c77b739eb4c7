"""A caller's way through a pool (I3)."""

from dataclasses import replace
from datetime import time

import pytest

from tests.fixtures.routing import CALLER, Floor, MakeFloor, members, number_of_pool
from voicecloud.routing import events
from voicecloud.routing.effects import CallbackSource, CallNumber, RecordVoicemail
from voicecloud.routing.model import (
    Action,
    ActionKind,
    AdHocException,
    CallbackRules,
    Hours,
    Pool,
    Prompt,
    Prompts,
    Schedule,
    Selection,
    Target,
    TargetKind,
)
from voicecloud.vocabulary.availability import AvailabilityClass
from voicecloud.vocabulary.calls import EndReason, EventKind, ServiceResult, Terminal

MORNING = Schedule({day: (Hours(time(8), time(11)),) for day in range(7)})
OUTSIDE = Target(TargetKind.NUMBER, "+358501112222")
TO_OUTSIDE = Action(ActionKind.TRANSFER, OUTSIDE)
TO_OTHER = Action(ActionKind.TRANSFER, Target(TargetKind.POOL, "other"))
CALLBACK = Action(ActionKind.CALLBACK)
RULES = CallbackRules("list-1")


def test_prompts_come_in_their_order(floor: MakeFloor) -> None:
    """Pre-welcome before the queue, play-once first thing in it, then music for as long as it takes."""
    prompts = Prompts(Prompt("hello", 4.0), Prompt("patience", 6.0), "jazz")
    made = floor(Pool("p", "P", prompts=prompts, members=members("ann")))
    made.availability("ann", AvailabilityClass.DND)
    made.call()
    assert made.stage() == "announcing"
    made.wait(3.9)
    assert made.played() == ["hello"]
    made.wait(0.1)
    assert (made.stage(), made.played()) == ("queued", ["hello", "patience"])
    made.wait(6)
    assert made.played() == ["hello", "patience", "jazz"]


def test_a_free_agent_is_rung_after_the_pre_welcome(floor: MakeFloor) -> None:
    """The play-once prompt and the music do not delay the offer."""
    made = floor(Pool("p", "P", prompts=Prompts(Prompt("hello", 4.0), Prompt("patience", 6.0)), members=members("ann")))
    made.call()
    assert made.rung() == []
    made.wait(4)
    assert made.rung() == ["ann"]


def test_a_closed_pool_says_so_and_disconnects(floor: MakeFloor) -> None:
    """By default; event 102 and the result are in the record."""
    closed = Action(ActionKind.DISCONNECT, prompt=Prompt("closed", 5.0))
    made = floor(Pool("p", "P", schedule=MORNING, closed_action=closed, members=members("ann")))
    made.call()
    assert made.played() == ["closed"]
    made.wait(5)
    row = made.record()
    assert (row.end_reason, row.service_calls[0].result) == (EndReason.CLOSED, ServiceResult.CLOSED)
    assert len(made.noted(EventKind.QUEUE_SCHEDULE_CLOSED)) == 1
    assert made.rung() == []


def test_a_closed_pool_may_transfer(floor: MakeFloor) -> None:
    """It may transfer to an outside number, which is shown the caller's number."""
    made = floor(Pool("p", "P", schedule=MORNING, closed_action=TO_OUTSIDE))
    made.call()
    (dial,) = made.found(CallNumber)
    assert (dial.number, dial.caller_number) == (OUTSIDE.value, CALLER)
    made.tell(events.FarAnswered(dial.leg_id))
    assert made.stage() == "connected"


def test_an_open_pool_may_only_forward(floor: MakeFloor) -> None:
    """The open action takes the place of the queue."""
    made = floor(Pool("p", "P", open_action=TO_OUTSIDE, members=members("ann")))
    made.call()
    assert len(made.found(CallNumber)) == 1
    assert made.rung() == []


def test_the_default_overflow_acts_after_the_longest_wait(floor: MakeFloor) -> None:
    """Event 103, and on to the other pool, where waiting begins again."""
    first = Pool("p", "P", max_wait_s=60.0, overflow_action=TO_OTHER)
    made = floor(first, Pool("other", "Other"))
    made.call()
    made.wait(59)
    assert made.platform.pool_figures("p", made.now).max_wait_s == 59
    made.wait(11)
    assert made.platform.pool_figures("p", made.now).queue_length == 0
    assert made.platform.pool_figures("other", made.now).max_wait_s == 10
    assert len(made.noted(EventKind.QUEUE_OVERFLOWED)) == 1


def test_overflow_takes_the_call_away_from_a_ringing_agent(floor: MakeFloor) -> None:
    """The agent's phone stops ringing."""
    made = floor(Pool("p", "P", max_wait_s=5.0, members=members("ann")))
    made.call()
    made.wait(5)
    assert made.ended_legs()["c1:2"] == "Timeout"
    assert made.record().end_reason is EndReason.OVERFLOW


def test_a_full_queue_overflows_at_once(floor: MakeFloor) -> None:
    """With room for one, the second caller is not queued."""
    made = floor(Pool("p", "P", max_queue=1))
    made.call("c1")
    made.call("c2")
    assert (made.stage("c1"), made.record("c2").end_reason) == ("queued", EndReason.OVERFLOW)


def test_an_overflow_ring_comes_to_an_end(floor: MakeFloor) -> None:
    """Two pools that overflow into each other are left after ten hops, at once or with waits between."""
    there = Action(ActionKind.TRANSFER, Target(TargetKind.POOL, "p"))
    made = floor(
        Pool("p", "P", max_queue=0, overflow_action=TO_OTHER), Pool("other", "O", max_wait_s=1.0, overflow_action=there)
    )
    made.call()
    made.wait(30)
    assert made.record().end_reason is EndReason.LOOP
    assert len(made.record().service_calls) == 10


@pytest.mark.parametrize("kind", [AvailabilityClass.DND, AvailabilityClass.OFF_WORK])
def test_without_serving_agents_the_pool_does_what_it_is_told(floor: MakeFloor, kind: AvailabilityClass) -> None:
    """The pool's action for no available agents, a transfer, is done."""
    made = floor(Pool("p", "P", members=members("ann"), no_agents_action=TO_OUTSIDE))
    made.availability("ann", kind)
    made.call()
    assert len(made.found(CallNumber)) == 1
    assert made.noted(EventKind.QUEUE_REJECTED)[0].detail == EndReason.NO_AGENTS


def test_a_busy_agent_is_a_serving_agent(floor: MakeFloor) -> None:
    """Who talks still serves: the second caller waits for them."""
    made = floor(Pool("p", "P", members=members("ann"), no_agents_action=TO_OUTSIDE))
    made.call("c1")
    made.answer("ann", "c1")
    made.call("c2")
    assert made.stage("c2") == "queued"


def test_a_callback_is_offered_and_taken(floor: MakeFloor) -> None:
    """Key 1: requested for the caller's number on the pool's list, confirmed, ended."""
    made = floor(Pool("p", "P", no_agents_action=CALLBACK, callback=RULES))
    made.call()
    assert (made.stage(), made.played()) == ("offering_callback", ["callback-offer"])
    made.tell(events.KeyPressed("c1:1", "1"))
    made.wait(3)
    (request,) = made.callbacks()
    assert (request.list_id, request.number, request.source) == ("list-1", CALLER, CallbackSource.CHOSEN)
    assert made.played()[-1] == "callback-confirmed"
    assert (made.record().end_reason, made.record().service_calls[0].result) == ("callback", "callback")


@pytest.mark.parametrize("key", ["2", None])
def test_who_takes_no_callback_waits_when_only_agents_lack(floor: MakeFloor, key: str | None) -> None:
    """Declined by another key or by silence: the caller is queued."""
    made = floor(Pool("p", "P", no_agents_action=CALLBACK, callback=RULES))
    made.call()
    if key:
        made.tell(events.KeyPressed("c1:1", key))
    made.wait(14)
    assert (made.stage(), made.callbacks()) == ("queued", [])


def test_a_declined_callback_may_lead_on(floor: MakeFloor) -> None:
    """To voicemail, for instance; closed without anything else means the end."""
    voicemail = Action(ActionKind.CALLBACK, otherwise=Action(ActionKind.VOICEMAIL))
    pool = Pool("p", "P", schedule=MORNING, closed_action=voicemail, callback=RULES)
    made = floor(pool, Pool("q", "Q", schedule=MORNING, closed_action=CALLBACK, callback=RULES))
    made.call("c1")
    made.call("c2", b_number=number_of_pool(1))
    made.tell(events.KeyPressed("c1:1", "2"), events.KeyPressed("c2:1", "2"))
    assert made.stage("c1") == "voicemail"
    assert made.record("c2").end_reason is EndReason.CLOSED


def test_a_withheld_number_cannot_be_called_back(floor: MakeFloor) -> None:
    """No offer is made; the caller waits."""
    made = floor(Pool("p", "P", no_agents_action=CALLBACK, callback=RULES))
    made.call(a_number=None)
    assert made.stage() == "queued"


def test_a_callback_can_be_taken_while_waiting(floor: MakeFloor) -> None:
    """If the pool allows it; a phone that rings for the caller stops."""
    made = floor(Pool("p", "P", callback=CallbackRules("list-1", while_queued=True), members=members("ann")))
    made.call()
    made.tell(events.KeyPressed("c1:1", "1"))
    assert len(made.callbacks()) == 1
    assert made.ended_legs()["c1:2"] == "CallDisconnected"


def test_keys_in_the_queue_mean_nothing_by_default(floor: MakeFloor) -> None:
    """The caller goes on waiting."""
    made = floor(Pool("p", "P", callback=RULES))
    made.call()
    made.tell(events.KeyPressed("c1:1", "1"))
    assert (made.stage(), made.callbacks()) == ("queued", [])


def test_a_missed_call_becomes_a_callback_request(floor: MakeFloor) -> None:
    """When the pool wants it so; never two for one call."""
    made = floor(Pool("p", "P", callback=CallbackRules("list-1", on_missed=True)))
    made.call()
    made.tell(events.PartyLeft("c1:1"))
    assert [request.source for request in made.callbacks()] == [CallbackSource.MISSED]
    assert made.record().end_reason is EndReason.ABANDONED


def test_an_answered_call_is_not_missed(floor: MakeFloor) -> None:
    """An answered call becomes no callback request."""
    made = floor(Pool("p", "P", callback=CallbackRules("list-1", on_missed=True), members=members("ann")))
    made.call()
    made.answer("ann")
    made.tell(events.PartyLeft("c1:1"))
    assert made.callbacks() == []


def test_voicemail_is_recorded_and_requested(floor: MakeFloor) -> None:
    """Until the caller hangs up or its time is over; the list gets a request."""
    pool = Pool("p", "P", callback=RULES, voicemail_max_s=60.0, no_agents_action=Action(ActionKind.VOICEMAIL))
    made = floor(pool)
    made.call("c1")
    made.call("c2")
    assert [effect.max_s for effect in made.found(RecordVoicemail)] == [60.0, 60.0]
    made.tell(events.PartyLeft("c1:1"))
    made.wait(60)
    assert [request.source for request in made.callbacks()] == [CallbackSource.VOICEMAIL] * 2
    assert {made.record(call_id).end_reason for call_id in ("c1", "c2")} == {EndReason.VOICEMAIL}
    assert made.record("c1").service_calls[0].result is ServiceResult.VOICEMAIL


def test_an_exception_with_an_action_replaces_the_pool(floor: MakeFloor) -> None:
    """Its prompt is played, then its transfer is made, though the pool is open and has agents."""
    exception = AdHocException("fire drill", enabled=True, prompt=Prompt("drill", 3.0), action=TO_OUTSIDE)
    made = floor(Pool("p", "P", exceptions=(exception,), members=members("ann")))
    made.call()
    assert made.played() == ["drill"]
    made.wait(3)
    assert len(made.found(CallNumber)) == 1
    assert made.rung() == []


def test_an_exception_without_an_action_only_adds_its_prompt(floor: MakeFloor) -> None:
    """Then everything is as usual."""
    exception = AdHocException("slow network", enabled=True, prompt=Prompt("slow", 3.0))
    made = floor(Pool("p", "P", exceptions=(exception,), members=members("ann")))
    made.call()
    made.wait(3)
    assert (made.played()[0], made.rung()) == ("slow", ["ann"])


def test_an_abandoned_welcome_is_an_abandoned_visit(floor: MakeFloor) -> None:
    """Who hangs up during the pre-welcome was never in the queue."""
    made = floor(Pool("p", "P", prompts=Prompts(Prompt("hello", 4.0))))
    made.call()
    made.tell(events.PartyLeft("c1:1"))
    (visit,) = made.record().service_calls
    assert (visit.result, visit.queued_at, visit.wait_s) == (ServiceResult.ABANDONED, None, 0)


def no_phones(floor: MakeFloor, pool: Pool, *more: Pool) -> Floor:
    """Ann and Bob are available, and have closed their phones."""
    made = floor(pool, *more)
    made.tell(*(events.TerminalChanged(name, Terminal.WEB, online=False) for name in ("ann", "bob")))
    return made


def test_agents_without_phones_are_no_agents(floor: MakeFloor) -> None:
    """The pool's action is done at once: a status of its own answers no call."""
    made = no_phones(floor, Pool("p", "P", members=members("ann", "bob"), no_agents_action=TO_OUTSIDE))
    made.call()
    assert [dial.number for dial in made.found(CallNumber)] == [OUTSIDE.value]


def test_rounds_are_over_when_everybody_with_a_phone_had_theirs(floor: MakeFloor) -> None:
    """Nobody waits for an agent whose phone is closed."""
    limited = Selection.ROUND_ROBIN_LIMITED
    pool = Pool("p", "P", members=members("ann", "cid"), selection=limited, max_rounds=1, overflow_action=TO_OUTSIDE)
    made = no_phones(floor, pool)
    made.call()
    made.tell(events.Reject(made.rings()["cid"]))
    assert [dial.number for dial in made.found(CallNumber)] == [OUTSIDE.value]


WAITING_LIMITED = Pool("p", "P", members=members("ann", "bob"), max_wait_s=300.0)


def close_phones(made: Floor) -> None:
    made.tell(*(events.TerminalChanged(name, Terminal.WEB, online=False) for name in ("ann", "bob")))


def busy_then_waiting(floor: MakeFloor, pool: Pool) -> Floor:
    """Both talk; ``c3`` waits. Their phones close behind them."""
    made = floor(pool)
    for place, name in enumerate(("ann", "bob"), 1):
        made.call(f"c{place}")
        made.answer(name, f"c{place}")
    made.call("c3")
    assert made.stage("c3") == "queued"
    close_phones(made)
    return made


def test_who_already_waits_takes_the_no_agents_action_too(floor: MakeFloor) -> None:
    """After a grace, not at the end of the longest wait."""
    made = busy_then_waiting(floor, replace(WAITING_LIMITED, no_agents_action=TO_OUTSIDE))
    made.wait(24.9)
    assert (made.stage("c3"), made.found(CallNumber)) == ("queued", [])
    made.wait(0.1)
    assert [dial.number for dial in made.found(CallNumber)] == [OUTSIDE.value]
    assert made.noted(EventKind.QUEUE_REJECTED)[0].detail == EndReason.NO_AGENTS


def test_a_phone_that_is_loaded_again_throws_nobody_out(floor: MakeFloor) -> None:
    """The grace begins with the last phone that closes, each time from its start."""
    made = busy_then_waiting(floor, replace(WAITING_LIMITED, no_agents_action=TO_OUTSIDE))
    for _ in range(3):
        made.wait(20)
        made.tell(events.TerminalChanged("ann", Terminal.WEB, online=True))
        close_phones(made)
    assert made.stage("c3") == "queued"
    made.wait(25)
    assert len(made.found(CallNumber)) == 1


@pytest.mark.parametrize("leaves", ["phone", "lunch", "pool", "switch"])
def test_it_does_not_matter_how_the_last_agent_leaves(floor: MakeFloor, leaves: str) -> None:
    """Phone, availability, membership and master switch have the same effect."""
    made = floor(Pool("p", "P", members=members("ann"), no_agents_action=TO_OUTSIDE))
    made.call("c1")
    made.answer("ann", "c1")
    made.call("c2")
    if leaves == "lunch":
        made.availability("ann", AvailabilityClass.OFF_WORK)
    else:
        made.tell(
            {
                "phone": events.TerminalChanged("ann", Terminal.WEB, online=False),
                "pool": events.RemoveMember("p", "ann"),
                "switch": events.SetAccepting("ann", accepting=False),
            }[leaves]
        )
    made.wait(25)
    assert len(made.found(CallNumber)) == 1


def test_who_takes_no_callback_then_keeps_their_place(floor: MakeFloor) -> None:
    """The caller keeps the waiting time, and is asked only once."""
    pool = replace(WAITING_LIMITED, no_agents_action=CALLBACK, callback=RULES)
    made = busy_then_waiting(floor, pool)
    made.wait(25)
    assert made.stage("c3") == "offering_callback"
    made.call("c4")
    made.tell(events.KeyPressed("c4:1", "2"), events.KeyPressed("c3:1", "2"))
    made.wait(30)
    assert (made.stage("c3"), made.stage("c4")) == ("queued", "queued")
    made.tell(events.TerminalChanged("ann", Terminal.WEB, online=True), events.PartyLeft("c1:1"))
    assert (made.stage("c3"), made.stage("c4")) == ("ringing", "queued")
    close_phones(made)
    made.wait(300 - 25 - 30)
    assert made.record("c3").service_calls[0].result is ServiceResult.OVERFLOWED


def test_without_an_action_who_waits_goes_on_waiting(floor: MakeFloor) -> None:
    """Callers who come afterwards wait as well."""
    made = busy_then_waiting(floor, WAITING_LIMITED)
    made.wait(299)
    assert made.stage("c3") == "queued"
