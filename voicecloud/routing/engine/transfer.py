"""Blind and consulted transfers (C3). No caller is lost: who hangs up while consulting has transferred."""

from shared.errors import Conflict
from voicecloud.routing.effects import OfferKind
from voicecloud.routing.engine.allocation import best_agent
from voicecloud.routing.engine.arrivals import LONGEST_NUMBER
from voicecloud.routing.engine.journey import finish, resolved, run
from voicecloud.routing.engine.pools import leave
from voicecloud.routing.model import Target, TargetKind
from voicecloud.routing.state.legs import (
    HOLD_MUSIC,
    RING_BACK,
    advance,
    dial,
    end,
    play,
    ring,
    separate,
    set_stage,
    talk,
)
from voicecloud.routing.state.steps import Goto
from voicecloud.routing.state.world import Call, Leg, WorkingAgent, World
from voicecloud.vocabulary.availability import AvailabilityClass
from voicecloud.vocabulary.calls import EndReason, EventKind, RejectReason, ServiceResult
from voicecloud.vocabulary.machine import CallState, LegState, following


def blind(world: World, leg_id: str, target: Target) -> None:
    """Sends the other party to ``target``; the user's leg ends.

    Raises Missing for an unknown leg or target, Conflict when the leg is not a user's that talks or holds.
    """
    call, leg, other = pair(world, leg_id)
    if leg.state not in (LegState.CONNECTED, LegState.HELD):
        raise Conflict("not-in-this-state", f"a leg that is {leg.state} cannot transfer")
    check_target(world, target)
    following(other.state, "release")
    if leg.state is LegState.CONNECTED and other.state is LegState.CONNECTED:
        separate(world, call, other, leg)
    advance(world, other, "release")
    _hand_over(world, call, leg, other, f"{target.kind}:{target.value}")
    run(world, call, Goto(target))


def consult(world: World, leg_id: str, target: Target) -> None:
    """Parks the other party and calls ``target`` for this user. Raises like ``blind``, and Conflict for a target
    that cannot be had now, or when the user talks in another call."""
    call, leg, other = pair(world, leg_id)
    following(leg.state, "consult")
    check_talks_nowhere_else(world, leg)
    check_target(world, target)
    if other.state is LegState.CONNECTED:
        following(other.state, "park")
    invite = _invitation(world, resolved(world, target))
    if leg.state is LegState.CONNECTED:
        separate(world, call, other, leg)
        advance(world, other, "park")
        play(world, call, other, HOLD_MUSIC)
    advance(world, leg, "consult")
    world.note(call, EventKind.CONSULT_STARTED, leg)
    agent, pool_id, number = invite
    if agent:
        timeout_s = world.pools[pool_id].pool.ring_timeout_s if pool_id else agent.user.ring_timeout_s
        third = ring(world, call, agent, OfferKind.CONSULT, pool_id, timeout_s)
    else:
        third = dial(world, call, number, _shown(world, leg), OfferKind.CONSULT)
    call.consult = third.id
    play(world, call, leg, RING_BACK)


def consult_answered(world: World, call: Call, third: Leg) -> None:
    talk(world, call, _consulting(call), third, EventKind.CONSULT_TALK_STARTED)


def complete(world: World, leg_id: str) -> None:
    """The third party gets the call. Raises Missing, Conflict ``not-consulting``."""
    call, leg, other = pair(world, leg_id)
    if leg.state is not LegState.CONSULTING:
        raise Conflict("not-consulting", "there is no consultation to complete")
    third = call.leg(call.consult or "")
    if third.state is LegState.RINGING:
        _let_ring(world, call, leg, other, third)
        return
    separate(world, call, leg, third, EventKind.CONSULT_TALK_STOPPED)
    call.consult = None
    _hand_over(world, call, leg, other, third.id, stays_connected=True)
    call.peer = third.id
    advance(world, other, "unpark")
    talk(world, call, other, third)


def cancel(world: World, leg_id: str) -> None:
    """Back to the other party. Raises Missing, Conflict ``not-consulting``."""
    call, leg, _ = pair(world, leg_id)
    if leg.state is not LegState.CONSULTING:
        raise Conflict("not-consulting", "there is no consultation to cancel")
    third = call.leg(call.consult or "")
    ringing = third.state is LegState.RINGING
    consult_over(world, call, "cancel" if ringing else "end", RejectReason.CALL_DISCONNECTED)


