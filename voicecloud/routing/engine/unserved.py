"""Callers who already wait when nobody serves their pool any more: they too take its no-agents action."""

from voicecloud.routing.engine.journey import run
from voicecloud.routing.engine.pools import anyone_serves, leave_queue, visit_of, without_agents
from voicecloud.routing.state.legs import to_routing
from voicecloud.routing.state.world import Call, PoolState, World
from voicecloud.vocabulary.machine import CallState

GRACE_S = 25.0
"""A phone whose page is loaded again is back long before."""


def watch(world: World, state: PoolState) -> None:
    """Starts the grace when the last agent has stopped serving, stops it when one is back."""
    key = ("unserved", state.pool.id)
    if not left_alone(world, state):
        world.timers.cancel(key)
    elif not world.timers.is_set(key):
        world.after(key, GRACE_S)


def act(world: World, pool_id: str) -> None:
    """The grace is over: the action, once a caller and visit."""
    state = world.pools.get(pool_id)
    for call in left_alone(world, state) if state else ():
        visit_of(call).asked_about_agents = True
        step = without_agents(world, call)
        leave_queue(world, call)
        to_routing(world, call)
        run(world, call, step)


def left_alone(world: World, state: PoolState) -> list[Call]:
    """Who waits for nobody, and has somewhere else to go that they were not sent to before."""
    if not state.waiting or anyone_serves(world, state):
        return []
    return [
        call
        for call in state.waiting.values()
        if call.stage is CallState.QUEUED
        and not visit_of(call).asked_about_agents
        and (state.pool.no_agents_action or call.fall_back)
    ]
