"""Membership, availability, terminals and configuration act at once (I2, B5)."""

from datetime import timedelta

import pytest

from shared.errors import InvalidInput, Missing
from tests.fixtures.routing import MakeFloor, configuration, members, number_of
from voicecloud.routing import events
from voicecloud.routing.effects import PoolChanged, UserChanged
from voicecloud.routing.model import Action, ActionKind, Member, Pool, Target, TargetKind
from voicecloud.vocabulary.availability import AvailabilityClass
from voicecloud.vocabulary.calls import EndReason


def test_an_activated_member_gets_the_waiting_call(floor: MakeFloor) -> None:
    """The call rings in the same moment."""
    made = floor(Pool("p", "P", members=(Member("ann", active=False),)))
    made.call()
    assert made.rings() == {}
    made.tell(events.SetMember("p", Member("ann")))
    assert list(made.rings()) == ["ann"]


def test_a_new_member_is_given_calls_and_a_removed_one_is_not(floor: MakeFloor) -> None:
    """The removed member's call goes on."""
    made = floor(Pool("p", "P"))
    made.tell(events.SetMember("p", Member("bob", skill=3)))
    made.call("c1")
    made.answer("bob", "c1")
    made.tell(events.RemoveMember("p", "bob"), events.PartyLeft("c1:1"))
    made.call("c2")
    assert made.rings("c2") == {}
    assert made.record("c1").first_answered_at is not None


def test_the_master_switch_keeps_pool_calls_away_and_direct_ones_not(floor: MakeFloor) -> None:
    """The switch is the user's "Receive pool calls"."""
    made = floor(Pool("p", "P", members=members("ann")))
    made.tell(events.SetAccepting("ann", accepting=False))
    made.call("c1")
    made.call("c2", b_number=number_of("ann"))
    assert (made.rings("c1"), list(made.rings("c2"))) == ({}, ["ann"])


def test_lunch_ends_by_itself(floor: MakeFloor) -> None:
    """After thirty minutes the waiting caller is offered (B1)."""
    made = floor(Pool("p", "P", members=members("ann")))
    made.availability("ann", AvailabilityClass.OFF_WORK, 1_800)
    made.call()
    made.wait(1_799)
    assert made.rings() == {}
    assert made.platform.availability("ann", made.now) is not None
    made.wait(1)
    assert list(made.rings()) == ["ann"]


def test_an_availability_event_can_be_ended(floor: MakeFloor) -> None:
    """Twice is refused; so is one that ends before it starts, or belongs to nobody."""
    made = floor()
    made.tell(events.SetAvailability("ann", "a1", AvailabilityClass.DND), events.EndAvailability("ann", "a1"))
    assert made.platform.availability("ann", made.now) is None
    with pytest.raises(Missing, match="availability-unknown"):
        made.tell(events.EndAvailability("ann", "a1"))
    with pytest.raises(InvalidInput, match="ends-before-start"):
        made.tell(events.SetAvailability("ann", "a2", AvailabilityClass.DND, ends_at=made.now - timedelta(seconds=1)))
    with pytest.raises(Missing, match="user-unknown"):
        made.tell(events.SetAvailability("nobody", "a3", AvailabilityClass.DND))


def test_a_call_does_not_change_availability(floor: MakeFloor) -> None:
    """Neither ringing nor talking changes it (E3)."""
    made = floor(Pool("p", "P", members=members("ann")))
    made.call()
    made.answer("ann")
    assert made.platform.availability("ann", made.now) is None
    assert made.platform.user_status("ann").available


@pytest.mark.parametrize(
    "event",
    [
        events.SetMember("nowhere", Member("ann")),
        events.SetMember("p", Member("nobody")),
        events.RemoveMember("p", "bob"),
        events.SetAccepting("nobody", accepting=True),
    ],
)
def test_commands_about_nobody_are_refused(floor: MakeFloor, event: events.Event) -> None:
    """The error is Missing."""
    made = floor(Pool("p", "P", members=members("ann")))
    with pytest.raises(Missing):
        made.tell(event)


def test_a_skill_below_one_is_refused(floor: MakeFloor) -> None:
    """Levels start at 1."""
    made = floor(Pool("p", "P"))
    with pytest.raises(InvalidInput, match="skill-too-low"):
        made.tell(events.SetMember("p", Member("ann", skill=0)))


def test_changes_are_announced(floor: MakeFloor) -> None:
    """Who shows users and pools learns whom to read again."""
    made = floor(Pool("p", "P", members=members("ann")))
    changes = made.call()
    assert UserChanged("ann") in changes
    assert PoolChanged("p") in changes


def test_a_new_configuration_keeps_calls_in_progress(floor: MakeFloor) -> None:
    """Settings, members and users are those of the new one from then on."""
    made = floor(Pool("p", "P", members=members("ann")))
    made.call("c1")
    made.answer("ann", "c1")
    made.tell(events.Configure(configuration(Pool("p", "P", members=members("bob")))))
    made.call("c2")
    assert (made.stage("c1"), list(made.rings("c2"))) == ("connected", ["bob"])


def test_callers_of_a_removed_pool_overflow(floor: MakeFloor) -> None:
    """To where its overflow leads; the pool takes nobody any more."""
    overflow = Action(ActionKind.TRANSFER, Target(TargetKind.USER, "dee"))
    made = floor(Pool("p", "P", overflow_action=overflow))
    made.call("c1")
    made.tell(events.Configure(configuration()))
    assert list(made.rings("c1")) == ["dee"]
    made.call("c2")
    assert made.record("c2").end_reason is EndReason.UNKNOWN_NUMBER
    made.tell(events.Configure(configuration()))
    with pytest.raises(Missing, match="pool-unknown"):
        made.platform.pool_figures("p", made.now)


def test_a_removed_user_is_rung_no_more_but_keeps_the_call(floor: MakeFloor) -> None:
    """The user is forgotten when it is over and a new configuration comes."""
    made = floor(Pool("p", "P", members=members("ann", "bob")))
    made.call("c1")
    user_id = next(iter(made.rings("c1")))
    made.answer(user_id, "c1")
    kept = configuration(Pool("p", "P", members=members("ann", "bob")))
    without = type(kept)({name: user for name, user in kept.users.items() if name != user_id}, kept.pools, kept.numbers)
    made.tell(events.Configure(without))
    assert made.stage("c1") == "connected"
    made.tell(events.PartyLeft("c1:1"))
    made.tell(events.Configure(without))
    with pytest.raises(Missing, match="user-unknown"):
        made.platform.user_status(user_id)
