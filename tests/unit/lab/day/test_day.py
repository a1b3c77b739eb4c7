"""Days and chaos: after every event all invariants hold. A failing test prints the seed that repeats it."""

import json
import secrets
from datetime import timedelta
from random import Random

import pytest

from lab.day.invariants import Witness
from lab.day.simulation import Simulation, main
from shared.errors import VoiceError
from tests.fixtures.routing import MONDAY_NOON, Floor, configuration, members, number_of_pool
from voicecloud.routing import events
from voicecloud.routing.effects import CallbackSource
from voicecloud.routing.events import Event, RoutingAnswer
from voicecloud.routing.model import (
    Action,
    ActionKind,
    CallbackRules,
    Configuration,
    Member,
    Pool,
    Prompt,
    Prompts,
    Selection,
    SmartRouting,
    Target,
    TargetKind,
)
from voicecloud.vocabulary.availability import AvailabilityClass
from voicecloud.vocabulary.calls import Terminal

USERS = ("ann", "bob", "cid", "dee")
FACTS = (
    events.CallArrived,
    events.FarAnswered,
    events.FarRefused,
    events.PartyLeft,
    events.KeyPressed,
    events.RoutingAnswered,
    events.RecordingStored,
    events.TerminalChanged,
    events.Configure,
)


def test_a_simulated_day_keeps_every_invariant() -> None:
    """Nobody is lost, nobody is rung who must not be, every call has one record and its figures add up."""
    seed = new_seed()
    result = Simulation(calls=400, seed=seed).run()
    assert result.calls >= 400
    assert result.answered > result.calls / 3


def test_the_same_seed_is_the_same_day() -> None:
    """A failure can be repeated."""
    first, second = (Simulation(calls=80, seed=5).run() for _ in range(2))
    assert (first.ends, first.events, first.refused) == (second.ends, second.events, second.refused)


def test_the_command_prints_one_line_of_figures(capsys: pytest.CaptureFixture[str]) -> None:
    """Machine-readable, with the seed."""
    assert main(["--calls", "20", "--seed", "3"]) == 0
    assert json.loads(capsys.readouterr().out)["seed"] == 3


@pytest.mark.parametrize("attempt", range(4))
def test_no_sequence_of_events_breaks_the_platform(attempt: int) -> None:
    """Any event at any moment, sensible or not: facts are taken, commands obeyed or refused without a trace."""
    chaos = Chaos(new_seed())
    for _ in range(1_000):
        chaos.step()
    chaos.floor.tell(events.Stop())
    chaos.floor.witness.over()


def new_seed() -> int:
    """Another one at every run; pytest shows it when the test fails."""
    seed = secrets.randbelow(1_000_000)
    print(f"seed {seed}")
    return seed


