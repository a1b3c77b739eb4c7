"""What happens to an agent: calls offered, taken, dialled and over; wrap-up; availability and terminals."""

from datetime import timedelta

from voicecloud.routing.state.world import Leg, WorkingAgent, World
from voicecloud.vocabulary import availability
from voicecloud.vocabulary.availability import AvailabilityClass
from voicecloud.vocabulary.machine import WorkState, following


def advance(world: World, agent: WorkingAgent, event: str) -> None:
    """The agent's state follows; who follows the agent or the agent's pools is notified; a free agent is given work."""
    before = agent.state
    agent.state = following(agent.state, event)
    if (before is WorkState.TALKING) is not (agent.state is WorkState.TALKING):
        agent.talking_changed = world.now
    if agent.state is WorkState.FREE:
        agent.free_since = world.now if event != "lapse" else agent.free_since
    touched(world, agent)


def touched(world: World, agent: WorkingAgent) -> None:
    """The agent's status may differ, and so may the figures and chances of the agent's pools."""
    world.changed_users.add(agent.user.id)
    world.pools_changed(world.pools_of.get(agent.user.id, ()))


def offered(world: World, agent: WorkingAgent, leg: Leg) -> None:
    advance(world, agent, "offer")
    agent.legs[leg.id] = leg


def answered(world: World, agent: WorkingAgent) -> None:
    advance(world, agent, "answer")


def dialled(world: World, agent: WorkingAgent, leg: Leg) -> None:
    end_wrap_up(world, agent)
    advance(world, agent, "dial")
    agent.legs[leg.id] = leg


def released(world: World, agent: WorkingAgent, leg: Leg, wrap_up_s: float) -> None:
    """An agent's leg is over: an offer lapses, a last call is followed by ``wrap_up_s`` of wrap-up or by nothing."""
    agent.legs.pop(leg.id, None)
    if agent.state is WorkState.RINGING:
        advance(world, agent, "lapse")
    elif agent.legs:
        touched(world, agent)
    elif wrap_up_s > 0:
        agent.wrap_up_start = world.now
        agent.wrap_up_end = world.now + timedelta(seconds=wrap_up_s)
        world.timers.set(("wrap_up", agent.user.id), agent.wrap_up_end)
        advance(world, agent, "wrap_up")
    else:
        advance(world, agent, "done")


def end_wrap_up(world: World, agent: WorkingAgent) -> None:
    """Forgets the wrap-up times; the state is the caller's to change."""
    world.timers.cancel(("wrap_up", agent.user.id))
    agent.wrap_up_start = agent.wrap_up_end = None


def ready(world: World, agent: WorkingAgent) -> None:
    """Wrap-up is over, by time or by the agent. Raises Conflict when there is none."""
    following(agent.state, "ready")
    end_wrap_up(world, agent)
    advance(world, agent, "ready")


def refresh_availability(world: World, agent: WorkingAgent) -> None:
    """Takes over what the availability events say now, and wakes up for the next change."""
    before = agent.kind
    agent.kind = availability.class_of(agent.availability, world.now)
    if agent.kind is AvailabilityClass.AVAILABLE and before is not AvailabilityClass.AVAILABLE:
        agent.free_since = max(agent.free_since, world.now)
    due = availability.next_change(agent.availability, world.now)
    key = ("availability", agent.user.id)
    if due is None:
        world.timers.cancel(key)
    else:
        world.timers.set(key, due)
    touched(world, agent)
