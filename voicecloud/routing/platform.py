"""The front door of routing: one object that is given events and answers what to do."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from voicecloud.routing import events
from voicecloud.routing.effects import Effect, PoolChanged, UserChanged
from voicecloud.routing.engine import arrivals, caller_numbers, offers, setup, smart, staff, talk, transfer
from voicecloud.routing.engine.allocation import allocate
from voicecloud.routing.engine.due import fire
from voicecloud.routing.events import Event
from voicecloud.routing.figures import PoolFigures, UserStatus, pool_figures, user_status
from voicecloud.routing.model import Configuration, Member
from voicecloud.routing.state import agents
from voicecloud.routing.state.world import World
from voicecloud.routing.views import LiveCall, live_call
from voicecloud.vocabulary.availability import AvailabilityEntry, current
from voicecloud.vocabulary.calls import CallHistory, EventKind
from voicecloud.vocabulary.machine import LegState


class Platform:
    """All calls, agents and pools of one organisation. Not thread-safe: one owner gives it everything in order."""

    def __init__(self, configuration: Configuration, now: datetime) -> None:
        self._world = World(now)
        setup.configure(self._world, configuration)
        self._collect()

    def handle(self, event: Event, now: datetime) -> list[Effect]:
        """What is to be done about ``event``, after all that was due before it.

        Raises the VoiceErrors named at each command; call ``tick`` then, for timers may have fired before the refusal.
        """
        self._advance(now)
        _HANDLERS[type(event)](self._world, event)
        return self._collect()

    def tick(self, now: datetime) -> list[Effect]:
        """What is to be done because time has passed."""
        self._advance(now)
        return self._collect()

    def next_due(self) -> datetime | None:
        """When ``tick`` should be called next, None: not before the next event."""
        return self._world.timers.next_due()

    def check_caller_number(self, user_id: str, number: str) -> None:
        """Raises Missing ``user-unknown``, InvalidInput ``caller-number-not-allowed``."""
        caller_numbers.check(self._world, self._world.agent(user_id), number)

    @property
    def world(self) -> World:
        """The whole state, to look at only: for invariants and tests."""
        return self._world

    @property
    def configuration(self) -> Configuration:
        return self._world.configuration

    @property
    def draining(self) -> bool:
        return self._world.draining

    @property
    def call_count(self) -> int:
        return len(self._world.calls)

    def live_calls(self) -> list[LiveCall]:
        return [live_call(call) for call in self._world.calls.values()]

    def live_call(self, call_id: str) -> LiveCall | None:
        call = self._world.calls.get(call_id)
        return live_call(call) if call else None

    def calls_of(self, user_id: str) -> list[LiveCall]:
        """The calls this user has a leg in, ringing ones too. Raises Missing ``user-unknown``."""
        call_ids = dict.fromkeys(leg.call_id for leg in self._world.agent(user_id).legs.values())
        return [live_call(self._world.calls[call_id]) for call_id in call_ids]

    def history(self, call_id: str) -> CallHistory | None:
        """What has happened so far to a call in progress."""
        call = self._world.calls.get(call_id)
        return call.history() if call else None

    def pool_figures(self, pool_id: str, now: datetime) -> PoolFigures:
        """Raises Missing ``pool-unknown``."""
        return pool_figures(self._world, self._world.pool(pool_id), now)

    def members(self, pool_id: str) -> tuple[Member, ...]:
        """Raises Missing ``pool-unknown``."""
        return tuple(self._world.pool(pool_id).members.values())

    def user_status(self, user_id: str) -> UserStatus:
        """Raises Missing ``user-unknown``."""
        return user_status(self._world.agent(user_id))

    def availability(self, user_id: str, now: datetime) -> AvailabilityEntry | None:
        """The availability event that holds, None for plain Available. Raises Missing ``user-unknown``."""
        return current(self._world.agent(user_id).availability, now)

    def _advance(self, now: datetime) -> None:
        """Fires what is due, each timer at its own moment."""
        world = self._world
        while due := world.timers.pop(now):
            world.now = max(world.now, due[0])
            fire(world, due[1])
            allocate(world)
        world.now = max(world.now, now)

    def _collect(self) -> list[Effect]:
        world = self._world
        allocate(world)
        changes: list[Effect] = [UserChanged(user_id) for user_id in sorted(world.changed_users)]
        changes += [PoolChanged(pool_id) for pool_id in sorted(world.changed_pools)]
        effects = world.effects + changes
        world.effects = []
        world.changed_users.clear()
        world.changed_pools.clear()
        return effects


def _far_answered(world: World, event: events.FarAnswered) -> None:
    if _far_rings(world, event.leg_id):
        offers.answer(world, event.leg_id, None)


def _far_refused(world: World, event: events.FarRefused) -> None:
    if _far_rings(world, event.leg_id):
        offers.refuse(world, event.leg_id, "fail", event.cause)


def _party_left(world: World, event: events.PartyLeft) -> None:
    if world.find_leg(event.leg_id):
        talk.party_left(world, event.leg_id)


def _end_call(world: World, event: events.EndCall) -> None:
    if world.find_leg(event.leg_id):
        talk.end_call(world, event.leg_id)


def _key_pressed(world: World, event: events.KeyPressed) -> None:
    if world.find_leg(event.leg_id):
        talk.key_pressed(world, event.leg_id, event.key)


def _recording_stored(world: World, event: events.RecordingStored) -> None:
    call = world.calls.get(event.call_id)
    if call:
        leg = call.legs.get(event.leg_id) if event.leg_id else None
        world.note(call, EventKind.RECORDED, leg, detail=event.recording_id)


def _drain(world: World, _: events.Drain) -> None:
    world.draining = True


def _far_rings(world: World, leg_id: str) -> bool:
    leg = world.find_leg(leg_id)
    return leg is not None and leg.state is LegState.RINGING and leg.user_id is None


_HANDLERS: Mapping[type, Callable[[World, Any], None]] = {
    events.CallArrived: arrivals.arrived,
    events.DialOut: arrivals.dialled,
    events.FetchCall: lambda world, event: arrivals.fetched(world, event.user_id, event.call_id),
    events.Answer: lambda world, event: offers.answer(world, event.leg_id, event.terminal),
    events.Reject: lambda world, event: offers.reject(world, event.leg_id),
    events.FarAnswered: _far_answered,
    events.FarRefused: _far_refused,
    events.PartyLeft: _party_left,
    events.EndCall: _end_call,
    events.KeyPressed: _key_pressed,
    events.Hold: lambda world, event: talk.hold(world, event.leg_id),
    events.Resume: lambda world, event: talk.resume(world, event.leg_id),
    events.BlindTransfer: lambda world, event: transfer.blind(world, event.leg_id, event.target),
    events.Consult: lambda world, event: transfer.consult(world, event.leg_id, event.target),
    events.CompleteConsult: lambda world, event: transfer.complete(world, event.leg_id),
    events.CancelConsult: lambda world, event: transfer.cancel(world, event.leg_id),
    events.RoutingAnswered: smart.answered,
    events.RecordingStored: _recording_stored,
    events.SetAvailability: staff.set_availability,
    events.EndAvailability: staff.end_availability,
    events.SetAccepting: staff.set_accepting,
    events.TerminalChanged: staff.terminal_changed,
    events.SetMember: staff.set_member,
    events.RemoveMember: staff.remove_member,
    events.SetCallerNumber: staff.set_caller_number,
    events.EndWrapUp: lambda world, event: agents.ready(world, world.agent(event.user_id)),
    events.Configure: lambda world, event: setup.configure(world, event.configuration),
    events.Drain: _drain,
    events.CallLost: lambda world, event: setup.lost(world, event.call_id),
    events.Stop: lambda world, _: setup.stop(world),
}
