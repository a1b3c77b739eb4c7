"""How calls begin."""

import pytest

from shared.errors import Conflict, InvalidInput, Missing
from tests.fixtures.routing import POOL_NUMBER, MakeFloor, members, number_of
from voicecloud.records.model import EndResult
from voicecloud.routing import events
from voicecloud.routing.effects import CallNumber, RingUser
from voicecloud.routing.model import Pool, Subscriber
from voicecloud.vocabulary.availability import AvailabilityClass
from voicecloud.vocabulary.calls import Direction, EndReason

FAR = "+358409999999"


def test_a_number_that_is_nobodys_is_refused_with_a_record(floor: MakeFloor) -> None:
    """Even a refused call leaves a record."""
    made = floor()
    made.call(b_number="+358999")
    assert made.record().end_reason is EndReason.UNKNOWN_NUMBER


def test_the_same_arrival_reported_twice_is_one_call(floor: MakeFloor) -> None:
    """The second telling changes nothing."""
    made = floor(Pool("p", "P"))
    made.call()
    assert made.call() == []


def test_an_outbound_call_is_put_through(floor: MakeFloor) -> None:
    """The far end sees the user's own number; talking begins when it answers."""
    made = floor()
    made.tell(events.DialOut("c1", "ann", FAR))
    (dial,) = made.found(CallNumber)
    assert (dial.number, dial.caller_number) == (FAR, number_of("ann"))
    assert made.platform.user_status("ann").talking
    made.wait(5)
    made.tell(events.FarAnswered(dial.leg_id))
    made.wait(60)
    made.tell(events.PartyLeft(dial.leg_id))
    row = made.record()
    assert (row.direction, row.end_reason, row.talk_s) == (Direction.OUTBOUND, EndReason.FAR_LEFT, 60)
    assert (row.user_calls[0].ring_s, row.user_calls[0].result) == (5, EndResult.ANSWERED)


@pytest.mark.parametrize("kind", list(AvailabilityClass))
def test_outbound_calls_are_allowed_in_every_availability(floor: MakeFloor, kind: AvailabilityClass) -> None:
    """They are allowed in off work and do not disturb too (B1-B3)."""
    made = floor()
    made.availability("ann", kind)
    made.tell(events.DialOut("c1", "ann", FAR))
    assert len(made.found(CallNumber)) == 1


def test_a_failed_outbound_call_is_recorded(floor: MakeFloor) -> None:
    """Its row says that it was not answered, and why (F9)."""
    made = floor()
    made.tell(events.DialOut("c1", "ann", FAR), events.FarRefused("c1:2", "busy"))
    assert (made.record().end_reason, made.record().user_calls[0].result) == (EndReason.BUSY, EndResult.UNANSWERED)


def test_a_user_may_show_the_number_of_an_own_pool(floor: MakeFloor) -> None:
    """The number of any other pool is refused (C4)."""
    made = floor(Pool("p", "P", members=members("ann")))
    made.tell(events.DialOut("c1", "ann", FAR, caller_number=POOL_NUMBER))
    assert made.found(CallNumber)[0].caller_number == POOL_NUMBER
    with pytest.raises(InvalidInput, match="caller-number-not-allowed"):
        made.tell(events.DialOut("c2", "bob", FAR, caller_number=POOL_NUMBER))


def test_a_line_that_is_shown_in_two_ways_is_one_number_to_show(floor: MakeFloor) -> None:
    """With and without the 9 of Argentine mobiles (K3, C4)."""
    own = "+5491123456789"
    made = floor(users={"ann": Subscriber("ann", "Ann", number=own)})
    shown = "+541123456789"
    made.tell(events.DialOut("c1", "ann", FAR, caller_number=shown))
    assert made.found(CallNumber)[0].caller_number == shown


def test_a_chosen_number_holds_for_the_next_call_only(floor: MakeFloor) -> None:
    """Then the user's own is shown again (C4)."""
    made = floor(Pool("p", "P", members=members("ann")))
    made.tell(events.SetCallerNumber("ann", POOL_NUMBER))
    for call_id in ("c1", "c2"):
        made.tell(events.DialOut(call_id, "ann", FAR), events.PartyLeft(f"{call_id}:1"))
    assert [dial.caller_number for dial in made.found(CallNumber)] == [POOL_NUMBER, number_of("ann")]


