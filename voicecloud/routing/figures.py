"""Figures of a pool and status of a user, as the published pool view and UserStatus define them (C7, I1)."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from voicecloud.routing.rules.schedule import active_exception, is_open
from voicecloud.routing.state.world import PoolState, WorkingAgent, World
from voicecloud.vocabulary.availability import AvailabilityClass
from voicecloud.vocabulary.machine import LegState, WorkState


class OpenStatus(IntEnum):
    """Whether a pool takes calls: 1 no, 5 yes, 6 decided again for every call."""

    CLOSED = 1
    OPEN = 5
    DYNAMIC = 6


@dataclass(frozen=True, slots=True)
class PoolFigures:
    """``serving``: active in the pool, accepting service calls, available and with a phone that can ring, talking or
    not. ``free``: of these, who can be given a call now. ``active``: active and accepting, whatever the availability.
    ``active_calls``: calls of the pool that an agent has. ``queue_length``: callers who wait until answered, ended or
    transferred, ringing ones too. ``max_wait_s``: the longest of their waits in this pool (it starts at 0 in another).
    """

    pool_id: str
    open_status: OpenStatus
    serving: int
    free: int
    active: int
    active_calls: int
    queue_length: int
    max_wait_s: float
    on_wrap_up: int


@dataclass(frozen=True, slots=True)
class UserStatus:
    """``schedule``: not off work. ``available``: not DND. ``serving``: has a pool's call, ringing or talking, and then
    ``active_queue_id`` is the pool. ``talking``: has a call, also while one is set up. ``service_terminals``: how many
    of the user's terminals can ring. ``parked_calls``: calls put on hold. ``can_be_allocated_to``: all of it together.
    """

    user_id: str
    can_be_allocated_to: bool
    fetch_mode: bool
    schedule: bool
    available: bool
    service_terminals: int
    serving: bool
    talking: bool
    talking_status_changed: datetime
    wrap_up_start: datetime | None
    wrap_up_end: datetime | None
    active_queue_id: str | None
    parked_calls: int


def pool_figures(world: World, state: PoolState, now: datetime) -> PoolFigures:
    agents = [agent for each in state.members.values() if each.active and (agent := world.agents.get(each.user_id))]
    entries = (call.visit.queued_at for call in state.waiting.values() if call.visit)
    return PoolFigures(
        pool_id=state.pool.id,
        open_status=open_status(state, now),
        serving=sum(agent.serves for agent in agents),
        free=sum(agent.allocatable for agent in agents),
        active=sum(agent.accepting for agent in agents),
        active_calls=len(state.talking),
        queue_length=len(state.waiting),
        max_wait_s=max(((now - entry).total_seconds() for entry in entries if entry), default=0.0),
        on_wrap_up=sum(agent.state is WorkState.WRAP_UP for agent in agents),
    )


def open_status(state: PoolState, now: datetime) -> OpenStatus:
    pool = state.pool
    if pool.smart_routing:
        return OpenStatus.DYNAMIC
    opened = is_open(pool.schedule, pool.time_zone, now)
    exception = active_exception(pool, opened, now)
    return OpenStatus.OPEN if opened and not (exception and exception.action) else OpenStatus.CLOSED


def user_status(agent: WorkingAgent) -> UserStatus:
    pool_id = next((leg.pool_id for leg in agent.legs.values() if leg.pool_id), None)
    return UserStatus(
        user_id=agent.user.id,
        can_be_allocated_to=agent.allocatable,
        fetch_mode=agent.user.fetch_mode,
        schedule=agent.kind is not AvailabilityClass.OFF_WORK,
        available=agent.kind is not AvailabilityClass.DND,
        service_terminals=sum(terminal in agent.terminals for terminal in agent.user.ring_order),
        serving=pool_id is not None,
        talking=agent.state in (WorkState.TALKING, WorkState.RINGING),
        talking_status_changed=agent.talking_changed,
        wrap_up_start=agent.wrap_up_start,
        wrap_up_end=agent.wrap_up_end,
        active_queue_id=pool_id,
        parked_calls=sum(leg.state in (LegState.HELD, LegState.CONSULTING) for leg in agent.legs.values()),
    )
