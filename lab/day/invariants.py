"""What must be true after every event, whatever happened: checked by the simulation and the random tests.

``Witness`` keeps books of its own from events and effects alone and compares them with what the platform does; a broken
rule raises AssertionError with its name.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from voicecloud.records.model import CallRecord
from voicecloud.records.rules import record
from voicecloud.routing.effects import (
    Bridge,
    CallNumber,
    Effect,
    EndLeg,
    FinishCall,
    Note,
    RingUser,
    Unbridge,
)
from voicecloud.routing.engine.allocation import free_members
from voicecloud.routing.engine.unserved import left_alone
from voicecloud.routing.events import CallArrived, DialOut, EndAvailability, EndWrapUp, Event, SetAvailability
from voicecloud.routing.figures import pool_figures
from voicecloud.routing.model import Selection
from voicecloud.routing.platform import Platform
from voicecloud.routing.state.world import Call, PoolState, World
from voicecloud.vocabulary.availability import AvailabilityClass
from voicecloud.vocabulary.calls import CallHistory, EventKind
from voicecloud.vocabulary.machine import CallState, LegState, WorkState

ROUNDING_S = 1e-3
TIMED_STAGES = {CallState.ASKING, CallState.ANNOUNCING, CallState.OFFERING_CALLBACK, CallState.VOICEMAIL}
BRIDGEABLE = {LegState.CONNECTED, LegState.CONSULTING}


def require(truth: bool, rule: str, subject: str = "") -> None:
    if not truth:
        raise AssertionError(f"{rule}: {subject}")


@dataclass(slots=True)
class Witness:
    platform: Platform
    begun: set[str] = field(default_factory=set)
    finished: set[str] = field(default_factory=set)
    legs_of_user: dict[str, set[str]] = field(default_factory=dict)
    user_of_leg: dict[str, str] = field(default_factory=dict)
    ringing: dict[str, dict[str, RingUser]] = field(default_factory=dict)
    bridged: dict[str, str] = field(default_factory=dict)
    wrap_up_until: dict[str, datetime] = field(default_factory=dict)
    answered_pool: dict[str, str] = field(default_factory=dict)
    absences: dict[str, list[SetAvailability]] = field(default_factory=dict)
    seen: int = 0

    def told(self, event: Event | None, effects: list[Effect], now: datetime) -> list[CallRecord]:
        """Checks what came of ``event`` (None: of time passing); gives the records of the calls it ended."""
        if isinstance(event, DialOut):
            self._dialled(event)
        elif isinstance(event, CallArrived):
            self.begun.add(event.call_id)
        elif isinstance(event, EndWrapUp):
            self.wrap_up_until.pop(event.user_id, None)
        elif isinstance(event, SetAvailability | EndAvailability):
            self._availability_told(event)
        for effect in effects:
            self._done(effect)
        self.seen += 1
        for call_id in {effect.event.call_id for effect in effects if isinstance(effect, Note)}:
            self._at_rest(call_id)
        if self.seen % 64 == 0:
            check_world(self.platform.world, now)
        return [checked_record(effect.history) for effect in effects if isinstance(effect, FinishCall)]

    def over(self) -> None:
        """Every call that began has ended once, and nothing is left behind."""
        require(self.begun == self.finished, "a call was lost", str(len(self.begun - self.finished)))
        require(self.platform.call_count == 0, "a finished call is still there")
        require(not any(self.legs_of_user.values()), "a user keeps a leg of a finished call")
        require(not self.bridged, "a bridge outlives its call")

    def _dialled(self, event: DialOut) -> None:
        self.begun.add(event.call_id)
        self.wrap_up_until.pop(event.user_id, None)
        self._has(event.user_id, f"{event.call_id}:1")

    def _availability_told(self, event: SetAvailability | EndAvailability) -> None:
        others = [each for each in self.absences.get(event.user_id, []) if each.event_id != event.event_id]
        if isinstance(event, EndAvailability):
            self.absences[event.user_id] = others
        else:
            self.absences[event.user_id] = [*others, event] if event.ends_at else [event]

    def _available(self, user_id: str, now: datetime) -> bool:
        """By the last of the user's events that has not ended; for events that start when they are given."""
        holding = [each for each in self.absences.get(user_id, ()) if each.ends_at is None or each.ends_at > now]
        return not holding or holding[-1].kind is AvailabilityClass.AVAILABLE

    def _has(self, user_id: str, leg_id: str) -> None:
        self.legs_of_user.setdefault(user_id, set()).add(leg_id)
        self.user_of_leg[leg_id] = user_id

    def _done(self, effect: Effect) -> None:
        match effect:
            case RingUser():
                self._rung(effect)
            case CallNumber() | Bridge() | Unbridge():
                require(effect.call_id not in self.finished, "work for a finished call", effect.call_id)
                self._connected(effect)
            case EndLeg():
                self.ringing.get(effect.call_id, {}).pop(effect.leg_id, None)
                self._unbridge(effect.leg_id)
            case Note():
                self._noted(effect)
            case FinishCall():
                self._ended(effect.history.call_id)

    def _rung(self, effect: RingUser) -> None:
        user_id, world = effect.user_id, self.platform.world
        require(effect.call_id not in self.finished, "a finished call rings", effect.call_id)
        require(not self.legs_of_user.get(user_id), "a user with a call is offered another", user_id)
        require(
            user_id not in self.wrap_up_until or self.wrap_up_until[user_id] <= world.now, "rings in wrap-up", user_id
        )
        require(self._available(user_id, world.now), "a user on DND or off work is rung", user_id)
        require(bool(effect.terminals), "nothing rings", user_id)
        self._has(user_id, effect.leg_id)
        others = self.ringing.setdefault(effect.call_id, {})
        others[effect.leg_id] = effect
        state = world.pools.get(effect.pool_id) if effect.pool_id else None
        all_at_once = state is not None and state.pool.selection is Selection.RING_ALL
        require(len(others) == 1 or all_at_once, "two phones ring for one call", effect.call_id)

    def _connected(self, effect: CallNumber | Bridge | Unbridge) -> None:
        if isinstance(effect, Bridge):
            for leg_id, other_id in ((effect.leg_a, effect.leg_b), (effect.leg_b, effect.leg_a)):
                require(leg_id not in self.bridged, "a leg is bridged twice", leg_id)
                self.bridged[leg_id] = other_id
        elif isinstance(effect, Unbridge):
            require(self.bridged.get(effect.leg_a) == effect.leg_b, "an unbridge without bridge", effect.leg_a)
            self._unbridge(effect.leg_a)

    def _unbridge(self, leg_id: str) -> None:
        other_id = self.bridged.pop(leg_id, None)
        if other_id:
            self.bridged.pop(other_id, None)

    def _noted(self, effect: Note) -> None:
        event = effect.event
        leg_id = event.leg_id or ""
        if event.kind is EventKind.ANSWERED:
            self.ringing.get(event.call_id, {}).pop(leg_id, None)
            if event.user_id and event.pool_id:
                self.answered_pool[leg_id] = event.pool_id
        elif event.kind in (EventKind.LEG_ENDED, EventKind.USER_REJECTED) and leg_id in self.user_of_leg:
            self._freed(self.user_of_leg.pop(leg_id), leg_id, event.at)

    def _freed(self, user_id: str, leg_id: str, at: datetime) -> None:
        self.legs_of_user[user_id].discard(leg_id)
        state = self.platform.world.pools.get(self.answered_pool.pop(leg_id, ""))
        if state and state.pool.wrap_up_s and not self.legs_of_user[user_id]:
            self.wrap_up_until[user_id] = at + timedelta(seconds=state.pool.wrap_up_s)

    def _ended(self, call_id: str) -> None:
        require(call_id in self.begun, "a call ends that never began", call_id)
        require(call_id not in self.finished, "a call ends twice", call_id)
        self.finished.add(call_id)
        self.ringing.pop(call_id, None)

    def _at_rest(self, call_id: str) -> None:
        call = self.platform.world.calls.get(call_id)
        require((call is None) is (call_id in self.finished), "a call vanished without its record", call_id)
        if call:
            check_call(self.platform.world, call)
            for leg in call.open_legs():
                bridge_wanted = leg.id not in self.bridged or leg.state in BRIDGEABLE
                require(bridge_wanted, "a leg on hold is bridged", leg.id)


