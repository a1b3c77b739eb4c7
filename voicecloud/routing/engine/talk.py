"""What parties do within a call: hold, resume, press keys, hang up."""

from shared.errors import Conflict
from voicecloud.routing.engine import offers, transfer
from voicecloud.routing.engine.journey import finish, proceed, run
from voicecloud.routing.engine.pools import confirm_callback, leave_queue
from voicecloud.routing.state.legs import HOLD_MUSIC, advance, play, separate, talk, to_routing, withdraw_offers
from voicecloud.routing.state.world import Call, Leg, World
from voicecloud.vocabulary.calls import Direction, EndReason, EventKind, RejectReason
from voicecloud.vocabulary.machine import CallState, LegState


def hold(world: World, leg_id: str) -> None:
    """Raises Missing, Conflict when the two are not talking."""
    call, leg, other = transfer.pair(world, leg_id)
    if other.state is not LegState.CONNECTED:
        raise Conflict("not-in-this-state", f"the other party is {other.state} and cannot be put on hold")
    advance(world, leg, "hold")
    advance(world, other, "park")
    separate(world, call, other, leg)
    world.note(call, EventKind.USER_PARKED, leg)
    play(world, call, other, HOLD_MUSIC)
    _status_changed(world, leg)


def resume(world: World, leg_id: str) -> None:
    """Raises Missing, Conflict when this leg holds nobody, or its user talks in another call."""
    call, leg, other = transfer.pair(world, leg_id)
    transfer.check_talks_nowhere_else(world, leg)
    advance(world, leg, "resume")
    advance(world, other, "unpark")
    world.note(call, EventKind.USER_RESUMED, leg)
    talk(world, call, other, leg)
    _status_changed(world, leg)


def key_pressed(world: World, leg_id: str, key: str) -> None:
    """A caller takes or declines a callback; keys mean nothing anywhere else."""
    call, leg = world.leg(leg_id)
    rules = world.pools[call.visit.pool_id].pool.callback if call.visit and call.visit.pool_id in world.pools else None
    if rules is None or leg.id != call.principal:
        return
    if call.stage is CallState.OFFERING_CALLBACK:
        if key != rules.key:
            proceed(world, call)
            return
        call.then = None
        to_routing(world, call)
        run(world, call, confirm_callback(world, call))
    elif (
        call.stage in (CallState.QUEUED, CallState.RINGING)
        and rules.while_queued
        and key == rules.key
        and call.a_number
    ):
        withdraw_offers(world, call, RejectReason.CALL_DISCONNECTED)
        leave_queue(world, call)
        to_routing(world, call)
        run(world, call, confirm_callback(world, call))


def party_left(world: World, leg_id: str) -> None:
    """Somebody has hung up."""
    call, leg = world.leg(leg_id)
    other = call.other_than(leg)
    if leg.state is LegState.RINGING:
        if leg.user_id:
            offers.reject(world, leg_id)
        else:
            offers.refuse(world, leg_id, "fail", EndReason.FAILED)
    elif leg.state is LegState.CONSULTING:
        transfer.complete(world, leg_id)
    elif leg.id == call.consult:
        transfer.consult_over(world, call, "end", EndReason.FAR_LEFT)
    elif other is not None and other.state is LegState.CONSULTING:
        transfer.parked_left(world, call, leg)
    else:
        finish(world, call, _reason(call, leg))


def end_call(world: World, leg_id: str) -> None:
    """A user ends the call on purpose: in a consultation too that is the end, and hands nobody over."""
    call, leg = world.leg(leg_id)
    if leg.state is LegState.CONSULTING:
        finish(world, call, EndReason.AGENT_LEFT)
    else:
        party_left(world, leg_id)


def _reason(call: Call, leg: Leg) -> EndReason:
    if call.stage is CallState.VOICEMAIL:
        return EndReason.VOICEMAIL
    if call.callback_requested:
        return EndReason.CALLBACK
    if call.stage is not CallState.CONNECTED and call.direction is not Direction.OUTBOUND:
        return EndReason.ABANDONED if call.visit else EndReason.CALLER_LEFT
    if leg.user_id:
        return EndReason.AGENT_LEFT
    return EndReason.CALLER_LEFT if leg.number == call.a_number else EndReason.FAR_LEFT


def _status_changed(world: World, leg: Leg) -> None:
    if leg.user_id:
        world.changed_users.add(leg.user_id)