def consult_over(world: World, call: Call, event: str, reason: str) -> None:
    """The third party is out of it, by whoever's will; the two others talk again."""
    leg, third = _consulting(call), call.leg(call.consult or "")
    other = call.other_than(leg)
    if third.state is LegState.CONNECTED:
        separate(world, call, leg, third, EventKind.CONSULT_TALK_STOPPED)
    call.consult = None
    end(world, call, third, event, reason)
    world.note(call, EventKind.CONSULT_ENDED, leg)
    advance(world, leg, "return")
    if other:
        advance(world, other, "unpark")
        talk(world, call, other, leg)


def parked_left(world: World, call: Call, other: Leg) -> None:
    """The party on hold gives up during a consultation: the two who talk go on, a third that only rings does not."""
    leg, third = _consulting(call), call.leg(call.consult or "")
    if third.state is LegState.RINGING:
        finish(world, call, EndReason.CALLER_LEFT)
        return
    separate(world, call, leg, third, EventKind.CONSULT_TALK_STOPPED)
    end(world, call, other, "end", EndReason.CALLER_LEFT)
    leave(world, call, ServiceResult.ANSWERED)
    call.principal, call.peer, call.consult = leg.id, third.id, None
    world.note(call, EventKind.CONSULT_ENDED, leg)
    advance(world, leg, "return")
    talk(world, call, leg, third)


def pair(world: World, leg_id: str) -> tuple[Call, Leg, Leg]:
    """The call, a user's leg and whom they have the call with. Raises Missing, Conflict ``not-connected``."""
    call, leg = world.leg(leg_id)
    other = call.other_than(leg)
    if leg.user_id is None or other is None or call.stage is not CallState.CONNECTED:
        raise Conflict("not-connected", "this leg has no party to do this with")
    return call, leg, other


def check_talks_nowhere_else(world: World, leg: Leg) -> None:
    """Raises Conflict ``user-busy``: whoever is in the other call would hear what is said in this one."""
    agent = world.agents[leg.user_id or ""]
    if any(each is not leg and each.state is not LegState.HELD for each in agent.legs.values()):
        raise Conflict("user-busy", "the user has another call that is not on hold")


def check_target(world: World, target: Target) -> None:
    """Raises Missing for a pool or user that does not exist, Conflict for nothing to transfer to."""
    if target.kind is TargetKind.POOL:
        world.pool(target.value)
    elif target.kind is TargetKind.USER:
        world.agent(target.value)
    elif target.kind is TargetKind.DISCONNECT or not 0 < len(target.value) <= LONGEST_NUMBER:
        raise Conflict("no-target", "there is nobody to transfer to")


def _let_ring(world: World, call: Call, leg: Leg, other: Leg, third: Leg) -> None:
    """Completing before the answer: what rang for the user rings for the other party now."""
    call.consult = None
    advance(world, other, "release")
    _hand_over(world, call, leg, other, third.id)
    call.offers.append(third.id)
    set_stage(world, call, "offer")
    play(world, call, other, RING_BACK)


def _hand_over(world: World, call: Call, leg: Leg, other: Leg, to: str, stays_connected: bool = False) -> None:
    """The user is out; the other party is the one to be routed from now on, free of what held for the old way."""
    world.note(call, EventKind.USER_TRANSFERRED, leg, detail=to)
    call.principal, call.peer, call.answer, call.returned = other.id, None, None, False
    call.fall_back = _came_from(world, leg)
    if not stays_connected:
        set_stage(world, call, "transfer")
    end(world, call, leg, "end", EndReason.TRANSFERRED)
    leave(world, call, ServiceResult.ANSWERED)


def _came_from(world: World, leg: Leg) -> Target | None:
    """The pool for which the user has had the call, else the user."""
    if leg.pool_id and leg.pool_id in world.pools:
        return Target(TargetKind.POOL, leg.pool_id)
    return Target(TargetKind.USER, leg.user_id) if leg.user_id else None


def _consulting(call: Call) -> Leg:
    return next(leg for leg in call.legs.values() if leg.state is LegState.CONSULTING)


def _invitation(world: World, target: Target) -> tuple[WorkingAgent | None, str | None, str]:
    """Who is to be called: (agent, pool they are called for, ""), or (None, None, number)."""
    if target.kind is TargetKind.NUMBER:
        return None, None, target.value
    if target.kind is TargetKind.POOL:
        agent, pool_id = best_agent(world, world.pool(target.value)), target.value
    else:
        agent, pool_id = world.agent(target.value), None
    if agent is None or not agent.reachable or agent.kind is not AvailabilityClass.AVAILABLE:
        raise Conflict("target-not-available", "nobody there can take a call now")
    return agent, pool_id, ""


def _shown(world: World, leg: Leg) -> str | None:
    return world.agents[leg.user_id].user.number if leg.user_id else None
