"""Waiting calls meet free agents."""

import pytest

from shared.errors import Conflict, Missing
from tests.fixtures.routing import MakeFloor, members, number_of_pool
from voicecloud.routing import events
from voicecloud.routing.effects import RingUser
from voicecloud.routing.model import Member, OfferMode, Pool, Selection, Subscriber, Target, TargetKind
from voicecloud.vocabulary.availability import AvailabilityClass
from voicecloud.vocabulary.calls import EndReason, EventKind, RejectReason, Terminal


def test_the_agent_is_rung_with_caller_and_pool(floor: MakeFloor) -> None:
    """What the phone shows comes with the ringing (C5)."""
    made = floor(Pool("p", "P", members=members("ann"), ring_timeout_s=12.0))
    made.call()
    (ring,) = made.found(RingUser)
    assert (ring.user_id, ring.caller_number, ring.pool_id, ring.timeout_s) == ("ann", "+358401234567", "p", 12.0)
    assert ring.terminals == (Terminal.WEB,)


def test_a_phone_that_rings_out_passes_the_call_on(floor: MakeFloor) -> None:
    """After the ring time another agent is rung, the first has a time-out in the history (203)."""
    made = floor(Pool("p", "P", members=members("ann", "bob"), ring_timeout_s=15.0))
    made.call()
    first = made.rung()[0]
    made.wait(15)
    assert len(made.rung()) == 2
    assert made.rung()[1] != first
    assert made.noted(EventKind.USER_REJECTED)[0].detail == RejectReason.TIMEOUT


def test_a_rejected_call_goes_to_another_at_once(floor: MakeFloor) -> None:
    """The next agent is rung in the same moment."""
    made = floor(Pool("p", "P", members=members("ann", "bob")))
    made.call()
    ((first, leg_id),) = made.rings().items()
    made.tell(events.Reject(leg_id))
    assert first not in made.rings()
    assert len(made.rings()) == 1
    assert made.noted(EventKind.USER_REJECTED)[0].detail == RejectReason.USER_REJECTED


def test_a_lone_agent_is_rung_again_after_a_pause(floor: MakeFloor) -> None:
    """Rejecting does not bring the same call back at once, but it is not forgotten."""
    made = floor(Pool("p", "P", members=members("ann"), reoffer_after_s=10.0))
    made.call()
    made.tell(events.Reject(made.rings()["ann"]))
    made.wait(9)
    assert made.stage() == "queued"
    made.wait(1)
    assert made.rung() == ["ann", "ann"]


def test_another_call_may_ring_who_has_just_rejected_one(floor: MakeFloor) -> None:
    """The pause is for this call only."""
    made = floor(Pool("p", "P", members=members("ann")))
    made.call("c1")
    made.tell(events.Reject(made.rings("c1")["ann"]))
    made.call("c2")
    assert list(made.rings("c2")) == ["ann"]


def test_the_caller_who_gives_up_stops_the_ringing(floor: MakeFloor) -> None:
    """The agent is free for others again."""
    made = floor(Pool("p", "P", members=members("ann")))
    made.call()
    made.tell(events.PartyLeft("c1:1"))
    assert made.ended_legs()["c1:2"] == RejectReason.CALL_DISCONNECTED
    assert made.platform.user_status("ann").can_be_allocated_to


def test_the_longest_waiting_call_is_first(floor: MakeFloor) -> None:
    """This holds among calls of one priority in one pool."""
    made = floor(Pool("p", "P", members=members("ann")))
    made.availability("ann", AvailabilityClass.DND, 60)
    made.call("c1")
    made.wait(1)
    made.call("c2")
    made.wait(60)
    assert (list(made.rings("c1")), list(made.rings("c2"))) == (["ann"], [])


def test_a_pool_of_higher_priority_is_served_first(floor: MakeFloor) -> None:
    """Though its caller has waited less."""
    pools = (Pool("p", "P", members=members("ann")), Pool("vip", "VIP", members=members("ann"), priority=1))
    made = floor(*pools)
    made.availability("ann", AvailabilityClass.DND, 60)
    made.call("c1")
    made.wait(1)
    made.call("c2", b_number=number_of_pool(1))
    made.wait(60)
    assert list(made.rings("c2")) == ["ann"]


