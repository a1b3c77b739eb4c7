"""The platform's state: calls with their legs, agents, pools, and what is to be done about them.

Only this package writes it. ``World.now`` is the moment of the event being handled; ``World.effects`` collects what it
leads to.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.errors import Missing
from voicecloud.routing.effects import Effect, Note, OfferKind
from voicecloud.routing.events import RoutingAnswer
from voicecloud.routing.model import Configuration, Member, Pool, Subscriber, Target
from voicecloud.routing.state.steps import Step
from voicecloud.routing.state.timers import CallTimers
from voicecloud.vocabulary.availability import AvailabilityClass, AvailabilityEntry
from voicecloud.vocabulary.calls import CallEvent, CallHistory, Direction, EndReason, EventKind, ServiceResult, Terminal
from voicecloud.vocabulary.machine import CallState, LegState, WorkState


@dataclass(slots=True)
class Leg:
    """One party's connection. ``user_id`` is None for an outside party, ``number`` None for a user or withheld."""

    id: str
    call_id: str
    state: LegState
    since: datetime
    user_id: str | None = None
    number: str | None = None
    pool_id: str | None = None
    kind: OfferKind | None = None
    terminal: Terminal | None = None
    answered: bool = False

    @property
    def open(self) -> bool:
        return self.state is not LegState.ENDED


@dataclass(slots=True)
class Visit:
    """A caller's stay with a pool. ``outcome`` is how it will be recorded unless somebody answers."""

    pool_id: str
    entered_at: datetime
    queued_at: datetime | None = None
    answered: bool = False
    outcome: ServiceResult | None = None
    asked_about_agents: bool = False
    offers: dict[str, int] = field(default_factory=dict)
    refused_at: dict[str, datetime] = field(default_factory=dict)


@dataclass(slots=True)
class Call:
    """``principal`` is the leg being routed, ``peer`` whom it has, ``consult`` a third party, ``offers`` who rings."""

    id: str
    direction: Direction
    a_number: str | None
    b_number: str
    arrived_at: datetime
    stage: CallState = CallState.ROUTING
    legs: dict[str, Leg] = field(default_factory=dict)
    principal: str = ""
    peer: str | None = None
    consult: str | None = None
    offers: list[str] = field(default_factory=list)
    visit: Visit | None = None
    then: Step | None = None
    answer: RoutingAnswer | None = None
    asked: set[str] = field(default_factory=set)
    hops: int = 0
    fall_back: Target | None = None
    returned: bool = False
    callback_requested: bool = False
    events: list[CallEvent] = field(default_factory=list)

    def leg(self, leg_id: str) -> Leg:
        return self.legs[leg_id]

    def open_legs(self) -> list[Leg]:
        return [leg for leg in self.legs.values() if leg.open]

    def other_than(self, leg: Leg) -> Leg | None:
        """Whom this leg has the call with: the peer of the principal and the other way round."""
        if leg.id == self.principal:
            return self.legs[self.peer] if self.peer else None
        return self.legs[self.principal] if leg.id == self.peer else None

    def history(self, reason: EndReason | None = None, ended_at: datetime | None = None) -> CallHistory:
        return CallHistory(
            self.id,
            self.direction,
            self.a_number,
            self.b_number,
            self.arrived_at,
            tuple(self.events),
            ended_at,
            reason,
        )


@dataclass(slots=True)
class WorkingAgent:
    """A user at work. ``kind`` is the availability now; ``legs`` are the user's open legs, ringing ones too.

    ``simulated``: those of the terminals that a guest plays.
    ``gone``: no longer configured, kept for the calls that still go on.
    """

    user: Subscriber
    free_since: datetime
    talking_changed: datetime
    state: WorkState = WorkState.FREE
    availability: tuple[AvailabilityEntry, ...] = ()
    kind: AvailabilityClass = AvailabilityClass.AVAILABLE
    accepting: bool = True
    terminals: set[Terminal] = field(default_factory=set)
    simulated: set[Terminal] = field(default_factory=set)
    legs: dict[str, Leg] = field(default_factory=dict)
    wrap_up_start: datetime | None = None
    wrap_up_end: datetime | None = None
    next_caller_number: str | None = None
    gone: bool = False

    @property
    def has_terminal(self) -> bool:
        return not (self.gone or self.terminals.isdisjoint(self.user.ring_order))

    @property
    def is_real(self) -> bool:
        """A person has one of the telephones that can ring."""
        return not (self.terminals - self.simulated).isdisjoint(self.user.ring_order)

    @property
    def reachable(self) -> bool:
        """May be rung at all: has no call, no wrap-up, and a terminal that rings."""
        return self.state is WorkState.FREE and self.has_terminal

    @property
    def serves(self) -> bool:
        """Accepts service calls, is available and has a phone that can ring, whether in a call or not."""
        return self.accepting and self.kind is AvailabilityClass.AVAILABLE and self.has_terminal

    @property
    def allocatable(self) -> bool:
        """May be given a pool's call now."""
        return self.serves and not self.user.fetch_mode and self.reachable


