"""A party that rings: it answers, declines, lets it ring, or cannot be had."""

from shared.errors import Conflict
from voicecloud.routing.effects import OfferKind
from voicecloud.routing.engine import transfer
from voicecloud.routing.engine.journey import run
from voicecloud.routing.engine.pools import leave_queue, visit_of
from voicecloud.routing.engine.users import not_answered
from voicecloud.routing.state.legs import advance, answered, end, set_stage, talk, to_routing, withdraw_offers
from voicecloud.routing.state.world import Call, Leg, World
from voicecloud.vocabulary.calls import EndReason, EventKind, RejectReason, Terminal
from voicecloud.vocabulary.machine import LegState


def answer(world: World, leg_id: str, terminal: Terminal | None) -> None:
    """The ringing party picks up: a user on a terminal, an outside party on none.

    Raises Missing ``leg-unknown``, Conflict ``not-ringing``.
    """
    call, leg = world.leg(leg_id)
    if leg.state is not LegState.RINGING or (terminal is None) is not (leg.user_id is None):
        raise Conflict("not-ringing", "this call does not ring")
    answered(world, call, leg, terminal)
    if call.consult == leg_id:
        transfer.consult_answered(world, call, leg)
    else:
        _connect(world, call, leg)


def refuse(world: World, leg_id: str, event: str, reason: str) -> None:
    """The offer is over: ``event`` is ``reject``, ``time_out`` or ``fail``. Raises like ``answer``."""
    call, leg = world.leg(leg_id)
    if leg.state is not LegState.RINGING:
        raise Conflict("not-ringing", "this call does not ring")
    if call.consult == leg_id:
        transfer.consult_over(world, call, event, reason)
        return
    end(world, call, leg, event, reason)
    if leg.kind is OfferKind.POOL and call.visit:
        _offer_again(world, call, leg)
    elif not call.offers:
        to_routing(world, call)
        run(world, call, not_answered(world, leg.user_id, reason))


def reject(world: World, leg_id: str) -> None:
    """The user declines. Raises like ``answer``."""
    if world.leg(leg_id)[1].user_id is None:
        raise Conflict("not-ringing", "this call does not ring for a user")
    refuse(world, leg_id, "reject", RejectReason.USER_REJECTED)


def time_out(world: World, leg_id: str) -> None:
    _, leg = world.leg(leg_id)
    refuse(world, leg_id, "time_out", RejectReason.TIMEOUT if leg.user_id else EndReason.NO_ANSWER)


def _connect(world: World, call: Call, leg: Leg) -> None:
    call.offers.remove(leg.id)
    withdraw_offers(world, call, RejectReason.OTHER_CONNECTED)
    set_stage(world, call, "connect")
    if call.visit:
        visit_of(call).answered = True
        leave_queue(world, call)
    call.peer, call.fall_back = leg.id, None
    principal = call.leg(call.principal)
    advance(world, principal, "connect")
    talk(world, call, principal, leg, EventKind.TALK_STARTED)


def _offer_again(world: World, call: Call, leg: Leg) -> None:
    """Back to the queue for another agent; the one who let it go is spared this call for a while."""
    visit = visit_of(call)
    if leg.user_id:
        visit.refused_at[leg.user_id] = world.now
        world.after(("reoffer", call.id, leg.user_id), world.pools[visit.pool_id].pool.reoffer_after_s)
    if not call.offers:
        set_stage(world, call, "requeue")
        world.to_allocate.add(visit.pool_id)
