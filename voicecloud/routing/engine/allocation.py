"""Waiting calls meet free agents: the highest priority first, then who has waited longest."""

from datetime import datetime, timedelta

from voicecloud.routing.effects import OfferKind
from voicecloud.routing.engine.journey import run
from voicecloud.routing.engine.pools import overflow, visit_of
from voicecloud.routing.engine.unserved import watch
from voicecloud.routing.model import Member, Pool
from voicecloud.routing.rules.selection import Candidate, Question, choose, rounds_over
from voicecloud.routing.state.legs import ring, set_stage
from voicecloud.routing.state.world import Call, PoolState, WorkingAgent, World
from voicecloud.vocabulary.machine import CallState

RETURNED_PRIORITY = 1_000


def allocate(world: World) -> None:
    """Offers calls in the pools that have to be checked, until nothing more can be offered.

    Pools without a free agent are passed over, so a long queue costs nothing while everybody is busy.
    """
    while world.to_allocate:
        pools = [world.pools[pool_id] for pool_id in sorted(world.to_allocate) if pool_id in world.pools]
        world.to_allocate.clear()
        for state in pools:
            watch(world, state)
        calls = [(rank(state.pool, call), call, state) for state in pools for call in state.waiting.values()]
        free = {state.pool.id for state in pools if state.waiting and free_members(world, state)}
        for _, call, state in sorted(calls, key=lambda entry: entry[0]):
            if call.stage is CallState.QUEUED:
                _serve(world, call, state, free)


def rank(pool: Pool, call: Call) -> tuple[int, datetime, str]:
    """Sort key of waiting calls: priority with what smart routing adds, then the time of entry."""
    priority = pool.priority
    if call.answer:
        priority = (priority if call.answer.priority is None else call.answer.priority) + call.answer.extra_priority
    if call.returned:
        priority += RETURNED_PRIORITY
    return -priority, visit_of(call).queued_at or call.arrived_at, call.id


def free_members(world: World, state: PoolState) -> list[tuple[Member, WorkingAgent]]:
    """Members whom the pool may offer a call now, in the pool's order."""
    pairs = ((member, world.agents.get(member.user_id)) for member in state.members.values() if member.active)
    return [(member, agent) for member, agent in pairs if agent is not None and agent.allocatable]


def real_first(pairs: list[tuple[Member, WorkingAgent]]) -> list[tuple[Member, WorkingAgent]]:
    """Without those whose telephones are all simulated, as long as somebody with a real one is among them."""
    return [pair for pair in pairs if pair[1].is_real] or pairs


def best_agent(world: World, state: PoolState) -> WorkingAgent | None:
    """Who would be offered a new call of this pool now, whatever waits (consultation of a pool)."""
    chosen = choose(_question(world, state, real_first(free_members(world, state)), None))
    return world.agents[chosen[0]] if chosen else None


def offer(world: World, call: Call, state: PoolState, agents: list[WorkingAgent]) -> None:
    """Lets these agents ring for a queued call."""
    visit = visit_of(call)
    set_stage(world, call, "offer")
    for agent in agents:
        leg = ring(world, call, agent, OfferKind.POOL, state.pool.id, state.pool.ring_timeout_s)
        call.offers.append(leg.id)
        visit.offers[agent.user.id] = visit.offers.get(agent.user.id, 0) + 1
        state.last_offered = agent.user.id


def _serve(world: World, call: Call, state: PoolState, free: set[str]) -> None:
    visit = visit_of(call)
    if rounds_over(state.pool, serving_members(world, state) if visit.offers else (), visit.offers):
        run(world, call, overflow(world, call))
        return
    if state.pool.id not in free:
        return
    pairs = free_members(world, state)
    if not pairs:
        free.discard(state.pool.id)
        return
    wanted = real_first(_wanted(call, _rested(world, call, state, pairs)))
    chosen = choose(_question(world, state, wanted, call))
    if chosen:
        offer(world, call, state, [world.agents[user_id] for user_id in chosen])


def _rested(
    world: World, call: Call, state: PoolState, pairs: list[tuple[Member, WorkingAgent]]
) -> list[tuple[Member, WorkingAgent]]:
    """Without those who let this very call go a moment ago; those whom it has not rung yet go first."""
    refused = visit_of(call).refused_at
    pause = timedelta(seconds=state.pool.reoffer_after_s)
    rested = [pair for pair in pairs if pair[1].user.id not in refused or refused[pair[1].user.id] + pause <= world.now]
    return [pair for pair in rested if pair[1].user.id not in refused] or rested


def _wanted(call: Call, pairs: list[tuple[Member, WorkingAgent]]) -> list[tuple[Member, WorkingAgent]]:
    """Smart routing's required agent alone, or its preferred agents as long as one is free."""
    if call.answer is None:
        return pairs
    if call.answer.required:
        return [pair for pair in pairs if pair[1].user.id == call.answer.required]
    return [pair for pair in pairs if pair[1].user.id in call.answer.preferred] or pairs


def _question(world: World, state: PoolState, pairs: list[tuple[Member, WorkingAgent]], call: Call | None) -> Question:
    offers = visit_of(call).offers if call else {}
    queued_at = visit_of(call).queued_at if call else None
    candidates = tuple(
        Candidate(
            member.user_id,
            member.skill,
            (world.now - agent.free_since).total_seconds(),
            offers.get(member.user_id, 0),
        )
        for member, agent in pairs
    )
    serving = serving_members(world, state)
    if any(agent.is_real for _, agent in pairs):
        serving = tuple(user_id for user_id in serving if world.agents[user_id].is_real)
    skills = frozenset(state.members[user_id].skill for user_id in serving)
    wait_s = (world.now - queued_at).total_seconds() if queued_at else 0.0
    return Question(state.pool, candidates, skills, tuple(state.members), state.last_offered, wait_s)


def serving_members(world: World, state: PoolState) -> tuple[str, ...]:
    """Ids of the members who serve the pool, talking or not."""
    return tuple(
        member.user_id
        for member in state.members.values()
        if member.active and (agent := world.agents.get(member.user_id)) and agent.serves
    )