@dataclass(slots=True)
class PoolState:
    """A pool at work. ``waiting`` is its queue, in order of entry; ``talking`` the legs that have its calls.

    ``gone``: no longer configured, kept for the callers it still has.
    """

    pool: Pool
    members: dict[str, Member]
    waiting: dict[str, Call] = field(default_factory=dict)
    talking: set[str] = field(default_factory=set)
    last_offered: str | None = None
    gone: bool = False


@dataclass(slots=True)
class World:
    now: datetime
    configuration: Configuration = field(default_factory=Configuration)
    agents: dict[str, WorkingAgent] = field(default_factory=dict)
    pools: dict[str, PoolState] = field(default_factory=dict)
    pools_of: dict[str, set[str]] = field(default_factory=dict)
    calls: dict[str, Call] = field(default_factory=dict)
    timers: CallTimers = field(default_factory=CallTimers)
    effects: list[Effect] = field(default_factory=list)
    to_allocate: set[str] = field(default_factory=set)
    changed_users: set[str] = field(default_factory=set)
    changed_pools: set[str] = field(default_factory=set)
    draining: bool = False

    def do(self, effect: Effect) -> None:
        self.effects.append(effect)

    def note(
        self,
        call: Call,
        kind: EventKind,
        leg: Leg | None = None,
        *,
        pool_id: str | None = None,
        number: str | None = None,
        detail: str | None = None,
    ) -> None:
        """Adds to the call's history; what is known of the leg is filled in."""
        event = CallEvent(
            call_id=call.id,
            sequence=len(call.events) + 1,
            at=self.now,
            kind=kind,
            leg_id=leg.id if leg else None,
            user_id=leg.user_id if leg else None,
            pool_id=pool_id or (leg.pool_id if leg else None),
            number=number or (leg.number if leg else None),
            terminal=leg.terminal if leg else None,
            detail=detail,
        )
        call.events.append(event)
        self.do(Note(event))

    def find_leg(self, leg_id: str) -> Leg | None:
        """The leg of this id while it lasts."""
        call = self.calls.get(leg_id.rpartition(":")[0])
        leg = call.legs.get(leg_id) if call else None
        return leg if leg and leg.open else None

    def leg(self, leg_id: str) -> tuple[Call, Leg]:
        """The call and leg of this id. Raises Missing ``leg-unknown`` when it is over or never was."""
        leg = self.find_leg(leg_id)
        if leg is None:
            raise Missing("leg-unknown", "this call leg does not exist any more")
        return self.calls[leg.call_id], leg

    def agent(self, user_id: str) -> WorkingAgent:
        """Raises Missing ``user-unknown``."""
        agent = self.agents.get(user_id)
        if agent is None:
            raise Missing("user-unknown", "no such user")
        return agent

    def pool(self, pool_id: str) -> PoolState:
        """Raises Missing ``pool-unknown``."""
        pool = self.pools.get(pool_id)
        if pool is None:
            raise Missing("pool-unknown", "no such pool")
        return pool

    def after(self, key: tuple[str, ...], seconds: float) -> None:
        """Sets a timer from now."""
        self.timers.set(key, self.now + timedelta(seconds=seconds))

    def pools_changed(self, pool_ids: Iterable[str]) -> None:
        """Figures of these pools may have changed, and their queues have to be checked."""
        self.changed_pools.update(pool_ids)
        self.to_allocate.update(pool_ids)
