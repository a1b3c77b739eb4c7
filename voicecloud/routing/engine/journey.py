"""The way of a call from step to step, until it has to wait for somebody or is over.

Steps follow one another in a loop, not by calls of one another, so a ring of overflows costs no depth; every ``Goto``
is a hop, and a call that has made ``MAX_HOPS`` is ended.
"""

from voicecloud.routing.effects import CallbackSource, FinishCall
from voicecloud.routing.engine import actions, pools, users
from voicecloud.routing.model import Target, TargetKind
from voicecloud.routing.state.legs import end, play, set_stage, to_routing
from voicecloud.routing.state.steps import (
    Admit,
    Announce,
    Carry,
    EnterQueue,
    Finish,
    Goto,
    Perform,
    Step,
    Unreached,
    Welcome,
)
from voicecloud.routing.state.world import Call, World
from voicecloud.vocabulary.calls import EndReason, EventKind, RejectReason, ServiceResult
from voicecloud.vocabulary.machine import CallState, LegState

MAX_HOPS = 10


def run(world: World, call: Call, step: Step | None) -> None:
    """Takes ``step`` and all that follow from it."""
    while step is not None:
        step = _taken(world, call, step)


def proceed(world: World, call: Call) -> None:
    """What the call was waiting for is over: goes on with what was to follow."""
    step, call.then = call.then, None
    to_routing(world, call)
    run(world, call, step)


def finish(world: World, call: Call, reason: EndReason) -> None:
    """Ends every leg and the call, with its one record."""
    if call.stage is CallState.VOICEMAIL:
        pools.request_callback(world, call, CallbackSource.VOICEMAIL)
    for leg in call.open_legs():
        ringing = leg.state is LegState.RINGING
        end(world, call, leg, *(("cancel", RejectReason.CALL_DISCONNECTED) if ringing else ("end", reason)))
    _leave_last_pool(world, call, reason)
    set_stage(world, call, "end")
    world.note(call, EventKind.DISCONNECTED, detail=reason)
    del world.calls[call.id]
    world.do(FinishCall(call.history(reason, world.now)))


def _leave_last_pool(world: World, call: Call, reason: EndReason) -> None:
    if call.visit is None:
        return
    stopped = reason is EndReason.PLATFORM_STOPPED
    if stopped:
        call.visit.outcome = ServiceResult.INTERRUPTED
    outcome = call.visit.outcome or ServiceResult.ABANDONED
    rules = world.pools[call.visit.pool_id].pool.callback if call.visit.pool_id in world.pools else None
    if rules and rules.on_missed and not call.visit.answered and outcome in pools.MISSED_OUTCOMES:
        pools.request_callback(world, call, CallbackSource.MISSED)
    pools.leave(world, call, ServiceResult.ABANDONED)


def _taken(world: World, call: Call, step: Step) -> Step | None:
    """Takes one step; None when the call waits or is over."""
    match step:
        case Goto():
            return _goto(world, call, step)
        case Admit():
            return pools.admit(world, call)
        case Welcome():
            return pools.welcome(world, call)
        case EnterQueue():
            return pools.enter_queue(world, call)
        case Perform():
            return actions.perform(world, call, step)
        case Carry():
            return actions.carry(world, call, step)
        case Unreached():
            return _unreached(call, step)
        case Announce():
            _announce(world, call, step)
        case Finish():
            finish(world, call, step.reason)
    return None


def _goto(world: World, call: Call, step: Goto) -> Step | None:
    call.hops += 1
    if call.hops > MAX_HOPS:
        return Finish(EndReason.LOOP)
    target = resolved(world, step.target)
    if target.kind is TargetKind.DISCONNECT:
        return Finish(EndReason.ROUTED_AWAY)
    pools.leave(world, call, ServiceResult.FORWARDED)
    if target.kind is TargetKind.POOL:
        return pools.enter(world, call, target.value)
    if target.kind is TargetKind.USER:
        return users.enter(world, call, target.value)
    users.enter_number(world, call, target.value)
    return None


def resolved(world: World, target: Target) -> Target:
    """One of our own numbers stands for the pool or user behind it."""
    return world.configuration.numbers.get(target.value, target) if target.kind is TargetKind.NUMBER else target


def _announce(world: World, call: Call, step: Announce) -> None:
    set_stage(world, call, "announce")
    call.then = step.then
    play(world, call, call.leg(call.principal), step.prompt.id, step.prompt.duration_s)
    world.after(("stage", call.id), step.prompt.duration_s)


def _unreached(call: Call, step: Unreached) -> Step:
    """A transferred caller goes back to where they came from, once; anybody else hears that it is no use."""
    target, call.fall_back = call.fall_back, None
    if target is None:
        return Finish(step.reason)
    call.returned = True
    return Goto(target)
