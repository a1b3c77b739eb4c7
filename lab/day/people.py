"""How simulated people behave: agents at their phones, callers, far telephones, a smart routing endpoint.

A reaction is a delay in seconds and a ``AgentStep``: an event to be given then, or a function that decides then which.
All chances come from one seeded generator. People do not look at the rules: much of what they try comes too late or is
refused, as in life.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from random import Random

from lab.day.traffic import PlannedCall
from voicecloud.routing import events
from voicecloud.routing.effects import AskRouting, Bridge, CallNumber, Effect, Play, RecordVoicemail, RingUser
from voicecloud.routing.events import Event, RoutingAnswer
from voicecloud.routing.model import DISCONNECT, Member, Target, TargetKind
from voicecloud.routing.platform import Platform
from voicecloud.vocabulary.availability import AvailabilityClass
from voicecloud.vocabulary.calls import Terminal
from voicecloud.vocabulary.machine import CallState

type AgentStep = Event | Callable[[], Event | None]
type Later = tuple[float, AgentStep]

CALLBACK_OFFER = "callback-offer"
OUTSIDE_NUMBERS = 50
AGENT_TALK_MEAN_S = 120.0


@dataclass(slots=True)
class People:
    """``plans`` says what the outside callers in progress have in mind, by call id."""

    platform: Platform
    random: Random
    plans: dict[str, PlannedCall] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def arrive(self) -> Iterator[Later]:
        """Every agent plugs in their phones; some come to work later."""
        for user_id in self.platform.configuration.users:
            yield 0.0, events.TerminalChanged(user_id, Terminal.WEB, online=True)
            if self._chance(0.3):
                yield 0.0, events.TerminalChanged(user_id, Terminal.MOBILE, online=True)
            if self._chance(0.2):
                yield 0.0, self._absence(user_id, AvailabilityClass.OFF_WORK, self.random.uniform(1, 8) * 3_600)

    def call(self, plan: PlannedCall) -> Iterator[Later]:
        """What a caller does unasked, beginning with the call."""
        call_id = f"in-{plan.number}"
        self.plans[call_id] = plan
        yield 0.0, events.CallArrived(call_id, plan.a_number, plan.b_number)
        yield plan.patience_s, self._impatient(call_id)
        if plan.presses_key_after_s is not None:
            yield plan.presses_key_after_s, events.KeyPressed(f"{call_id}:1", "1")

    def react(self, effect: Effect) -> Iterator[Later]:
        match effect:
            case RingUser():
                yield from self._phone_rings(effect)
            case CallNumber():
                yield from self._far_phone_rings(effect)
            case Bridge():
                yield from self._talk(effect)
            case AskRouting():
                yield from self._endpoint_asked(effect)
            case RecordVoicemail():
                yield self.random.uniform(5, 250), events.PartyLeft(effect.leg_id)
            case Play() if effect.prompt_id == CALLBACK_OFFER:
                plan = self.plans.get(effect.call_id)
                if plan and (plan.takes_callback or self._chance(0.3)):
                    yield (
                        self.random.uniform(1, 12),
                        events.KeyPressed(effect.leg_id, "1" if plan.takes_callback else "2"),
                    )

    def whim(self, user_id: str) -> Iterator[Later]:
        """Something an agent does for no reason that routing knows."""
        whims = (
            self._pause,
            self._lunch,
            self._terminal_lost,
            self._dials,
            self._ready,
            self._rearranges,
            self._accepts,
            self._fetches,
        )
        yield from self.random.choice(whims)(user_id)

    def _phone_rings(self, ring: RingUser) -> Iterator[Later]:
        fate = self.random.random()
        if fate < 0.85:
            yield self.random.uniform(1, 14), events.Answer(ring.leg_id, self.random.choice(ring.terminals))
        elif fate < 0.93:
            yield self.random.uniform(1, 10), events.Reject(ring.leg_id)

    def _far_phone_rings(self, dial: CallNumber) -> Iterator[Later]:
        fate = self.random.random()
        if fate < 0.7:
            yield self.random.uniform(2, 25), events.FarAnswered(dial.leg_id)
        elif fate < 0.9:
            cause = self.random.choice(("busy", "no_answer", "failed"))
            yield self.random.uniform(0.2, 20), events.FarRefused(dial.leg_id, cause)

    def _talk(self, bridge: Bridge) -> Iterator[Later]:
        """A conversation always has an end; on the way somebody may hold, transfer or ask another."""
        plan = self.plans.get(bridge.call_id)
        length_s = plan.talk_s if plan else self.random.expovariate(1 / AGENT_TALK_MEAN_S)
        first_ends = plan.ends_first if plan else self._chance(0.5)
        yield length_s, events.PartyLeft(bridge.leg_a if first_ends else bridge.leg_b)
        if bridge.record:
            recording_id = f"recording-{next(self.numbers)}"
            yield length_s / 2, events.RecordingStored(bridge.call_id, recording_id, bridge.leg_b)
        moment_s, leg_id = self.random.uniform(0, length_s), self.random.choice((bridge.leg_a, bridge.leg_b))
        fate = self.random.random()
        if fate < 0.12:
            yield moment_s, events.Hold(leg_id)
            yield moment_s + self.random.uniform(5, 60), events.Resume(leg_id)
        elif fate < 0.2:
            yield moment_s, events.BlindTransfer(leg_id, self._target())
        elif fate < 0.3:
            yield moment_s, events.Consult(leg_id, self._target())
            ends = self.random.choice((events.CompleteConsult, events.CancelConsult, events.PartyLeft))
            yield moment_s + self.random.uniform(2, 60), ends(leg_id)

    def _endpoint_asked(self, question: AskRouting) -> Iterator[Later]:
        fate = self.random.random()
        answer = None if fate < 0.5 else self._routing_answer()
        if fate < 0.9:
            yield self.random.choice((0.05, 0.4, 2.0, 4.9, 5.0, 6.0)), events.RoutingAnswered(question.call_id, answer)

    def _routing_answer(self) -> RoutingAnswer:
        users = list(self.platform.configuration.users)
        return RoutingAnswer(
            initial_target=self.random.choice((None, None, None, DISCONNECT, self._target())),
            fail_target=self.random.choice((None, self._target())),
            preferred=tuple(self.random.sample(users, 3)) if self._chance(0.4) else (),
            required=self.random.choice(users) if self._chance(0.1) else None,
            priority=self.random.choice((None, 0, 5)),
            extra_priority=self.random.choice((0, 1)),
        )

    def _impatient(self, call_id: str) -> AgentStep:
        def gives_up() -> Event | None:
            live = self.platform.live_call(call_id)
            waits = live is not None and live.stage is not CallState.CONNECTED
            return events.PartyLeft(f"{call_id}:1") if waits else None

        return gives_up

    def _pause(self, user_id: str) -> Iterator[Later]:
        yield 0.0, self._absence(user_id, AvailabilityClass.DND, self.random.uniform(60, 1_800))

    def _lunch(self, user_id: str) -> Iterator[Later]:
        yield 0.0, self._absence(user_id, AvailabilityClass.OFF_WORK, 1_800)

    def _terminal_lost(self, user_id: str) -> Iterator[Later]:
        yield 0.0, events.TerminalChanged(user_id, Terminal.WEB, online=False)
        yield self.random.uniform(1, 300), events.TerminalChanged(user_id, Terminal.WEB, online=True)

    def _dials(self, user_id: str) -> Iterator[Later]:
        call_id = f"out-{next(self.numbers)}"
        own = self.random.choice(list(self.platform.configuration.numbers))
        to = own if self._chance(0.4) else self._outside()
        yield 0.0, events.DialOut(call_id, user_id, to)
        yield self.random.uniform(10, 90), self._impatient(call_id)

    def _ready(self, user_id: str) -> Iterator[Later]:
        yield 0.0, events.EndWrapUp(user_id)

    def _rearranges(self, user_id: str) -> Iterator[Later]:
        pool_id = self.random.choice(list(self.platform.configuration.pools))
        yield 0.0, events.SetMember(pool_id, Member(user_id, self.random.randint(1, 5), active=self._chance(0.8)))
        yield self.random.uniform(600, 7_200), events.RemoveMember(pool_id, user_id)

    def _accepts(self, user_id: str) -> Iterator[Later]:
        yield 0.0, events.SetAccepting(user_id, accepting=False)
        yield self.random.uniform(30, 1_200), events.SetAccepting(user_id, accepting=True)

    def _fetches(self, user_id: str) -> Iterator[Later]:
        calls = [call.call_id for call in self.platform.live_calls() if call.stage is CallState.QUEUED]
        if calls:
            yield 0.0, events.FetchCall(user_id, self.random.choice(calls))

    def _absence(self, user_id: str, kind: AvailabilityClass, length_s: float) -> AgentStep:
        event_id = f"absence-{next(self.numbers)}"
        ends_at = self.platform.world.now + timedelta(seconds=length_s)
        return events.SetAvailability(user_id, event_id, kind, ends_at=ends_at)

    def _target(self) -> Target:
        configuration = self.platform.configuration
        return self.random.choice(
            (
                Target(TargetKind.POOL, self.random.choice(list(configuration.pools))),
                Target(TargetKind.USER, self.random.choice(list(configuration.users))),
                Target(TargetKind.NUMBER, self.random.choice(list(configuration.numbers))),
                Target(TargetKind.NUMBER, self._outside()),
            )
        )

    def _outside(self) -> str:
        return f"+35850{self.random.randrange(OUTSIDE_NUMBERS):07d}"

    def _chance(self, share: float) -> bool:
        return self.random.random() < share
