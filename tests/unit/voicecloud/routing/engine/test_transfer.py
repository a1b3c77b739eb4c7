"""Blind and consulted transfers, to users, pools and outside numbers (C3)."""

import pytest

from shared.errors import Conflict, Missing
from tests.fixtures.routing import Floor, MakeFloor, members, number_of, number_of_pool
from voicecloud.routing import events
from voicecloud.routing.effects import CallNumber
from voicecloud.routing.model import DISCONNECT, Pool, Target, TargetKind
from voicecloud.vocabulary.availability import AvailabilityClass
from voicecloud.vocabulary.calls import EndReason, EventKind, ServiceResult, Terminal

TO_BOB = Target(TargetKind.USER, "bob")
TO_OTHER = Target(TargetKind.POOL, "other")
OUTSIDE = Target(TargetKind.NUMBER, "+358501112222")


def with_ann(floor: MakeFloor) -> tuple[Floor, str]:
    """Ann has talked with a pool's caller for ten seconds; the other pool is Cid's."""
    made = floor(Pool("p", "P", members=members("ann")), Pool("other", "O", members=members("cid")))
    made.call()
    leg_id = made.answer("ann")
    made.wait(10)
    return made, leg_id


def consulting(floor: MakeFloor, target: Target = TO_BOB) -> tuple[Floor, str]:
    made, leg_id = with_ann(floor)
    made.tell(events.Consult(leg_id, target))
    return made, leg_id


@pytest.mark.parametrize(
    ("target", "rings"),
    [
        (TO_BOB, "bob"),
        (TO_OTHER, "cid"),
        (OUTSIDE, OUTSIDE.value),
        (Target(TargetKind.NUMBER, number_of("dee")), "dee"),
    ],
)
def test_a_blind_transfer_frees_the_agent_and_rings_the_target(floor: MakeFloor, target: Target, rings: str) -> None:
    """A user, a pool's agent, an outside number, or who is behind one of our own numbers."""
    made, leg_id = with_ann(floor)
    made.tell(events.BlindTransfer(leg_id, target))
    assert list(made.rings()) == [rings]
    assert made.platform.user_status("ann").can_be_allocated_to
    assert made.noted(EventKind.USER_TRANSFERRED)[0].detail == f"{target.kind}:{target.value}"


def test_a_transferred_call_is_one_call_with_two_user_rows(floor: MakeFloor) -> None:
    """The pool's visit counts as answered."""
    made, leg_id = with_ann(floor)
    made.tell(events.BlindTransfer(leg_id, TO_BOB))
    made.wait(3)
    made.answer("bob")
    made.wait(20)
    made.tell(events.PartyLeft("c1:1"))
    row = made.record()
    assert [(leg.user_id, leg.talk_s) for leg in row.user_calls] == [("ann", 10), ("bob", 20)]
    assert (row.transfers, row.talk_s, row.other_s) == (1, 30, 3)
    assert row.user_calls[0].transferred_to == "user:bob"
    assert row.service_calls[0].result is ServiceResult.ANSWERED


def test_a_caller_on_hold_can_be_transferred(floor: MakeFloor) -> None:
    """The agent need not take the caller back first."""
    made, leg_id = with_ann(floor)
    made.tell(events.Hold(leg_id), events.BlindTransfer(leg_id, TO_BOB))
    assert list(made.rings()) == ["bob"]


def test_a_caller_nobody_takes_returns_to_the_pool_first_in_line(floor: MakeFloor) -> None:
    """Bob is on DND: back to the pool's queue, before those who wait; once."""
    made, leg_id = with_ann(floor)
    made.availability("bob", AvailabilityClass.DND)
    made.call("c2")
    made.wait(30)
    made.tell(events.BlindTransfer(leg_id, TO_BOB))
    made.tell(events.Reject(made.rings("c2")["ann"]) if made.rings("c2") else events.Answer(made.rings()["ann"]))
    assert made.stage("c1") in ("queued", "ringing", "connected")
    assert [visit.pool_id for visit in made.platform.live_calls() if visit.call_id == "c1"] == ["p"]