def test_ring_all_rings_all_and_one_gets_it(floor: MakeFloor) -> None:
    """The others stop with OtherConnected; who answers too late is told so."""
    made = floor(Pool("p", "P", members=members("ann", "bob", "cid"), selection=Selection.RING_ALL))
    made.call()
    rings = made.rings()
    assert set(rings) == {"ann", "bob", "cid"}
    made.answer("bob")
    assert {made.ended_legs()[rings[name]] for name in ("ann", "cid")} == {RejectReason.OTHER_CONNECTED}
    with pytest.raises(Missing, match="leg-unknown"):
        made.tell(events.Answer(rings["ann"]))


def test_a_limited_round_robin_overflows_after_its_rounds(floor: MakeFloor) -> None:
    """Everybody has been asked twice: the call is sent on."""
    pool = Pool(
        "p",
        "P",
        members=members("ann", "bob"),
        selection=Selection.ROUND_ROBIN_LIMITED,
        max_rounds=2,
        ring_timeout_s=5.0,
        reoffer_after_s=1.0,
    )
    made = floor(pool)
    made.call()
    made.wait(30)
    assert made.rung() == ["ann", "bob", "ann", "bob"]
    assert made.record().end_reason is EndReason.OVERFLOW


def test_less_skilled_agents_are_rung_as_the_wait_grows(floor: MakeFloor) -> None:
    """With the expert on DND nobody is rung; after 20 s level 2, though level 1 has been free for longer."""
    pool = Pool("p", "P", members=members("ann:1", "bob:2", "cid:3"), selection=Selection.LESS_SKILLED_GRADUALLY)
    made = floor(pool)
    made.call("c0")
    made.answer("cid", "c0")
    made.call()
    made.wait(19)
    assert made.rings() == {}
    made.wait(1)
    assert list(made.rings()) == ["bob"]


def test_wrap_up_keeps_the_next_call_away_until_it_is_over(floor: MakeFloor) -> None:
    """Twenty seconds, then the waiting caller is offered."""
    made = floor(Pool("p", "P", members=members("ann"), wrap_up_s=20.0))
    made.call("c1")
    made.answer("ann", "c1")
    made.call("c2")
    made.tell(events.PartyLeft("c1:1"))
    status = made.platform.user_status("ann")
    assert status.wrap_up_end == made.now.replace(second=made.now.second + 20)
    assert not status.can_be_allocated_to
    made.wait(19)
    assert made.rings("c2") == {}
    made.wait(1)
    assert list(made.rings("c2")) == ["ann"]


def test_wrap_up_can_be_ended_early(floor: MakeFloor) -> None:
    """The agent ends it once; the second time is refused."""
    made = floor(Pool("p", "P", members=members("ann"), wrap_up_s=20.0))
    made.call("c1")
    made.answer("ann", "c1")
    made.tell(events.PartyLeft("c1:1"), events.EndWrapUp("ann"))
    assert made.platform.user_status("ann").can_be_allocated_to
    with pytest.raises(Conflict):
        made.tell(events.EndWrapUp("ann"))


def test_an_unanswered_offer_has_no_wrap_up(floor: MakeFloor) -> None:
    """Who has not answered is free at once."""
    made = floor(Pool("p", "P", members=members("ann"), wrap_up_s=20.0))
    made.call()
    made.tell(events.PartyLeft("c1:1"))
    assert made.platform.user_status("ann").can_be_allocated_to


@pytest.mark.parametrize("kind", [AvailabilityClass.DND, AvailabilityClass.OFF_WORK])
def test_dnd_and_off_work_get_no_pool_calls(floor: MakeFloor, kind: AvailabilityClass) -> None:
    """The caller waits until the agent is back (B1, B3)."""
    made = floor(Pool("p", "P", members=members("ann")))
    made.availability("ann", kind, 60)
    made.call()
    made.wait(59)
    assert made.rings() == {}
    made.wait(1)
    assert list(made.rings()) == ["ann"]


