"""Calls to one person or one outside number: rung when allowed, else forwarded as the user has set it (B1-B3)."""

from voicecloud.routing.effects import OfferKind
from voicecloud.routing.model import Target
from voicecloud.routing.state.legs import RING_BACK, dial, play, ring, set_stage
from voicecloud.routing.state.steps import Goto, Step, Unreached
from voicecloud.routing.state.world import Call, WorkingAgent, World
from voicecloud.vocabulary.availability import AvailabilityClass
from voicecloud.vocabulary.calls import EndReason, EventKind, RejectReason


def enter(world: World, call: Call, user_id: str) -> Step | None:
    """A direct call to a user: DND and off work block it, so does another call; then the user's forwarding applies."""
    agent = world.agents.get(user_id)
    if agent is None:
        return Unreached(EndReason.FAILED)
    world.note(call, EventKind.USER_ENTERED, detail=user_id)
    diverted = _diverted(agent)
    if diverted:
        return diverted
    call.offers.append(ring(world, call, agent, OfferKind.DIRECT, None, agent.user.ring_timeout_s).id)
    _ringing(world, call)
    return None


def enter_number(world: World, call: Call, number: str) -> None:
    """To an outside telephone, which is shown who calls."""
    call.offers.append(dial(world, call, number, call.a_number, OfferKind.DIRECT).id)
    _ringing(world, call)


def not_answered(world: World, user_id: str | None, reason: str) -> Step:
    """After an offer to a user or number has lapsed: the user's forwarding, or nobody can be reached."""
    agent = world.agents.get(user_id) if user_id else None
    if agent is None:
        known = {EndReason.BUSY, EndReason.DECLINED, EndReason.NO_ANSWER, EndReason.FAILED}
        return Unreached(EndReason(reason) if reason in known else EndReason.NO_ANSWER)
    forwarding = agent.user.forwarding
    if reason == RejectReason.USER_REJECTED:
        return _forwarded(forwarding.busy, EndReason.DECLINED)
    return _forwarded(forwarding.no_answer, EndReason.NO_ANSWER)


def _diverted(agent: WorkingAgent) -> Step | None:
    forwarding = agent.user.forwarding
    if agent.kind is AvailabilityClass.DND:
        return _forwarded(forwarding.dnd, EndReason.BLOCKED)
    if agent.kind is AvailabilityClass.OFF_WORK:
        return _forwarded(forwarding.off_work, EndReason.BLOCKED)
    if agent.reachable:
        return None
    if agent.has_terminal:
        return _forwarded(forwarding.busy, EndReason.BUSY)
    return _forwarded(forwarding.no_answer, EndReason.NO_ANSWER)


def _forwarded(target: Target | None, reason: EndReason) -> Step:
    return Goto(target) if target else Unreached(reason)


def _ringing(world: World, call: Call) -> None:
    set_stage(world, call, "offer")
    play(world, call, call.leg(call.principal), RING_BACK)