@pytest.mark.parametrize("refuses", [True, False])
def test_a_caller_of_no_pool_returns_to_who_has_transferred_them(floor: MakeFloor, refuses: bool) -> None:
    """Bob declines or lets it ring: Ann's phone rings again; once, then nobody is left."""
    made = floor()
    made.call(b_number=number_of("ann"))
    made.tell(events.BlindTransfer(made.answer("ann"), TO_BOB))
    made.tell(events.Reject(made.rings()["bob"])) if refuses else made.wait(35)
    assert list(made.rings()) == ["ann"]
    made.tell(events.Reject(made.rings()["ann"]))
    assert made.record().end_reason == "declined"


def test_a_called_party_returns_to_who_has_let_a_third_ring(floor: MakeFloor) -> None:
    """Ann has left the consultation before Bob answered, who declines."""
    made = floor()
    made.tell(events.DialOut("c1", "ann", "+358409999999"), events.FarAnswered("c1:2"))
    made.tell(events.Consult("c1:1", TO_BOB), events.PartyLeft("c1:1"), events.Reject("c1:3"))
    made.answer("ann")
    assert made.states() == {"c1:2": "connected", "c1:4": "connected"}


def test_the_far_party_of_an_outbound_call_can_be_transferred(floor: MakeFloor) -> None:
    """The one who was called is the one who is moved."""
    made = floor()
    made.tell(events.DialOut("c1", "ann", "+358409999999"), events.FarAnswered("c1:2"))
    made.tell(events.BlindTransfer("c1:1", TO_BOB))
    made.answer("bob")
    assert made.states() == {"c1:2": "connected", "c1:3": "connected"}


@pytest.mark.parametrize(
    ("target", "error"),
    [
        (Target(TargetKind.USER, "nobody"), Missing),
        (Target(TargetKind.POOL, "nowhere"), Missing),
        (Target(TargetKind.NUMBER, ""), Conflict),
        (DISCONNECT, Conflict),
    ],
)
def test_a_transfer_to_nobody_changes_nothing(floor: MakeFloor, target: Target, error: type[Exception]) -> None:
    """Ann still has the caller."""
    made, leg_id = with_ann(floor)
    for command in (events.BlindTransfer(leg_id, target), events.Consult(leg_id, target)):
        with pytest.raises(error):
            made.tell(command)
    assert made.states() == {"c1:1": "connected", leg_id: "connected"}


def test_a_consultation_parks_the_caller_and_lets_the_two_talk(floor: MakeFloor) -> None:
    """The caller hears music, Ann asks Bob."""
    made, leg_id = consulting(floor)
    assert made.states() == {"c1:1": "parked", leg_id: "consulting", "c1:3": "ringing"}
    made.answer("bob")
    assert made.states() == {"c1:1": "parked", leg_id: "consulting", "c1:3": "connected"}
    assert len(made.noted(EventKind.CONSULT_TALK_STARTED)) == 1


def test_completing_gives_the_caller_to_the_third(floor: MakeFloor) -> None:
    """Ann is out, the caller was on hold for as long as it took."""
    made, leg_id = consulting(floor)
    made.wait(2)
    made.answer("bob")
    made.wait(8)
    made.tell(events.CompleteConsult(leg_id))
    assert made.states() == {"c1:1": "connected", "c1:3": "connected"}
    made.wait(20)
    made.tell(events.PartyLeft("c1:3"))
    row = made.record()
    assert (row.talk_s, row.hold_s, row.transfers) == (30, 10, 1)
    assert [(leg.user_id, leg.talk_s, leg.hold_s) for leg in row.user_calls] == [("ann", 18, 2), ("bob", 28, 0)]


def test_cancelling_returns_to_the_caller(floor: MakeFloor) -> None:
    """Bob's phone or call ends, answered or not."""
    for answered in (False, True):
        made, leg_id = consulting(floor)
        if answered:
            made.answer("bob")
        made.tell(events.CancelConsult(leg_id))
        assert made.states() == {"c1:1": "connected", leg_id: "connected"}
        assert made.platform.user_status("bob").can_be_allocated_to