def check_call(world: World, call: Call) -> None:
    """No caller is lost: whatever the stage, something will happen next."""
    require(call.stage not in (CallState.ROUTING, CallState.ENDED), "a call rests undecided", call.id)
    require((call.stage is CallState.RINGING) is bool(call.offers), "a call rings nobody", call.id)
    queued = call.visit is not None and call.id in world.pools[call.visit.pool_id].waiting
    require(queued or call.stage is not CallState.QUEUED, "a waiting call is in no queue", call.id)
    require((call.stage is CallState.CONNECTED) is (call.peer is not None), "a connected call has no peer", call.id)
    if call.stage in TIMED_STAGES:
        require(world.timers.is_set(("stage", call.id)), "a call waits for nothing", call.id)
    for leg_id in call.offers:
        require(world.timers.is_set(("ring", leg_id)), "a phone rings for ever", leg_id)


def checked_record(history: CallHistory) -> CallRecord:
    """The final record, whose figures add up."""
    places = [event.sequence for event in history.events]
    require(places == list(range(1, len(places) + 1)), "gaps in a history", history.call_id)
    require(all(a.at <= b.at for a, b in pairwise(history.events)), "a history runs backwards", history.call_id)
    row = record(history)
    parts = row.other_s + row.queue_s + row.talk_s + row.hold_s
    require(abs(parts - row.duration_s) < ROUNDING_S, "a call's times do not add up", history.call_id)
    for leg in row.user_calls:
        require(leg.ended_at is not None, "a leg never ends", leg.id)
        length = ((leg.ended_at or leg.started_at) - leg.started_at).total_seconds()
        require(abs(leg.ring_s + leg.talk_s + leg.hold_s - length) < ROUNDING_S, "a leg does not add up", leg.id)
    for visit in row.service_calls:
        require(visit.left_at is not None, "a visit never ends", visit.id)
        length = ((visit.left_at or visit.arrived_at) - visit.arrived_at).total_seconds()
        parts = visit.other_s + visit.wait_s + visit.talk_s + visit.hold_s
        require(abs(parts - length) < ROUNDING_S, "a visit does not add up", visit.id)
    return row


