"""Smart routing (J5): what the answer of an endpoint changes for a call; ``rules.answers`` reads it."""

from voicecloud.routing.engine.journey import proceed, resolved, run
from voicecloud.routing.engine.pools import visit_of
from voicecloud.routing.events import RoutingAnswered
from voicecloud.routing.model import Target, TargetKind
from voicecloud.routing.state.legs import to_routing
from voicecloud.routing.state.steps import Finish, Goto
from voicecloud.routing.state.world import Call, World
from voicecloud.vocabulary.calls import EndReason, EventKind, ServiceResult
from voicecloud.vocabulary.machine import CallState


def answered(world: World, event: RoutingAnswered) -> None:
    """The endpoint has answered in time; a late answer is ignored."""
    call = world.calls.get(event.call_id)
    if call is None or call.stage is not CallState.ASKING:
        return
    call.answer = event.answer
    target = event.answer.initial_target if event.answer else None
    if target is None or resolved(world, target) == Target(TargetKind.POOL, visit_of(call).pool_id):
        proceed(world, call)
    else:
        _send(world, call, target)


def _send(world: World, call: Call, target: Target) -> None:
    call.then = None
    to_routing(world, call)
    if target.kind is TargetKind.DISCONNECT:
        visit_of(call).outcome = ServiceResult.REJECTED
        world.note(call, EventKind.QUEUE_REJECTED, pool_id=visit_of(call).pool_id, detail=EndReason.ROUTED_AWAY)
        run(world, call, Finish(EndReason.ROUTED_AWAY))
    else:
        run(world, call, Goto(target))
