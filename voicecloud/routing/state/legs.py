"""Legs of a call: opened, connected, separated, ended. The only place where a leg's or a call's state changes."""

from voicecloud.routing.effects import Bridge, CallNumber, EndLeg, OfferKind, Play, RingUser, Unbridge
from voicecloud.routing.model import OfferMode
from voicecloud.routing.state import agents
from voicecloud.routing.state.world import Call, Leg, WorkingAgent, World
from voicecloud.vocabulary.calls import EventKind, RejectReason, Terminal
from voicecloud.vocabulary.machine import CallState, LegState, following

HOLD_MUSIC = "hold-music"
RING_BACK = "ring-back"
OUTSIDE_TIMEOUT_S = 60.0


def advance(world: World, leg: Leg, event: str) -> None:
    leg.state = following(leg.state, event)
    leg.since = world.now


def set_stage(world: World, call: Call, event: str) -> None:
    """The call's stage follows; a timer that belonged to the old stage is gone."""
    call.stage = following(call.stage, event)
    world.timers.cancel(("stage", call.id))


def to_routing(world: World, call: Call) -> None:
    """From whatever the caller was doing without a peer, back to where it is decided what comes next."""
    if call.stage is not CallState.ROUTING:
        leaving = call.stage in (CallState.QUEUED, CallState.RINGING)
        set_stage(world, call, "leave" if leaving else "proceed")


def new_leg(world: World, call: Call, state: LegState, user_id: str | None, number: str | None) -> Leg:
    leg = Leg(f"{call.id}:{len(call.legs) + 1}", call.id, state, world.now, user_id, number)
    call.legs[leg.id] = leg
    return leg


def ring(world: World, call: Call, agent: WorkingAgent, kind: OfferKind, pool_id: str | None, timeout_s: float) -> Leg:
    """Offers the call to a user who can be rung; the offer is over after ``timeout_s``."""
    leg = new_leg(world, call, LegState.RINGING, agent.user.id, None)
    leg.kind, leg.pool_id = kind, pool_id
    agents.offered(world, agent, leg)
    world.note(call, EventKind.ALLOCATED, leg, detail=kind)
    world.after(("ring", leg.id), timeout_s)
    number = call.a_number
    rings, simulated = _terminals(agent), not agent.is_real
    world.do(RingUser(call.id, leg.id, agent.user.id, rings, number, pool_id, kind, timeout_s, simulated))
    return leg


def dial(world: World, call: Call, number: str, shown: str | None, kind: OfferKind) -> Leg:
    """Calls an outside number, showing it the number ``shown``."""
    leg = new_leg(world, call, LegState.RINGING, None, number)
    leg.kind = kind
    world.note(call, EventKind.DIALLED, leg)
    world.after(("ring", leg.id), OUTSIDE_TIMEOUT_S)
    world.do(CallNumber(call.id, leg.id, number, shown, OUTSIDE_TIMEOUT_S))
    return leg


def answered(world: World, call: Call, leg: Leg, terminal: Terminal | None) -> None:
    """The ringing party has picked up; whom it is connected with follows."""
    advance(world, leg, "connect")
    leg.answered, leg.terminal = True, terminal
    world.timers.cancel(("ring", leg.id))
    if leg.user_id:
        agents.answered(world, world.agents[leg.user_id])
    if leg.pool_id and leg.pool_id in world.pools:
        world.pools[leg.pool_id].talking.add(leg.id)
        world.pools_changed((leg.pool_id,))
    world.note(call, EventKind.ANSWERED, leg)


def end(world: World, call: Call, leg: Leg, event: str, reason: str) -> None:
    """Takes a leg down; its user is released, after wrap-up if it was an answered call of a pool."""
    advance(world, leg, event)
    world.timers.cancel(("ring", leg.id))
    if leg.id in call.offers:
        call.offers.remove(leg.id)
    if event != "end" and leg.user_id:
        world.note(call, EventKind.USER_REJECTED, leg, detail=reason)
    elif event != "end":
        world.note(call, EventKind.FAR_REFUSED, leg, detail=reason)
    else:
        world.note(call, EventKind.LEG_ENDED, leg, detail=reason)
    world.do(EndLeg(call.id, leg.id, reason))
    _release(world, leg)


def withdraw_offers(world: World, call: Call, reason: RejectReason) -> None:
    for leg_id in tuple(call.offers):
        end(world, call, call.leg(leg_id), "cancel", reason)


def talk(world: World, call: Call, first: Leg, second: Leg, kind: EventKind = EventKind.TALK_STARTED) -> None:
    """Bridges two connected legs."""
    users = {leg.id: leg.user_id for leg in (first, second) if leg.user_id}
    world.do(Bridge(call.id, first.id, second.id, _recorded(world, first) or _recorded(world, second), users))
    world.note(call, kind, first, detail=second.id)


def separate(world: World, call: Call, first: Leg, second: Leg, kind: EventKind = EventKind.TALK_STOPPED) -> None:
    world.do(Unbridge(call.id, first.id, second.id))
    world.note(call, kind, first, detail=second.id)


def play(world: World, call: Call, leg: Leg, prompt_id: str, duration_s: float | None = None) -> None:
    world.do(Play(call.id, leg.id, prompt_id, duration_s))


def _release(world: World, leg: Leg) -> None:
    pool = world.pools.get(leg.pool_id) if leg.pool_id else None
    if pool and leg.id in pool.talking:
        pool.talking.discard(leg.id)
        world.pools_changed((pool.pool.id,))
    if leg.user_id:
        wrap_up_s = pool.pool.wrap_up_s if pool and leg.answered else 0.0
        agents.released(world, world.agents[leg.user_id], leg, wrap_up_s)


def _recorded(world: World, leg: Leg) -> bool:
    pool = world.pools.get(leg.pool_id) if leg.pool_id else None
    by_pool = pool is not None and pool.pool.record
    return by_pool or (leg.user_id is not None and world.agents[leg.user_id].user.record)


def _terminals(agent: WorkingAgent) -> tuple[Terminal, ...]:
    """Those of the user's terminals that ring, in the user's order; no simulated one where there is a real one."""
    ringing = agent.terminals - agent.simulated if agent.is_real else agent.terminals
    there = tuple(terminal for terminal in agent.user.ring_order if terminal in ringing)
    return there if agent.user.offer_mode is OfferMode.ALL else there[:1]
