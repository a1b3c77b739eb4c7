"""A call as each of its users sees it."""

from collections.abc import Callable

import pytest

from tests.fixtures.routing import CALLER, POOL_NUMBER, Floor, MakeFloor, members, number_of
from voicecloud.phone.context import DisplayNames
from voicecloud.phone.model import Document, LegVoice, call_document, ended
from voicecloud.routing import events
from voicecloud.routing.model import Pool, Target, TargetKind
from voicecloud.vocabulary.availability import AvailabilityClass

OUTSIDE = "+358501112222"
NAMES = DisplayNames(user=str.title, number=number_of, pool=lambda pool_id: f"Pool {pool_id}")
SILENT = LegVoice(revision=0, is_muted=False, is_paused=None, media_id=None, is_attached=False)


def seen_by(floor: Floor, user_id: str, call_id: str = "c1", voice: LegVoice = SILENT) -> Document:
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
    voice = LegVoice(revision=3, is_muted=True, is_paused=True, media_id="m", is_attached=False)
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
    """The third sees the one who asks, and after completion the caller (C3)."""
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


def test_who_has_dialled_waits_for_the_called_party(floor: MakeFloor) -> None:
    """The call counts as answered when the other party has answered (C1)."""
    made = floor()
    made.tell(events.DialOut("c1", "ann", OUTSIDE))
    document = seen_by(made, "ann")
    assert (document["state"], document["direction"], document["kind"]) == ("waiting", "outbound", None)
    assert (document["party"]["number"], document["party"]["state"]) == (OUTSIDE, "ringing")
    made.wait(5)
    made.tell(events.FarAnswered("c1:2"))
    answered = seen_by(made, "ann")
    assert (answered["state"], answered["answeredAt"]) == ("connected", answered["since"])


def test_who_has_dialled_a_pool_sees_its_number_while_waiting(floor: MakeFloor) -> None:
    """There is nobody yet; whoever rings for the caller is the party from then on (C1)."""
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


BOB = Target(TargetKind.USER, "bob")


def test_who_is_asked_sees_whom_it_is_about(floor: MakeFloor) -> None:
    """Before the answer too; who has the call then is asked about nobody any more (C3)."""
    made, leg_id = talking(floor)
    made.tell(events.Consult(leg_id, BOB))
    assert seen_by(made, "bob")["about"] == {"number": CALLER, "name": None, "userId": None, "state": "parked"}
    assert seen_by(made, "ann")["about"] is None
    made.answer("bob")
    assert seen_by(made, "bob")["about"]["number"] == CALLER
    made.tell(events.CompleteConsult(leg_id))
    assert seen_by(made, "bob")["about"] is None


@pytest.mark.parametrize("asks_first", [True, False])
def test_who_gets_a_call_sees_who_transferred_it(floor: MakeFloor, asks_first: bool) -> None:
    """After asking or at once; whom they ask themselves sees nothing of it."""
    made, leg_id = talking(floor)
    if asks_first:
        made.tell(events.Consult(leg_id, BOB))
        assert seen_by(made, "bob")["transfer"] is None
        bobs = made.answer("bob")
        made.tell(events.CompleteConsult(leg_id))
    else:
        made.tell(events.BlindTransfer(leg_id, BOB))
    by_ann = {"by": {"userId": "ann", "name": "Ann"}, "returned": None}
    assert seen_by(made, "bob")["transfer"] == by_ann
    bobs = bobs if asks_first else made.answer("bob")
    made.tell(events.Consult(bobs, Target(TargetKind.USER, "cid")))
    assert (seen_by(made, "cid")["transfer"], seen_by(made, "bob")["transfer"]) == (None, by_ann)


@pytest.mark.parametrize(
    ("fate", "reason"), [("declines", "declined"), ("lets it ring", "no_answer"), ("is away", "unavailable")]
)
def test_a_call_that_comes_back_says_who_did_not_take_it(floor: MakeFloor, fate: str, reason: str) -> None:
    """The agent who transferred it sees who and why (C3)."""
    made = floor()
    made.call(b_number=number_of("ann"))
    if fate == "is away":
        made.availability("bob", AvailabilityClass.OFF_WORK)
    made.tell(events.BlindTransfer(made.answer("ann"), BOB))
    made.tell(events.Reject(made.rings()["bob"])) if fate == "declines" else None
    made.wait(27 if fate == "lets it ring" else 0)
    back = seen_by(made, "ann")
    assert back["state"] == "ringing"
    assert (back["transfer"]["returned"]["name"], back["transfer"]["returned"]["reason"]) == ("Bob", reason)


@pytest.mark.parametrize(
    ("target", "refusal", "reason"),
    [
        (BOB, events.Reject, "declined"),
        (BOB, None, "no_answer"),
        (Target(TargetKind.NUMBER, OUTSIDE), lambda leg: events.FarRefused(leg, "busy"), "busy"),
        (Target(TargetKind.NUMBER, OUTSIDE), lambda leg: events.FarRefused(leg, "declined"), "declined"),
    ],
)
def test_who_asks_in_vain_is_told_what_happened(
    floor: MakeFloor, target: Target, refusal: Callable[[str], events.Event] | None, reason: str
) -> None:
    """Declined is not the same as not answered; asking again begins again, and calling off is no news (C3)."""
    made, leg_id = talking(floor)
    made.tell(events.Consult(leg_id, target))
    [ringing] = made.rings().values()
    made.tell(refusal(ringing)) if refusal else made.wait(30)
    unheard = seen_by(made, "ann")["unheard"]
    assert (unheard["reason"], unheard["number"]) == (reason, OUTSIDE if target.value == OUTSIDE else number_of("bob"))
    made.tell(events.Consult(leg_id, target), events.CancelConsult(leg_id))
    assert seen_by(made, "ann")["unheard"] is None


def test_a_direct_call_that_is_declined_says_so(floor: MakeFloor) -> None:
    """Declined is not the same as busy."""
    made = floor()
    made.tell(events.DialOut("c1", "ann", number_of("bob")))
    made.tell(events.Reject(made.rings()["bob"]))
    assert made.record().end_reason == "declined"
