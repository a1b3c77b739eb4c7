"""How calls begin: from outside, dialled by a user, or taken out of a queue by hand."""

from shared.errors import Conflict, InvalidInput
from voicecloud.routing.engine import caller_numbers
from voicecloud.routing.engine.allocation import offer
from voicecloud.routing.engine.journey import finish, resolved, run
from voicecloud.routing.events import CallArrived, DialOut
from voicecloud.routing.model import Target, TargetKind
from voicecloud.routing.state import agents
from voicecloud.routing.state.legs import new_leg
from voicecloud.routing.state.steps import Goto
from voicecloud.routing.state.world import Call, WorkingAgent, World
from voicecloud.vocabulary.availability import AvailabilityClass
from voicecloud.vocabulary.calls import Direction, EndReason, EventKind
from voicecloud.vocabulary.machine import CallState, LegState, WorkState

LONGEST_NUMBER = 64
"""No number is as long (E.164 has 15 digits), but what a network delivers as one may be anything."""


def arrived(world: World, event: CallArrived) -> None:
    """A call from outside. Reported twice, a call is let in once; numbers longer than any are cut."""
    if event.call_id in world.calls:
        return
    a_number = event.a_number[:LONGEST_NUMBER] if event.a_number else None
    call = Call(event.call_id, Direction.INBOUND, a_number, event.b_number[:LONGEST_NUMBER], world.now)
    _begin(world, call, None, a_number)
    target = world.configuration.numbers.get(event.b_number)
    if world.draining:
        finish(world, call, EndReason.DRAINING)
    elif target is None:
        finish(world, call, EndReason.UNKNOWN_NUMBER)
    else:
        run(world, call, Goto(target))


def dialled(world: World, event: DialOut) -> None:
    """A user calls.

    Raises Missing ``user-unknown``; Conflict ``draining``, ``call-exists``, ``user-busy``; InvalidInput ``no-number``,
    ``caller-number-not-allowed``.
    """
    agent = world.agent(event.user_id)
    if world.draining:
        raise Conflict("draining", "the platform takes no new calls")
    if event.call_id in world.calls:
        raise Conflict("call-exists", "a call has this id already")
    if not event.to or len(event.to) > LONGEST_NUMBER:
        raise InvalidInput("no-number", f"a number to call has 1 to {LONGEST_NUMBER} characters")
    _check_free_to_dial(agent)
    shown = caller_numbers.shown(world, agent, event.caller_number)
    target = resolved(world, Target(TargetKind.NUMBER, event.to))
    internal = target.kind is not TargetKind.NUMBER
    direction = Direction.INTERNAL if internal else Direction.OUTBOUND
    call = Call(event.call_id, direction, shown, event.to, world.now)
    _begin(world, call, agent, None, event)
    run(world, call, Goto(target))


def fetched(world: World, user_id: str, call_id: str) -> None:
    """A member takes a waiting call. Raises Missing, Conflict ``not-waiting``, ``user-busy``."""
    agent = world.agent(user_id)
    call = world.calls.get(call_id)
    if call is None or call.visit is None or call.stage is not CallState.QUEUED:
        raise Conflict("not-waiting", "this call does not wait in a queue")
    state = world.pool(call.visit.pool_id)
    if user_id not in state.members:
        raise Conflict("not-a-member", "only a member can take a call from this pool")
    if not agent.reachable or agent.kind is not AvailabilityClass.AVAILABLE:
        raise Conflict("user-busy", "the user cannot take a call now")
    offer(world, call, state, [agent])


def _begin(
    world: World, call: Call, agent: WorkingAgent | None, number: str | None, event: DialOut | None = None
) -> None:
    """The call exists from here on, with the leg of the one who calls."""
    world.calls[call.id] = call
    leg = new_leg(world, call, LegState.WAITING, agent.user.id if agent else None, number)
    call.principal = leg.id
    if agent and event:
        leg.terminal = event.terminal
        agents.dialled(world, agent, leg)
    world.note(call, EventKind.ARRIVED, leg, detail=call.b_number)


def _check_free_to_dial(agent: WorkingAgent) -> None:
    ringing = agent.state is WorkState.RINGING
    if ringing or any(leg.state is not LegState.HELD for leg in agent.legs.values()):
        raise Conflict("user-busy", "the user has another call that is not on hold")