class Chaos:
    """Four agents, six intertwined pools, and events drawn at random over them and whatever legs exist."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.floor = Floor(chaotic(self.random))
        self.calls = 0

    def step(self) -> None:
        self.floor.wait(self.random.choice((0, 0, 0.5, 3, 10, 40)))
        event, before = self.event(), self.picture()
        try:
            self.floor.tell(event)
        except VoiceError:
            assert not isinstance(event, FACTS)
            assert self.picture() == before

    def picture(self) -> tuple[object, ...]:
        """What a refused command must not change."""
        platform = self.floor.platform
        statuses = [platform.user_status(user_id) for user_id in USERS]
        return platform.live_calls(), statuses, platform.next_due(), list(platform.world.effects)

    def event(self) -> Event:
        kinds = (self.begin, self.on_leg, self.on_leg, self.on_leg, self.on_leg, self.staff)
        return self.random.choice(kinds)()

    def begin(self) -> Event:
        self.calls += 1
        number = self.random.choice((*self.floor.platform.configuration.numbers, "+358409999999"))
        if self.random.random() < 0.6:
            return events.CallArrived(f"c{self.calls}", self.random.choice(("+358401111111", None)), number)
        return events.DialOut(f"c{self.calls}", self.random.choice(USERS), number)

    def on_leg(self) -> Event:
        leg_id, target = self.leg(), self.target()
        call_id = leg_id.partition(":")[0]
        answer = RoutingAnswer(initial_target=self.random.choice((None, target)), fail_target=target)
        return self.random.choice(
            (
                events.Answer(leg_id),
                events.Answer(leg_id),
                events.Reject(leg_id),
                events.FarAnswered(leg_id),
                events.FarRefused(leg_id, "busy"),
                events.PartyLeft(leg_id),
                events.KeyPressed(leg_id, self.random.choice("12")),
                events.Hold(leg_id),
                events.Resume(leg_id),
                events.BlindTransfer(leg_id, target),
                events.Consult(leg_id, target),
                events.CompleteConsult(leg_id),
                events.CancelConsult(leg_id),
                events.FetchCall(self.random.choice(USERS), call_id),
                events.RoutingAnswered(call_id, self.random.choice((None, answer))),
                events.RecordingStored(call_id, f"r-{self.random.random()}", leg_id),
            )
        )

    def staff(self) -> Event:
        user_id, pool_id = self.random.choice(USERS), f"p{self.random.randrange(6)}"
        ends_at = self.random.choice((None, self.floor.now + timedelta(seconds=self.random.randint(1, 90))))
        return self.random.choice(
            (
                events.SetAvailability(user_id, "e", self.random.choice(list(AvailabilityClass)), ends_at=ends_at),
                events.SetAvailability(user_id, "f", AvailabilityClass.AVAILABLE),
                events.EndAvailability(user_id, "e"),
                events.SetAccepting(user_id, accepting=self.random.random() < 0.8),
                events.TerminalChanged(user_id, Terminal.WEB, online=self.random.random() < 0.8),
                events.SetMember(pool_id, Member(user_id, self.random.randint(1, 3), self.random.random() < 0.8)),
                events.RemoveMember(pool_id, user_id),
                events.EndWrapUp(user_id),
                events.Configure(chaotic(self.random)),
            )
        )

    def leg(self) -> str:
        legs = [leg.leg_id for call in self.floor.platform.live_calls() for leg in call.legs]
        return self.random.choice(legs) if legs else "c0:1"

    def target(self) -> Target:
        return self.random.choice(
            (
                Target(TargetKind.USER, self.random.choice(USERS)),
                Target(TargetKind.POOL, f"p{self.random.randrange(6)}"),
                Target(TargetKind.NUMBER, "+358501112222"),
                Target(TargetKind.NUMBER, number_of_pool(self.random.randrange(6))),
            )
        )


def chaotic(random: Random) -> Configuration:
    """Some or all of six pools that lead into one another."""
    pools = [pool_of(random, place) for place in range(6) if random.random() < 0.9]
    return configuration(*pools)


def pool_of(random: Random, place: int) -> Pool:
    def action() -> Action:
        kind, otherwise = random.choice(list(ActionKind)), random.choice((None, Action(ActionKind.VOICEMAIL)))
        target = Target(TargetKind.POOL, f"p{random.randrange(6)}")
        return Action(kind, target, random.choice((None, Prompt("action", 2.0))), otherwise)

    return Pool(
        f"p{place}",
        f"Pool {place}",
        members(*random.sample(USERS, random.randint(0, 4))),
        prompts=random.choice((Prompts(), Prompts(Prompt("hello", 2.0), Prompt("once", 2.0)))),
        open_action=action() if random.random() < 0.1 else None,
        no_agents_action=action() if random.random() < 0.5 else None,
        overflow_action=action(),
        max_wait_s=random.choice((None, 5.0, 30.0)),
        max_queue=random.choice((None, 1)),
        selection=random.choice(list(Selection)),
        max_rounds=1,
        wrap_up_s=random.choice((0.0, 15.0)),
        callback=random.choice((None, CallbackRules("list", while_queued=True, on_missed=True))),
        smart_routing=random.choice((None, SmartRouting("crm"))),
    )


def test_the_witness_notices_what_is_wrong() -> None:
    """A call that ends without its record is reported, so that silence means something."""
    floor = Floor(configuration(Pool("p0", "P", members("ann"))), MONDAY_NOON)
    floor.call()
    assert [request.source for request in floor.callbacks()] != [CallbackSource.MISSED]
    with pytest.raises(AssertionError, match="a call was lost"):
        floor.witness.over()
    stranger = Witness(floor.platform)
    with pytest.raises(AssertionError, match="never began"):
        stranger.told(None, floor.platform.handle(events.Stop(), floor.now), floor.now)
