"""Smart routing: the question, its time limit, and what the answer changes (J5)."""

import pytest

from shared.errors import InvalidInput
from tests.fixtures.routing import CALLER, POOL_NUMBER, Floor, MakeFloor, configuration, members
from voicecloud.routing import events
from voicecloud.routing.effects import AskRouting
from voicecloud.routing.events import RoutingAnswer, RoutingAnswered
from voicecloud.routing.model import DISCONNECT, Pool, SmartRouting, Target, TargetKind
from voicecloud.routing.rules.answers import read_answer
from voicecloud.vocabulary.availability import AvailabilityClass
from voicecloud.vocabulary.calls import EndReason, ServiceResult

TO_BOB = Target(TargetKind.USER, "bob")


def asked(floor: MakeFloor, **settings: float) -> Floor:
    """A pool of Ann and Bob, whose endpoint has just been asked."""
    pool = Pool("p", "P", members=members("ann", "bob"), smart_routing=SmartRouting("crm", "tag"), **settings)  # type: ignore[arg-type]  # waits only
    made = floor(pool, Pool("other", "O", members=members("cid")))
    made.call()
    return made


def test_the_question_has_caller_and_number(floor: MakeFloor) -> None:
    """And what the published contract calls extra data; nobody rings yet."""
    (question,) = asked(floor).found(AskRouting)
    assert (question.a_number, question.b_number, question.target_id, question.timeout_s) == (
        CALLER,
        POOL_NUMBER,
        "tag",
        5.0,
    )
    assert question.extra == {"CallId": "c1", "LegId": "c1:1", "CurrQueueId": "p", "IsInternalCaller": False}


def test_no_change_means_the_pool_as_usual(floor: MakeFloor) -> None:
    """An agent of the pool is rung."""
    made = asked(floor)
    made.tell(RoutingAnswered("c1", None))
    assert len(made.rings()) == 1


def test_without_an_answer_the_call_goes_on_after_five_seconds(floor: MakeFloor) -> None:
    """A late answer changes nothing."""
    made = asked(floor)
    made.wait(4.9)
    assert made.rings() == {}
    made.wait(0.1)
    assert len(made.rings()) == 1
    made.tell(RoutingAnswered("c1", RoutingAnswer(initial_target=DISCONNECT)))
    assert made.stage() == "ringing"


def test_an_initial_target_replaces_the_pool(floor: MakeFloor) -> None:
    """The visit is recorded as forwarded."""
    made = asked(floor)
    made.tell(RoutingAnswered("c1", RoutingAnswer(initial_target=Target(TargetKind.POOL, "other"))))
    assert list(made.rings()) == ["cid"]
    made.tell(events.PartyLeft("c1:1"))
    assert [visit.result for visit in made.record().service_calls] == [ServiceResult.FORWARDED, ServiceResult.ABANDONED]


@pytest.mark.parametrize("target", [Target(TargetKind.POOL, "p"), Target(TargetKind.NUMBER, POOL_NUMBER)])
def test_the_pool_itself_as_target_is_no_change(floor: MakeFloor, target: Target) -> None:
    """It is not asked again."""
    made = asked(floor)
    made.tell(RoutingAnswered("c1", RoutingAnswer(initial_target=target)))
    assert (len(made.rings()), len(made.found(AskRouting))) == (1, 1)


def test_disconnect_hangs_up(floor: MakeFloor) -> None:
    """The caller is refused."""
    made = asked(floor)
    made.tell(RoutingAnswered("c1", RoutingAnswer(initial_target=DISCONNECT)))
    assert made.record().end_reason is EndReason.ROUTED_AWAY
    assert made.record().service_calls[0].result is ServiceResult.REJECTED


def test_a_fail_target_replaces_the_overflow(floor: MakeFloor) -> None:
    """After the longest wait, Bob is rung instead of the call being ended."""
    made = asked(floor, max_wait_s=30.0)
    made.availability("ann", AvailabilityClass.DND)
    made.tell(RoutingAnswered("c1", RoutingAnswer(fail_target=Target(TargetKind.USER, "dee"), required="ann")))
    made.wait(30)
    assert list(made.rings()) == ["dee"]


def test_preferred_agents_are_rung_first_when_free(floor: MakeFloor) -> None:
    """When none of them is free, any agent is rung."""
    made = asked(floor)
    made.tell(RoutingAnswered("c1", RoutingAnswer(preferred=("bob",))))
    assert list(made.rings()) == ["bob"]
    made.tell(events.Reject(made.rings()["bob"]))
    assert list(made.rings()) == ["ann"]


def test_a_required_agent_is_waited_for(floor: MakeFloor) -> None:
    """Other agents are not rung."""
    made = asked(floor)
    made.availability("bob", AvailabilityClass.DND, 60)
    made.tell(RoutingAnswered("c1", RoutingAnswer(required="bob")))
    assert made.stage() == "queued"
    made.wait(60)
    assert list(made.rings()) == ["bob"]


@pytest.mark.parametrize("answer", [RoutingAnswer(extra_priority=1), RoutingAnswer(priority=1)])
def test_a_caller_of_higher_priority_goes_first(floor: MakeFloor, answer: RoutingAnswer) -> None:
    """Though that caller came later: the answer's priority replaces the pool's, or is added to it."""
    pool = Pool("p", "P", members=members("ann"), smart_routing=SmartRouting("crm"))
    made = floor(pool)
    made.availability("ann", AvailabilityClass.DND, 60)
    made.call("c1")
    made.tell(RoutingAnswered("c1", None))
    made.wait(1)
    made.call("c2")
    made.tell(RoutingAnswered("c2", answer))
    made.wait(60)
    assert list(made.rings("c2")) == ["ann"]


def test_an_answer_is_read_with_its_published_keys() -> None:
    """Agents by id or e-mail; unknown ones are passed over; empty targets are none."""
    body = {
        "InitialTarget": "queue:p",
        "FailTarget": "+358401234567",
        "PreferredAgents": ["BOB@example.com", "ann", "stranger"],
        "RequiredAgent": "cid",
        "Priority": 3,
        "ExtraPriority": 2,
    }
    answer = read_answer(body, configuration(Pool("p", "P")))
    assert answer == RoutingAnswer(
        Target(TargetKind.POOL, "p"), Target(TargetKind.NUMBER, "+358401234567"), ("bob", "ann"), "cid", 3, 2
    )
    assert read_answer({"InitialTarget": ""}, configuration()) == RoutingAnswer()
    assert read_answer({"InitialTarget": "DISCONNECT:"}, configuration()).initial_target == DISCONNECT
    for spelling in ("user:bob", "USER:bob", " User:bob "):
        assert read_answer({"FailTarget": spelling}, configuration()).fail_target == TO_BOB
    by_number = read_answer({"FailTarget": "NUMBER:+358401234567"}, configuration())
    assert by_number.fail_target == Target(TargetKind.NUMBER, "+358401234567")


@pytest.mark.parametrize(
    "body",
    [
        {"InitialTarget": "somewhere"},
        {"InitialTarget": 7},
        {"FailTarget": "queue:"},
        *(
            {"InitialTarget": target}
            for target in ("MOON:1", "QUEUE", "12345", "NUMBER:sip:x@evil.example", "USER:nobody")
        ),
        {"PreferredAgents": 7},
        {"Priority": "high"},
        {"ExtraPriority": True},
    ],
)
def test_an_answer_that_makes_no_sense_is_refused(body: dict[str, object]) -> None:
    """The runtime then reports no answer."""
    with pytest.raises(InvalidInput, match="routing-answer"):
        read_answer(body, configuration())
