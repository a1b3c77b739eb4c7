"""What a pool does with a caller it does not queue: transfer, callback offer, voicemail, disconnect."""

from voicecloud.routing.effects import RecordVoicemail
from voicecloud.routing.engine.pools import visit_of, visited
from voicecloud.routing.model import DISCONNECT, ActionKind
from voicecloud.routing.state.legs import play, set_stage
from voicecloud.routing.state.steps import Announce, Carry, EnterQueue, Finish, Goto, Perform, Step
from voicecloud.routing.state.world import Call, World
from voicecloud.vocabulary.calls import EventKind, ServiceResult


def perform(world: World, call: Call, step: Perform) -> Step:
    """Sets how the visit is recorded, and plays the action's prompt first."""
    visit_of(call).outcome = step.outcome
    return Announce(step.action.prompt, Carry(step)) if step.action.prompt else Carry(step)


def carry(world: World, call: Call, step: Carry) -> Step | None:
    action = step.perform.action
    if action.kind is ActionKind.TRANSFER:
        return Goto(action.target or DISCONNECT)
    if action.kind is ActionKind.CALLBACK:
        return _offer_callback(world, call, step.perform)
    if action.kind is ActionKind.VOICEMAIL:
        _take_voicemail(world, call)
        return None
    return Finish(step.perform.reason)


def _offer_callback(world: World, call: Call, step: Perform) -> Step | None:
    rules = visited(world, call).pool.callback
    declined = _instead_of_callback(step)
    if rules is None or call.a_number is None or call.callback_requested:
        return declined
    set_stage(world, call, "offer_callback")
    call.then = declined
    play(world, call, call.leg(call.principal), rules.prompt.id, rules.prompt.duration_s)
    world.after(("stage", call.id), rules.prompt.duration_s + rules.answer_s)
    return None


def _instead_of_callback(step: Perform) -> Step:
    """What follows an offer that the caller does not take, or cannot be made."""
    if step.action.otherwise:
        return Perform(step.action.otherwise, step.outcome, step.reason, step.or_queue)
    return EnterQueue() if step.or_queue else Finish(step.reason)


def _take_voicemail(world: World, call: Call) -> None:
    pool = visited(world, call).pool
    visit_of(call).outcome = ServiceResult.VOICEMAIL
    set_stage(world, call, "record")
    world.note(call, EventKind.VOICEMAIL_STARTED, call.leg(call.principal), pool_id=pool.id)
    world.do(RecordVoicemail(call.id, call.principal, pool.voicemail_max_s))
    world.after(("stage", call.id), pool.voicemail_max_s)
