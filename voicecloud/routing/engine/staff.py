"""Who works where: membership, availability, terminals. Everything acts at once (I2, B1-B5)."""

from datetime import datetime

from shared.errors import InvalidInput, Missing
from voicecloud.routing.engine import caller_numbers, offers
from voicecloud.routing.events import (
    EndAvailability,
    RemoveMember,
    SetAccepting,
    SetAvailability,
    SetCallerNumber,
    SetMember,
    TerminalChanged,
)
from voicecloud.routing.state import agents
from voicecloud.routing.state.world import WorkingAgent, World
from voicecloud.vocabulary import availability
from voicecloud.vocabulary.availability import AvailabilityClass, AvailabilityEntry
from voicecloud.vocabulary.calls import RejectReason
from voicecloud.vocabulary.machine import LegState, WorkState


def set_availability(world: World, event: SetAvailability) -> None:
    """Raises Missing ``user-unknown``, InvalidInput ``ends-before-start``."""
    agent = world.agent(event.user_id)
    starts_at = event.starts_at or world.now
    if event.ends_at is not None and event.ends_at <= starts_at:
        raise InvalidInput("ends-before-start", "an availability ends after it starts")
    new = AvailabilityEntry(event.event_id, event.kind, starts_at, event.ends_at, event.profile, event.note)
    agent.availability = availability.added(agent.availability, new, world.now)
    availability_changed(world, agent)


def end_availability(world: World, event: EndAvailability) -> None:
    """Raises Missing ``user-unknown``, ``availability-unknown`` (ended already, or never was)."""
    agent = world.agent(event.user_id)
    if all(each.id != event.event_id for each in agent.availability):
        raise Missing("availability-unknown", "no such availability event")
    agent.availability = availability.ended(agent.availability, event.event_id, world.now)
    availability_changed(world, agent)


def availability_changed(world: World, agent: WorkingAgent) -> None:
    """Takes over what holds now; what rings a user who is no longer available goes to others."""
    agents.refresh_availability(world, agent)
    if agent.kind is not AvailabilityClass.AVAILABLE:
        _stop_ringing(world, agent, RejectReason.USER_REJECTED)


def set_accepting(world: World, event: SetAccepting) -> None:
    agent = world.agent(event.user_id)
    agent.accepting = event.accepting
    agents.touched(world, agent)


def terminal_changed(world: World, event: TerminalChanged) -> None:
    """A user who cannot be rung any more is spared the rest of the ringing time."""
    agent = world.agents.get(event.user_id)
    if agent is None:
        return
    agent.simulated.discard(event.terminal)
    if event.online:
        agent.terminals.add(event.terminal)
        agent.simulated.update({event.terminal} if event.simulated else ())
    else:
        agent.terminals.discard(event.terminal)
        if not agent.has_terminal:
            _stop_ringing(world, agent, RejectReason.TIMEOUT)
    agents.touched(world, agent)


def set_member(world: World, event: SetMember) -> None:
    """Raises Missing ``pool-unknown``, ``user-unknown``; InvalidInput ``skill-too-low``."""
    state, agent = world.pool(event.pool_id), world.agent(event.member.user_id)
    if event.member.skill < 1:
        raise InvalidInput("skill-too-low", "a skill level is 1 or more")
    state.members[agent.user.id] = event.member
    world.pools_of.setdefault(agent.user.id, set()).add(event.pool_id)
    agents.touched(world, agent)


def remove_member(world: World, event: RemoveMember) -> None:
    """Raises Missing ``pool-unknown``, ``member-unknown``."""
    state = world.pool(event.pool_id)
    if state.members.pop(event.user_id, None) is None:
        raise Missing("member-unknown", "this user is not a member of the pool")
    world.pools_of.get(event.user_id, set()).discard(event.pool_id)
    world.pools_changed((event.pool_id,))
    world.changed_users.add(event.user_id)


def set_caller_number(world: World, event: SetCallerNumber) -> None:
    """Raises Missing ``user-unknown``, InvalidInput ``caller-number-not-allowed``."""
    agent = world.agent(event.user_id)
    if event.number is not None:
        caller_numbers.check(world, agent, event.number)
    agent.next_caller_number = event.number


def retire(world: World, agent: WorkingAgent) -> None:
    """A user who is no longer configured: their calls go on, nothing rings them any more."""
    agent.gone = True
    _stop_ringing(world, agent, RejectReason.TIMEOUT)


def forget(world: World, agent: WorkingAgent) -> None:
    for timer in ("availability", "wrap_up"):
        world.timers.cancel((timer, agent.user.id))
    del world.agents[agent.user.id]


def employ(world: World, user_id: str, now: datetime) -> None:
    """Takes over the settings of a configured user, new or known."""
    user = world.configuration.users[user_id]
    known = world.agents.get(user_id)
    if known:
        known.user, known.gone = user, False
    else:
        world.agents[user_id] = WorkingAgent(user, now, now)


def _stop_ringing(world: World, agent: WorkingAgent, reason: RejectReason) -> None:
    if agent.state is WorkState.RINGING:
        for leg in tuple(agent.legs.values()):
            if leg.state is LegState.RINGING:
                offers.refuse(world, leg.id, "reject", reason)