def test_going_dnd_while_it_rings_sends_the_call_on(floor: MakeFloor) -> None:
    """The phone stops, somebody else is rung."""
    made = floor(Pool("p", "P", members=members("ann", "bob")))
    made.call()
    (first,) = made.rings()
    made.availability(first, AvailabilityClass.DND)
    assert first not in made.rings()
    assert len(made.rings()) == 1


def test_without_a_terminal_nobody_is_rung(floor: MakeFloor) -> None:
    """The web phone is gone: the call goes on waiting, and rings as soon as it is back."""
    made = floor(Pool("p", "P", members=members("ann")))
    made.tell(events.TerminalChanged("ann", Terminal.WEB, online=False))
    made.call()
    assert made.rings() == {}
    made.tell(events.TerminalChanged("ann", Terminal.DESK, online=True))
    assert made.found(RingUser)[0].terminals == (Terminal.DESK,)


def test_a_terminal_lost_while_it_rings_sends_the_call_on(floor: MakeFloor) -> None:
    """Nobody waits for a phone that is not there."""
    made = floor(Pool("p", "P", members=members("ann", "bob")))
    made.call()
    (first,) = made.rings()
    made.tell(events.TerminalChanged(first, Terminal.WEB, online=False))
    assert first not in made.rings()


@pytest.mark.parametrize(("mode", "count"), [(OfferMode.FIRST, 1), (OfferMode.ALL, 2)])
def test_users_choose_whether_all_their_terminals_ring(floor: MakeFloor, mode: OfferMode, count: int) -> None:
    """The first one that is there, or all at once."""
    made = floor(Pool("p", "P", members=members("eve")), users={"eve": Subscriber("eve", "Eve", offer_mode=mode)})
    made.tell(events.TerminalChanged("eve", Terminal.MOBILE, online=True))
    made.call()
    assert made.found(RingUser)[0].terminals == (Terminal.WEB, Terminal.MOBILE)[:count]


def test_fetch_mode_is_never_given_calls_but_may_take_them(floor: MakeFloor) -> None:
    """Eve picks the caller herself."""
    made = floor(Pool("p", "P", members=members("eve")), users={"eve": Subscriber("eve", "Eve", fetch_mode=True)})
    made.call()
    assert made.stage() == "queued"
    made.tell(events.FetchCall("eve", "c1"))
    made.answer("eve")
    assert made.stage() == "connected"


def test_only_members_may_fetch_and_only_waiting_calls(floor: MakeFloor) -> None:
    """Others are refused, and so is a call that is not in a queue."""
    made = floor(Pool("p", "P", members=members("ann")))
    made.availability("ann", AvailabilityClass.DND)
    made.call()
    with pytest.raises(Conflict, match="not-a-member"):
        made.tell(events.FetchCall("bob", "c1"))
    with pytest.raises(Conflict, match="user-busy"):
        made.tell(events.FetchCall("ann", "c1"))
    with pytest.raises(Conflict, match="not-waiting"):
        made.tell(events.FetchCall("ann", "c9"))


def played(*names: str) -> list[events.Event]:
    """From now on these are played by the voice cloud."""
    return [events.TerminalChanged(name, Terminal.WEB, online=True, simulated=True) for name in names]


@pytest.mark.parametrize("selection", Selection)
def test_simulated_agents_step_back_for_a_real_phone(floor: MakeFloor, selection: Selection) -> None:
    """However few their skills are and however the pool chooses, a person with a phone is rung, alone and at once."""
    made = floor(Pool("p", "P", members=members("bob:3", "cid:3", "ann:1"), selection=selection))
    made.tell(*played("bob", "cid"))
    made.call()
    assert list(made.rings()) == ["ann"]


def test_simulated_agents_take_what_no_real_phone_can(floor: MakeFloor) -> None:
    """While the person talks, has declined or is off work, they are rung as ever."""
    made = floor(Pool("p", "P", members=members("bob", "ann"), wrap_up_s=5.0))
    made.tell(*played("bob"))
    made.call("declined")
    made.tell(events.Reject(made.rings("declined")["ann"]))
    assert list(made.rings("declined")) == ["bob"]
    made.tell(events.PartyLeft("declined:1"))
    made.call("first")
    made.answer("ann", "first")
    made.call("second")
    assert list(made.rings("second")) == ["bob"]
    made.tell(events.PartyLeft("second:1"), events.PartyLeft("first:1"))
    made.wait(5)
    made.availability("ann", AvailabilityClass.OFF_WORK)
    made.call("third")
    assert list(made.rings("third")) == ["bob"]