def check_world(world: World, now: datetime) -> None:
    """Agents, pools and calls agree with one another."""
    for agent in world.agents.values():
        talking = any(leg.state is not LegState.RINGING for leg in agent.legs.values())
        require((agent.state is WorkState.TALKING) is talking, "an agent's state is wrong", agent.user.id)
        require(all(leg.open for leg in agent.legs.values()), "an agent keeps an ended leg", agent.user.id)
        rings, available = agent.state is WorkState.RINGING, agent.kind is AvailabilityClass.AVAILABLE
        require(available or not rings, "goes on ringing a user who is not available", agent.user.id)
    for state in world.pools.values():
        _check_pool(world, state, now)


def _check_pool(world: World, state: PoolState, now: datetime) -> None:
    figures = pool_figures(world, state, now)
    require(figures.free <= figures.serving <= figures.active, "figures contradict each other", state.pool.id)
    waiting = [call for call in world.calls.values() if _waits_in(call, state.pool.id)]
    require(len(waiting) == figures.queue_length, "the queue length is wrong", state.pool.id)
    legs = [leg for call in world.calls.values() for leg in call.open_legs() if leg.pool_id == state.pool.id]
    require(sum(leg.answered for leg in legs) == figures.active_calls, "active calls are wrong", state.pool.id)
    unserved = bool(left_alone(world, state))
    require(not unserved or world.timers.is_set(("unserved", state.pool.id)), "callers wait for nobody", state.pool.id)
    if state.pool.selection is Selection.FREE_LONGEST and free_members(world, state):
        fresh = [call for call in waiting if call.stage is CallState.QUEUED and not _spared(call)]
        require(not fresh, "a caller waits while an agent is free", state.pool.id)


def _waits_in(call: Call, pool_id: str) -> bool:
    return (
        call.visit is not None and call.visit.pool_id == pool_id and call.stage in (CallState.QUEUED, CallState.RINGING)
    )


def _spared(call: Call) -> bool:
    """Some agent has let this call go before, or only a certain one may take it."""
    return bool(call.visit and call.visit.refused_at) or bool(call.answer and call.answer.required)