def test_a_foreign_number_cannot_be_chosen(floor: MakeFloor) -> None:
    """Neither somebody else's nor one outside."""
    made = floor()
    for number in (number_of("bob"), FAR):
        with pytest.raises(InvalidInput):
            made.tell(events.SetCallerNumber("ann", number))


def test_an_internal_call_rings_the_colleague(floor: MakeFloor) -> None:
    """Both have a row, one out and one in."""
    made = floor()
    made.tell(events.DialOut("c1", "ann", number_of("bob")))
    assert made.found(RingUser)[0].caller_number == number_of("ann")
    made.answer("bob")
    made.tell(events.PartyLeft("c1:1"))
    row = made.record()
    assert row.direction is Direction.INTERNAL
    assert [(leg.user_id, leg.direction) for leg in row.user_calls] == [("ann", "outbound"), ("bob", "inbound")]


def test_a_user_may_call_a_pool(floor: MakeFloor) -> None:
    """The user waits in its queue like any caller."""
    made = floor(Pool("p", "P", members=members("bob")))
    made.tell(events.DialOut("c1", "ann", POOL_NUMBER))
    assert list(made.rings()) == ["bob"]


def test_a_second_call_needs_the_first_on_hold(floor: MakeFloor) -> None:
    """Refused while the user talks, allowed on hold."""
    made = floor()
    made.call(b_number=number_of("ann"))
    leg_id = made.answer("ann")
    with pytest.raises(Conflict, match="user-busy"):
        made.tell(events.DialOut("c2", "ann", FAR))
    made.tell(events.Hold(leg_id), events.DialOut("c2", "ann", FAR))
    assert len(made.platform.calls_of("ann")) == 2
    with pytest.raises(Conflict, match="user-busy"):
        made.tell(events.Resume(leg_id))


def test_dialling_while_the_phone_rings_is_refused(floor: MakeFloor) -> None:
    """First the ringing call is to be answered or declined."""
    made = floor()
    made.call(b_number=number_of("ann"))
    with pytest.raises(Conflict, match="user-busy"):
        made.tell(events.DialOut("c2", "ann", FAR))


def test_dialling_ends_wrap_up(floor: MakeFloor) -> None:
    """Who calls is at work again."""
    made = floor(Pool("p", "P", members=members("ann"), wrap_up_s=30.0))
    made.call()
    made.answer("ann")
    made.tell(events.PartyLeft("c1:1"), events.DialOut("c2", "ann", FAR))
    assert made.platform.user_status("ann").wrap_up_end is None


@pytest.mark.parametrize(
    ("event", "error"),
    [
        (events.DialOut("c1", "nobody", FAR), Missing),
        (events.DialOut("c1", "ann", ""), InvalidInput),
    ],
)
def test_calls_that_make_no_sense_are_refused(floor: MakeFloor, event: events.DialOut, error: type[Exception]) -> None:
    """No call begins."""
    made = floor()
    with pytest.raises(error):
        made.tell(event)
    assert made.platform.call_count == 0


def test_draining_takes_no_new_calls_and_finishes_the_present(floor: MakeFloor) -> None:
    """From outside with a record, from users with a refusal."""
    made = floor(Pool("p", "P", members=members("ann")))
    made.call("c1")
    made.tell(events.Drain())
    made.answer("ann", "c1")
    made.call("c2")
    assert made.record("c2").end_reason is EndReason.DRAINING
    with pytest.raises(Conflict, match="draining"):
        made.tell(events.DialOut("c3", "bob", FAR))
    made.tell(events.PartyLeft("c1:1"))
    assert made.platform.call_count == 0


def test_stopping_ends_every_call_with_its_record(floor: MakeFloor) -> None:
    """Calls end in whatever state they are."""
    made = floor(Pool("p", "P", members=members("ann")))
    for call_id in ("c1", "c2"):
        made.call(call_id)
    made.answer("ann", "c1")
    made.tell(events.Stop())
    assert {made.record(call_id).end_reason for call_id in ("c1", "c2")} == {EndReason.PLATFORM_STOPPED}
