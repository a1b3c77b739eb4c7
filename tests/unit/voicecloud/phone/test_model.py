"""A call as each of its users sees it."""

import pytest

from tests.fixtures.routing import CALLER, POOL_NUMBER, Floor, MakeFloor, members, number_of
from voicecloud.phone.model import Document, Names, Voice, call_document, ended
from voicecloud.routing import events
from voicecloud.routing.model import Pool, Target, TargetKind

OUTSIDE = "+358501112222"
NAMES = Names(user=str.title, number=number_of, pool=lambda pool_id: f"Pool {pool_id}")
SILENT = Voice(revision=0, is_muted=False, is_paused=None, media_id=None, is_attached=False)


def seen_by(floor: Floor, user_id: str, call_id: str = "c1", voice: Voice = SILENT) -> Document:
    call, history = floor.platform.live_call(call_id), floor.platform.history(call_id)
    assert call is not None
    assert history is not None
    leg = next(one for one in reversed(call.legs) if one.user_id == user_id)
    return call_document(call, leg, history.events, voice, NAMES)


def talking(floor: MakeFloor) -> tuple[Floor, str]:
    """Ann has answered a pool's caller."""
    made = floor(Pool("p", "P", members=members("ann")))
    made.call()
    return made, made.answer("ann")


@pytest.mark.parametrize(("number", "shown"), [(CALLER, CALLER), (None, "")])
def test_a_ring_says_who_calls_and_through_which_pool(floor: MakeFloor, number: str | None, shown: str) -> None:
    """A withheld number is an empty one (C5)."""
    made = floor(Pool("p", "P", members=members("ann")))
    made.call(a_number=number)
    document = seen_by(made, "ann")
    assert (document["state"], document["kind"], document["direction"]) == ("ringing", "pool", "inbound")
    assert document["party"] == {"number": shown, "name": None, "userId": None, "state": "waiting"}
    assert (document["pool"], document["answeredAt"]) == ({"id": "p", "name": "Pool p"}, None)
    assert (document["terminal"], document["media"], document["recording"]) == (None, None, None)


def test_an_answered_call_tells_when_and_where(floor: MakeFloor) -> None:
    """Its sequence is that of the latest event."""
    made, _ = talking(floor)
    document = seen_by(made, "ann")
    assert (document["state"], document["terminal"], document["party"]["state"]) == ("connected", "web", "connected")
    assert document["answeredAt"] == document["since"]
    history = made.platform.history("c1")
    assert history is not None
    assert document["sequence"] == history.events[-1].sequence


def test_what_the_gateway_knows_is_in_it(floor: MakeFloor) -> None:
    """Mute, recording and media, with their own count of changes (K1, K9)."""
    made, _ = talking(floor)
    voice = Voice(revision=3, is_muted=True, is_paused=True, media_id="m", is_attached=False)
    document = seen_by(made, "ann", voice=voice)
    assert (document["revision"], document["muted"], document["recording"]) == (3, True, {"paused": True})
    assert document["media"] == {"id": "m", "attached": False}


def test_holding_keeps_the_party(floor: MakeFloor) -> None:
    """Who holds is held, who was put on hold is parked (C2)."""
    made, leg_id = talking(floor)
    made.tell(events.Hold(leg_id))
    document = seen_by(made, "ann")
    assert (document["state"], document["party"]["number"], document["party"]["state"]) == ("held", CALLER, "parked")


def test_a_consultation_shows_both_others_to_who_consults(floor: MakeFloor) -> None:
    """The third sees the one who asks him, and after completion the caller (C3)."""
    made, leg_id = talking(floor)
    made.tell(events.Consult(leg_id, Target(TargetKind.USER, "bob")))
    document = seen_by(made, "ann")
    assert (document["state"], document["party"]["number"]) == ("consulting", CALLER)
    assert (document["consult"]["name"], document["consult"]["state"]) == ("Bob", "ringing")
    asked = seen_by(made, "bob")
    assert (asked["kind"], asked["party"]["userId"], asked["consult"]) == ("consult", "ann", None)
    made.answer("bob")
    assert seen_by(made, "ann")["consult"]["state"] == "connected"
    made.tell(events.CompleteConsult(leg_id))
    assert seen_by(made, "bob")["party"]["number"] == CALLER


def test_who_has_dialled_waits_for_whom_he_has_called(floor: MakeFloor) -> None:
    """Answered is when the other one has (C1)."""
    made = floor()
    made.tell(events.DialOut("c1", "ann", OUTSIDE))
    document = seen_by(made, "ann")
    assert (document["state"], document["direction"], document["kind"]) == ("waiting", "outbound", None)
    assert (document["party"]["number"], document["party"]["state"]) == (OUTSIDE, "ringing")
    made.wait(5)
    made.tell(events.FarAnswered("c1:2"))
    answered = seen_by(made, "ann")
    assert (answered["state"], answered["answeredAt"]) == ("connected", answered["since"])


def test_who_has_dialled_a_pool_sees_its_number_while_he_waits(floor: MakeFloor) -> None:
    """There is nobody yet; who rings for him is his party from then on (C1)."""
    made = floor(Pool("p", "P", members=members("bob")))
    made.tell(events.SetAccepting("bob", accepting=False))
    made.tell(events.DialOut("c1", "ann", POOL_NUMBER))
    assert seen_by(made, "ann")["party"] == {"number": POOL_NUMBER, "name": None, "userId": None, "state": "waiting"}
    made.tell(events.SetAccepting("bob", accepting=True))
    assert seen_by(made, "ann")["party"]["userId"] == "bob"


def test_an_ended_call_is_newer_and_says_why(floor: MakeFloor) -> None:
    """It keeps who it was with, but nothing that could still be done."""
    made, leg_id = talking(floor)
    before = seen_by(made, "ann")
    made.tell(events.Consult(leg_id, Target(TargetKind.USER, "bob")))
    gone = ended(seen_by(made, "ann"), "agent_left", made.now)
    assert gone["sequence"] > before["sequence"]
    assert (gone["state"], gone["reason"], gone["party"]["number"]) == ("ended", "agent_left", CALLER)
    assert (gone["consult"], gone["media"], gone["recording"]) == (None, None, None)