@pytest.mark.parametrize("how", ["reject", "time_out", "leave"])
def test_a_third_who_does_not_want_to_leaves_the_two_together(floor: MakeFloor, how: str) -> None:
    """Declined, not answered, or hung up after talking."""
    made, leg_id = consulting(floor)
    if how == "reject":
        made.tell(events.Reject("c1:3"))
    elif how == "time_out":
        made.wait(25)
    else:
        made.answer("bob")
        made.tell(events.PartyLeft("c1:3"))
    assert made.states() == {"c1:1": "connected", leg_id: "connected"}


@pytest.mark.parametrize("command", [events.CompleteConsult, events.PartyLeft])
def test_completing_before_the_answer_lets_it_ring_for_the_caller(
    floor: MakeFloor, command: type[events.CompleteConsult | events.PartyLeft]
) -> None:
    """Whether Ann completes or just hangs up, the caller is not lost."""
    made, leg_id = consulting(floor)
    made.tell(command(leg_id))
    assert made.states() == {"c1:1": "waiting", "c1:3": "ringing"}
    made.answer("bob")
    assert made.states() == {"c1:1": "connected", "c1:3": "connected"}


def test_who_hangs_up_while_consulting_has_transferred(floor: MakeFloor) -> None:
    """Bob has the caller then."""
    made, leg_id = consulting(floor)
    made.answer("bob")
    made.tell(events.PartyLeft(leg_id))
    assert made.states() == {"c1:1": "connected", "c1:3": "connected"}


def test_a_caller_who_leaves_on_hold_leaves_the_two_talking(floor: MakeFloor) -> None:
    """Ann and Bob go on until one of them ends it."""
    made, leg_id = consulting(floor)
    made.answer("bob")
    made.tell(events.PartyLeft("c1:1"))
    assert made.states() == {leg_id: "connected", "c1:3": "connected"}
    made.tell(events.PartyLeft("c1:3"))
    assert made.record().service_calls[0].result is ServiceResult.ANSWERED


def test_a_caller_who_leaves_while_the_third_only_rings_ends_the_call(floor: MakeFloor) -> None:
    """There is nothing left to ask about."""
    made, _ = consulting(floor)
    made.tell(events.PartyLeft("c1:1"))
    assert made.record().end_reason is EndReason.CALLER_LEFT


def test_consulting_a_pool_rings_its_best_free_agent(floor: MakeFloor) -> None:
    """Cid, with the pool's name on the phone; refused when nobody is free."""
    made, leg_id = consulting(floor, TO_OTHER)
    assert list(made.rings()) == ["cid"]
    made.tell(events.CancelConsult(leg_id))
    made.availability("cid", AvailabilityClass.OFF_WORK)
    with pytest.raises(Conflict, match="target-not-available"):
        made.tell(events.Consult(leg_id, TO_OTHER))
    assert made.states() == {"c1:1": "connected", leg_id: "connected"}


def test_consulting_an_outside_number_shows_the_agents_own(floor: MakeFloor) -> None:
    """The caller's number is not shown."""
    made, leg_id = consulting(floor, OUTSIDE)
    assert made.found(CallNumber)[0].caller_number == number_of("ann")
    made.tell(events.FarAnswered("c1:3"), events.CompleteConsult(leg_id))
    assert made.states() == {"c1:1": "connected", "c1:3": "connected"}


def test_nobody_is_consulted_about_a_held_call_while_another_is_talked_in(floor: MakeFloor) -> None:
    """Who is asked and who is talked with would both hear Ann."""
    made, leg_id = with_ann(floor)
    made.tell(events.Hold(leg_id), events.DialOut("c2", "ann", OUTSIDE.value), events.FarAnswered("c2:2"))
    with pytest.raises(Conflict, match="user-busy"):
        made.tell(events.Consult(leg_id, TO_BOB))
    assert made.states() == {"c1:1": "parked", leg_id: "held"}
    made.tell(events.Hold("c2:1"), events.Consult(leg_id, TO_BOB))
    assert made.states()[leg_id] == "consulting"


