"""Hold, resume and hang up (C2)."""

import pytest

from shared.errors import Conflict, Missing
from tests.fixtures.routing import Floor, MakeFloor, members, number_of
from voicecloud.routing import events
from voicecloud.routing.effects import Bridge, Unbridge
from voicecloud.routing.model import Pool
from voicecloud.vocabulary.calls import EndReason, EventKind


def talking(floor: MakeFloor) -> tuple[Floor, str]:
    """Ann has a pool's caller."""
    made = floor(Pool("p", "P", members=members("ann")))
    made.call()
    return made, made.answer("ann")


def test_answering_bridges_the_two_and_records(floor: MakeFloor) -> None:
    """Caller and agent have one channel each."""
    made, leg_id = talking(floor)
    assert made.found(Bridge) == [Bridge("c1", "c1:1", leg_id, record=True)]
    assert made.states() == {"c1:1": "connected", leg_id: "connected"}


def test_a_pool_may_not_record(floor: MakeFloor) -> None:
    """A pool's setting switches recording off."""
    made = floor(Pool("p", "P", members=members("ann"), record=False))
    made.call()
    made.answer("ann")
    assert not made.found(Bridge)[0].record


def test_hold_parks_the_caller_with_music_and_resume_brings_them_back(floor: MakeFloor) -> None:
    """The voices are separated in between, the parked call is counted, and event 205 noted."""
    made, leg_id = talking(floor)
    made.wait(10)
    made.tell(events.Hold(leg_id))
    assert made.states() == {"c1:1": "parked", leg_id: "held"}
    assert made.played()[-1] == "hold-music"
    assert made.platform.user_status("ann").parked_calls == 1
    assert len(made.noted(EventKind.USER_PARKED)) == 1
    made.wait(20)
    made.tell(events.Resume(leg_id))
    made.wait(5)
    made.tell(events.PartyLeft(leg_id))
    assert (len(made.found(Unbridge)), len(made.found(Bridge))) == (1, 2)
    assert (made.record().talk_s, made.record().hold_s) == (15, 20)


def test_hold_is_refused_twice_and_resume_without_hold(floor: MakeFloor) -> None:
    """Both are refused for the party who is on hold, too."""
    made = floor()
    made.tell(events.DialOut("c1", "ann", number_of("bob")))
    bob = made.answer("bob")
    with pytest.raises(Conflict):
        made.tell(events.Resume(bob))
    made.tell(events.Hold(bob))
    for refused in (events.Hold(bob), events.Hold("c1:1"), events.Resume("c1:1")):
        with pytest.raises(Conflict):
            made.tell(refused)
    assert made.states() == {"c1:1": "parked", bob: "held"}


def test_an_outside_party_cannot_command(floor: MakeFloor) -> None:
    """Only a user can put a call on hold."""
    made, _ = talking(floor)
    with pytest.raises(Conflict, match="not-connected"):
        made.tell(events.Hold("c1:1"))


@pytest.mark.parametrize(("leaver", "reason"), [("c1:1", EndReason.CALLER_LEFT), ("c1:2", EndReason.AGENT_LEFT)])
def test_whoever_hangs_up_ends_the_call_for_both(floor: MakeFloor, leaver: str, reason: EndReason) -> None:
    """The record says who hung up."""
    made, _ = talking(floor)
    made.tell(events.PartyLeft(leaver))
    assert set(made.ended_legs()) == {"c1:1", "c1:2"}
    assert made.record().end_reason is reason


def test_late_news_is_ignored_and_late_commands_are_refused(floor: MakeFloor) -> None:
    """After the end a fact changes nothing; a command is told that the leg is gone."""
    made, leg_id = talking(floor)
    made.tell(events.PartyLeft("c1:1"))
    late = (events.PartyLeft(leg_id), events.FarAnswered(leg_id), events.KeyPressed("c1:1", "1"))
    assert made.tell(*late, events.RoutingAnswered("c1", None), events.RecordingStored("c1", "r1")) == []
    with pytest.raises(Missing, match="leg-unknown"):
        made.tell(events.Hold(leg_id))


def test_answering_twice_is_refused(floor: MakeFloor) -> None:
    """The second terminal is told that it does not ring."""
    made, leg_id = talking(floor)
    with pytest.raises(Conflict, match="not-ringing"):
        made.tell(events.Answer(leg_id))


def test_a_recording_made_during_the_call_belongs_to_its_leg(floor: MakeFloor) -> None:
    """It is in the user's and the pool's row."""
    made, leg_id = talking(floor)
    made.tell(events.RecordingStored("c1", "r1", leg_id), events.PartyLeft(leg_id))
    row = made.record()
    assert row.recording_ids == row.user_calls[0].recording_ids == row.service_calls[0].recording_ids == ("r1",)
