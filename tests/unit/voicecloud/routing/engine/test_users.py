"""Direct calls, by availability and forwarding settings (B1-B3)."""

import pytest

from tests.fixtures.routing import MakeFloor, number_of
from voicecloud.records.model import CallKind
from voicecloud.routing import events
from voicecloud.routing.effects import CallNumber
from voicecloud.routing.model import Forwarding, Subscriber, Target, TargetKind
from voicecloud.vocabulary.availability import AvailabilityClass
from voicecloud.vocabulary.calls import EndReason

MOBILE = Target(TargetKind.NUMBER, "+358501112222")
TO_BOB = Target(TargetKind.USER, "bob")


def ann(forwarding: Forwarding) -> dict[str, Subscriber]:
    return {"ann": Subscriber("ann", "Ann", number_of("ann"), forwarding=forwarding)}


def test_a_direct_call_rings_the_user(floor: MakeFloor) -> None:
    """Answered, it is a direct call in the records."""
    made = floor()
    made.call(b_number=number_of("ann"))
    made.answer("ann")
    made.wait(30)
    made.tell(events.PartyLeft("c1:2"))
    (row,) = made.record().user_calls
    assert (row.kind, row.talk_s, made.record().end_reason) == (CallKind.DIRECT, 30, EndReason.AGENT_LEFT)


def test_dnd_blocks_direct_calls(floor: MakeFloor) -> None:
    """The phone does not ring (B3)."""
    made = floor()
    made.availability("ann", AvailabilityClass.DND)
    made.call(b_number=number_of("ann"))
    assert (made.rung(), made.record().end_reason) == ([], EndReason.BLOCKED)


def test_off_work_forwards_by_the_users_setting(floor: MakeFloor) -> None:
    """The call is forwarded to the user's mobile number (B1)."""
    made = floor(users=ann(Forwarding(off_work=MOBILE)))
    made.availability("ann", AvailabilityClass.OFF_WORK)
    made.call(b_number=number_of("ann"))
    assert [dial.number for dial in made.found(CallNumber)] == [MOBILE.value]


def test_off_work_without_a_setting_blocks(floor: MakeFloor) -> None:
    """Without a target the call ends."""
    made = floor()
    made.availability("ann", AvailabilityClass.OFF_WORK)
    made.call(b_number=number_of("ann"))
    assert made.record().end_reason is EndReason.BLOCKED


def test_a_user_with_a_call_is_busy(floor: MakeFloor) -> None:
    """A second caller is not put through."""
    made = floor()
    made.call("c1", b_number=number_of("ann"))
    made.answer("ann", "c1")
    made.call("c2", b_number=number_of("ann"))
    assert made.record("c2").end_reason is EndReason.BUSY


@pytest.mark.parametrize("how", ["busy", "reject", "no_answer"])
def test_calls_the_user_does_not_take_are_forwarded(floor: MakeFloor, how: str) -> None:
    """Busy or declined by one setting, not answered by another."""
    made = floor(users=ann(Forwarding(busy=TO_BOB, no_answer=TO_BOB)))
    if how == "busy":
        made.tell(events.DialOut("d1", "ann", "+358409999999"))
    made.call(b_number=number_of("ann"))
    if how == "reject":
        made.tell(events.Reject(made.rings()["ann"]))
    elif how == "no_answer":
        made.wait(25)
    assert list(made.rings()) == ["bob"]


def test_a_forwarding_ring_comes_to_an_end(floor: MakeFloor) -> None:
    """Ann forwards to Bob and Bob to Ann: the caller hears the end of it."""
    users = ann(Forwarding(dnd=TO_BOB)) | {
        "bob": Subscriber("bob", "Bob", forwarding=Forwarding(dnd=Target(TargetKind.USER, "ann")))
    }
    made = floor(users=users)
    made.availability("ann", AvailabilityClass.DND)
    made.availability("bob", AvailabilityClass.DND)
    made.call(b_number=number_of("ann"))
    assert made.record().end_reason is EndReason.LOOP


@pytest.mark.parametrize(("cause", "reason"), [("busy", "busy"), ("no_answer", "no_answer"), ("failed", "failed")])
def test_a_far_telephone_that_cannot_be_had_ends_the_call(floor: MakeFloor, cause: str, reason: str) -> None:
    """The reason is the network's."""
    made = floor(users=ann(Forwarding(off_work=MOBILE)))
    made.availability("ann", AvailabilityClass.OFF_WORK)
    made.call(b_number=number_of("ann"))
    made.tell(events.FarRefused("c1:2", cause))
    assert made.record().end_reason == reason


def test_a_far_telephone_rings_a_minute_at_most(floor: MakeFloor) -> None:
    """Then it is given up."""
    made = floor(users=ann(Forwarding(off_work=MOBILE)))
    made.availability("ann", AvailabilityClass.OFF_WORK)
    made.call(b_number=number_of("ann"))
    made.wait(60)
    assert made.record().end_reason is EndReason.NO_ANSWER