@pytest.mark.parametrize("kind", [AvailabilityClass.DND, AvailabilityClass.OFF_WORK])
def test_nobody_is_consulted_who_is_not_available(floor: MakeFloor, kind: AvailabilityClass) -> None:
    """The caller is not even parked."""
    made, leg_id = with_ann(floor)
    made.availability("bob", kind)
    with pytest.raises(Conflict, match="target-not-available"):
        made.tell(events.Consult(leg_id, TO_BOB))
    assert made.states() == {"c1:1": "connected", leg_id: "connected"}


def test_there_is_nothing_to_complete_without_a_consultation(floor: MakeFloor) -> None:
    """There is nothing to cancel either, and the third party cannot command."""
    made, leg_id = with_ann(floor)
    for command in (events.CompleteConsult(leg_id), events.CancelConsult(leg_id)):
        with pytest.raises(Conflict, match="not-consulting"):
            made.tell(command)
    made.tell(events.Consult(leg_id, TO_BOB))
    third = made.answer("bob")
    with pytest.raises(Conflict, match="not-connected"):
        made.tell(events.Hold(third))


@pytest.mark.parametrize("answers", [True, False])
def test_who_ends_the_call_while_consulting_has_ended_it(floor: MakeFloor, answers: bool) -> None:
    """For all three: the third, who talks or still rings, gets nobody (C3)."""
    made, leg_id = consulting(floor)
    if answers:
        made.answer("bob")
    made.tell(events.EndCall(leg_id))
    assert made.stage() == "gone"
    assert made.record().end_reason is EndReason.AGENT_LEFT
    assert made.noted(EventKind.USER_TRANSFERRED) == []


def test_ending_a_call_of_two_is_hanging_up(floor: MakeFloor) -> None:
    """Ending a leg that is over changes nothing."""
    made, leg_id = with_ann(floor)
    made.tell(events.EndCall(leg_id), events.EndCall(leg_id))
    assert made.record().end_reason is EndReason.AGENT_LEFT


def test_a_call_that_returned_and_is_transferred_again_has_not_returned_any_more(floor: MakeFloor) -> None:
    """It stands in line as any other."""
    made, leg_id = with_ann(floor)
    made.availability("bob", AvailabilityClass.DND)
    made.tell(events.BlindTransfer(leg_id, TO_BOB))
    live = made.platform.live_call("c1")
    assert live
    assert live.returned
    made.tell(events.BlindTransfer(made.answer("ann"), TO_OTHER))
    live = made.platform.live_call("c1")
    assert live
    assert not live.returned


def test_a_caller_who_returned_goes_before_everybody_who_waits(floor: MakeFloor) -> None:
    """Whatever the priority of the other's pool: the caller has had a turn, and was sent in vain."""
    made = floor(Pool("p", "P", members=members("ann")), Pool("vip", "VIP", members=members("ann"), priority=9))
    made.call()
    leg_id = made.answer("ann")
    made.call("c2", b_number=number_of_pool(1))
    made.availability("bob", AvailabilityClass.DND)
    made.tell(events.BlindTransfer(leg_id, TO_BOB))
    assert (list(made.rings("c1")), list(made.rings("c2"))) == (["ann"], [])


def test_a_caller_transferred_to_a_pool_without_phones_returns(floor: MakeFloor) -> None:
    """At once, to the pool they came from: nobody waits where nobody can answer."""
    made, leg_id = with_ann(floor)
    made.tell(events.TerminalChanged("cid", Terminal.WEB, online=False))
    made.tell(events.BlindTransfer(leg_id, TO_OTHER))
    assert list(made.rings()) == ["ann"]
    assert [leg.pool_id for leg in made.platform.live_call("c1").legs if leg.user_id == "ann"][-1] == "p"  # type: ignore[union-attr]
    made.answer("ann")
    assert made.states() == {"c1:1": "connected", "c1:3": "connected"}


