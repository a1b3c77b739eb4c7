"""Putting a configuration into force while calls go on."""

from voicecloud.routing.engine import staff
from voicecloud.routing.engine.journey import finish, run
from voicecloud.routing.engine.pools import overflow
from voicecloud.routing.model import Configuration
from voicecloud.routing.state.world import Call, PoolState, World
from voicecloud.vocabulary.calls import EndReason


def configure(world: World, configuration: Configuration) -> None:
    """Users and pools are taken over; those that are gone take no more calls and vanish when they have none."""
    world.configuration = configuration
    _users(world)
    _pools(world)
    world.pools_of = {user_id: set() for user_id in world.agents}
    for state in world.pools.values():
        for user_id in state.members:
            world.pools_of.setdefault(user_id, set()).add(state.pool.id)
    world.pools_changed(world.pools)
    world.changed_users.update(world.agents)


def _users(world: World) -> None:
    for user_id in world.configuration.users:
        staff.employ(world, user_id, world.now)
    for user_id, agent in tuple(world.agents.items()):
        if user_id not in world.configuration.users:
            staff.retire(world, agent)
            if not agent.legs:
                staff.forget(world, agent)


def _pools(world: World) -> None:
    for pool_id, pool in world.configuration.pools.items():
        members = {member.user_id: member for member in pool.members}
        known = world.pools.setdefault(pool_id, PoolState(pool, members))
        known.pool, known.members, known.gone = pool, members, False
    for pool_id, state in tuple(world.pools.items()):
        if pool_id not in world.configuration.pools:
            _close(world, state)


def _close(world: World, state: PoolState) -> None:
    """Nobody comes in any more; who waits is sent where the pool's overflow leads."""
    state.gone, state.members = True, {}
    for call in tuple(state.waiting.values()):
        run(world, call, overflow(world, call))
    if not state.talking and not _visitors(world, state):
        del world.pools[state.pool.id]


def _visitors(world: World, state: PoolState) -> list[Call]:
    return [call for call in world.calls.values() if call.visit and call.visit.pool_id == state.pool.id]


def lost(world: World, call_id: str) -> None:
    """Ends a call whose voices are gone; one that is over already is left alone."""
    if call := world.calls.get(call_id):
        finish(world, call, EndReason.PLATFORM_STOPPED)


def stop(world: World) -> None:
    """Ends every call, with a record that says why."""
    world.draining = True
    for call in tuple(world.calls.values()):
        finish(world, call, EndReason.PLATFORM_STOPPED)