def test_a_real_phone_takes_the_place_of_a_simulated_one(floor: MakeFloor) -> None:
    """Of one user only the real telephone rings, whatever rings first; without one the simulated does again."""
    eve = Subscriber("eve", "Eve", offer_mode=OfferMode.ALL, ring_order=(Terminal.DESK, Terminal.WEB))
    made = floor(Pool("p", "P", members=members("eve")), users={"eve": eve})
    made.tell(events.TerminalChanged("eve", Terminal.DESK, online=True, simulated=True))
    made.call("real")
    ring = made.found(RingUser)[-1]
    assert (ring.terminals, ring.simulated) == ((Terminal.WEB,), False)
    made.tell(events.PartyLeft("real:1"), events.TerminalChanged("eve", Terminal.WEB, online=False))
    made.call("played")
    ring = made.found(RingUser)[-1]
    assert (ring.terminals, ring.simulated) == ((Terminal.DESK,), True)


def test_who_was_not_rung_yet_goes_before_who_has_let_the_call_go(floor: MakeFloor) -> None:
    """Even where the other is the better one, and may be rung again at once."""
    made = floor(Pool("p", "P", members=members("ann:3", "bob:1"), reoffer_after_s=0.0))
    made.call()
    made.tell(events.Reject(made.rings()["ann"]))
    assert list(made.rings()) == ["bob"]


def test_a_limited_round_robin_waits_for_who_has_rounds_left(floor: MakeFloor) -> None:
    """Ann has had her one round: the call is Bob's, as soon as Bob is free."""
    pool = Pool(
        "p",
        "P",
        members=members("ann", "bob"),
        selection=Selection.ROUND_ROBIN_LIMITED,
        max_rounds=1,
        reoffer_after_s=0.0,
        wrap_up_s=0.0,
    )
    made = floor(pool)
    made.call("c0")
    first = next(iter(made.rings("c0")))
    made.answer(first, "c0")
    made.call()
    ((other, leg_id),) = made.rings().items()
    made.tell(events.Reject(leg_id))
    made.wait(5)
    assert (first != other, made.rings()) == (True, {})
    made.tell(events.PartyLeft("c0:1"))
    assert list(made.rings()) == [first]


def test_an_inactive_expert_keeps_no_call_from_the_others(floor: MakeFloor) -> None:
    """A member's level counts only while they serve the pool."""
    experts = (Member("ann", skill=1), Member("cid", skill=3, active=False))
    made = floor(Pool("p", "P", members=experts, selection=Selection.LESS_SKILLED_GRADUALLY))
    made.call()
    assert list(made.rings()) == ["ann"]


def test_a_call_that_was_transferred_stands_behind_those_who_wait(floor: MakeFloor) -> None:
    """What counts is the time in this pool, not that of the call."""
    made = floor(Pool("p", "P", members=members("ann")), Pool("o", "O", members=members("cid"), wrap_up_s=0.0))
    made.call("c1")
    leg_id = made.answer("ann", "c1")
    made.call("c0", b_number=number_of_pool(1))
    made.answer("cid", "c0")
    made.wait(1)
    made.call("c2", b_number=number_of_pool(1))
    made.wait(1)
    made.tell(events.BlindTransfer(leg_id, Target(TargetKind.POOL, "o")))
    made.tell(events.PartyLeft("c0:1"))
    assert (list(made.rings("c1")), list(made.rings("c2"))) == ([], ["cid"])


def test_who_is_a_member_but_no_user_is_passed_over(floor: MakeFloor) -> None:
    """Users leave before the pools are told."""
    made = floor(Pool("p", "P", members=members("gone", "ann")))
    made.call()
    assert list(made.rings()) == ["ann"]