def test_a_called_party_transferred_to_a_pool_without_phones_returns_to_the_agent(floor: MakeFloor) -> None:
    """Who dialled is rung again."""
    made, leg_id = floor(Pool("other", "O", members=members("cid"))), "c1:1"
    made.tell(events.TerminalChanged("cid", Terminal.WEB, online=False))
    made.tell(events.DialOut("c1", "ann", "+358409999999"), events.FarAnswered("c1:2"))
    made.tell(events.BlindTransfer(leg_id, TO_OTHER))
    assert list(made.rings()) == ["ann"]


def test_a_transfer_to_a_pool_where_all_talk_waits(floor: MakeFloor) -> None:
    """Somebody will be free."""
    made, leg_id = with_ann(floor)
    made.call("c2", b_number=number_of_pool(1))
    made.answer("cid", "c2")
    made.tell(events.BlindTransfer(leg_id, TO_OTHER))
    assert made.stage() == "queued"


@pytest.mark.parametrize("is_outbound", [False, True])
@pytest.mark.parametrize("leaver", ["customer", "third"])
def test_two_outside_parties_are_left_to_themselves(floor: MakeFloor, *, is_outbound: bool, leaver: str) -> None:
    """After a blind transfer to a number: the agent is free, the two talk, whoever hangs up ends it for both."""
    made, customer, leg_id = outside_call(floor, is_outbound=is_outbound)
    made.tell(events.BlindTransfer(leg_id, OUTSIDE))
    assert made.platform.user_status("ann").talking is False
    third = made.rings()[OUTSIDE.value]
    made.tell(events.FarAnswered(third))
    assert made.states() == {customer: "connected", third: "connected"}
    made.tell(events.PartyLeft(customer if leaver == "customer" else third))
    assert made.stage() == "gone"
    assert {customer, third, leg_id} <= set(made.ended_legs())
    assert made.record().user_calls[0].transferred_to == f"number:{OUTSIDE.value}"


@pytest.mark.parametrize("is_outbound", [False, True])
@pytest.mark.parametrize("target", [TO_BOB, OUTSIDE, TO_OTHER])
def test_a_customer_who_hangs_up_in_a_transfer_ends_it_everywhere(
    floor: MakeFloor, target: Target, *, is_outbound: bool
) -> None:
    """Nothing rings any more, nobody is called back, and the record says who has left."""
    made, customer, leg_id = outside_call(floor, is_outbound=is_outbound)
    made.tell(events.BlindTransfer(leg_id, target))
    [ringing] = made.rings().values()
    made.tell(events.PartyLeft(customer))
    assert made.stage() == "gone"
    assert {customer, ringing} <= set(made.ended_legs())
    assert made.record().end_reason in {EndReason.CALLER_LEFT, EndReason.FAR_LEFT, EndReason.ABANDONED}
    assert [made.platform.user_status(name).talking for name in ("ann", "bob", "cid")] == [False] * 3


@pytest.mark.parametrize("cause", ["busy", "no_answer", "failed"])
def test_an_outside_party_that_cannot_be_had_brings_the_customer_back(floor: MakeFloor, cause: str) -> None:
    """The customer is back in the moment of the refusal."""
    made, customer, leg_id = outside_call(floor, is_outbound=True)
    made.tell(events.BlindTransfer(leg_id, OUTSIDE))
    made.tell(events.FarRefused(made.rings()[OUTSIDE.value], cause))
    made.answer("ann")
    assert made.states()[customer] == "connected"


def outside_call(floor: MakeFloor, *, is_outbound: bool) -> tuple[Floor, str, str]:
    """Ann talks with a customer outside; gives the customer's leg and hers."""
    made = floor(Pool("p", "P", members=members("dee")), Pool("other", "O", members=members("cid")))
    if is_outbound:
        made.tell(events.DialOut("c1", "ann", "+358409999999"), events.FarAnswered("c1:2"))
        return made, "c1:2", "c1:1"
    made.call(b_number=number_of("ann"))
    return made, "c1:1", made.answer("ann")
