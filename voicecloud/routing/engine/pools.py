"""A caller's way through a pool: question, exception, schedule, welcome, queue, and out again."""

from datetime import timedelta

from voicecloud.routing.effects import AskRouting, CallbackSource, RequestCallback
from voicecloud.routing.model import Action, ActionKind, Pool, Selection
from voicecloud.routing.rules.schedule import active_exception, is_open
from voicecloud.routing.state.legs import play, set_stage, to_routing, withdraw_offers
from voicecloud.routing.state.steps import Admit, Announce, EnterQueue, Finish, Perform, Step, Unreached, Welcome
from voicecloud.routing.state.world import Call, PoolState, Visit, World
from voicecloud.vocabulary.calls import EndReason, EventKind, RejectReason, ServiceResult

MISSED_OUTCOMES = frozenset({ServiceResult.ABANDONED, ServiceResult.OVERFLOWED, ServiceResult.REJECTED})


def enter(world: World, call: Call, pool_id: str) -> Step | None:
    """A caller comes to a pool; a smart routing endpoint is asked once per call and pool."""
    state = world.pools.get(pool_id)
    if state is None or state.gone:
        return Unreached(EndReason.FAILED)
    call.visit = Visit(pool_id, world.now)
    world.note(call, EventKind.POOL_ENTERED, pool_id=pool_id)
    if state.pool.smart_routing is None or pool_id in call.asked:
        return Admit()
    call.asked.add(pool_id)
    _ask(world, call, state.pool)
    return None


def admit(world: World, call: Call) -> Step:
    pool = visited(world, call).pool
    opened = is_open(pool.schedule, pool.time_zone, world.now)
    exception = active_exception(pool, opened, world.now)
    step: Step = Welcome()
    if exception and exception.action:
        world.note(call, EventKind.QUEUE_REJECTED, pool_id=pool.id, detail=exception.name)
        step = Perform(exception.action, ServiceResult.REJECTED, EndReason.CLOSED)
    elif not opened:
        world.note(call, EventKind.QUEUE_SCHEDULE_CLOSED, pool_id=pool.id)
        step = Perform(pool.closed_action, ServiceResult.CLOSED, EndReason.CLOSED)
    return Announce(exception.prompt, step) if exception and exception.prompt else step


def welcome(world: World, call: Call) -> Step:
    pool = visited(world, call).pool
    if pool.open_action:
        return Perform(pool.open_action, ServiceResult.FORWARDED, EndReason.ROUTED_AWAY)
    prompt = pool.prompts.pre_welcome
    return Announce(prompt, EnterQueue()) if prompt else EnterQueue()


def enter_queue(world: World, call: Call) -> Step | None:
    state, visit = visited(world, call), visit_of(call)
    pool = state.pool
    if not visit.asked_about_agents and not anyone_serves(world, state):
        visit.asked_about_agents = True
        if step := without_agents(world, call):
            return step
    if visit.queued_at is None and pool.max_queue is not None and len(state.waiting) >= pool.max_queue:
        return overflow(world, call)
    _join(world, call, state)
    return None


def without_agents(world: World, call: Call) -> Step | None:
    """The pool's action; without one a transferred caller goes back, anybody else waits."""
    pool = visited(world, call).pool
    if pool.no_agents_action is None and call.fall_back is None:
        return None
    world.note(call, EventKind.QUEUE_REJECTED, pool_id=pool.id, detail=EndReason.NO_AGENTS)
    if pool.no_agents_action:
        action = fail_action(call) or pool.no_agents_action
        return Perform(action, ServiceResult.REJECTED, EndReason.NO_AGENTS, or_queue=True)
    visit_of(call).outcome = ServiceResult.REJECTED
    return Unreached(EndReason.NO_AGENTS)


def overflow(world: World, call: Call) -> Step:
    """The caller has waited too long, or the queue is full, or every agent has been tried often enough."""
    pool = visited(world, call).pool
    withdraw_offers(world, call, RejectReason.TIMEOUT)
    leave_queue(world, call)
    to_routing(world, call)
    world.note(call, EventKind.QUEUE_OVERFLOWED, pool_id=pool.id)
    return Perform(fail_action(call) or pool.overflow_action, ServiceResult.OVERFLOWED, EndReason.OVERFLOW)


def leave_queue(world: World, call: Call) -> None:
    """Out of the queue; the visit goes on (answered, or with an announcement)."""
    visit = visit_of(call)
    state = world.pools.get(visit.pool_id)
    if state and state.waiting.pop(call.id, None):
        world.changed_pools.add(visit.pool_id)
    for timer in ("max_wait", "play_once", "widen"):
        world.timers.cancel((timer, call.id))


def leave(world: World, call: Call, otherwise: ServiceResult) -> None:
    """The visit is over: answered, as the pool's action decided, or ``otherwise``."""
    visit = call.visit
    if visit is None:
        return
    leave_queue(world, call)
    result = ServiceResult.ANSWERED if visit.answered else visit.outcome or otherwise
    world.note(call, EventKind.POOL_LEFT, pool_id=visit.pool_id, detail=result)
    call.visit = None


def request_callback(world: World, call: Call, source: CallbackSource) -> bool:
    """Puts the caller on the pool's callback list, at most once per call; False when it cannot be."""
    visit = visit_of(call)
    rules = world.pools[visit.pool_id].pool.callback if visit.pool_id in world.pools else None
    if rules is None or call.a_number is None or call.callback_requested:
        return False
    call.callback_requested = True
    world.note(call, EventKind.CALLBACK_REQUESTED, pool_id=visit.pool_id, number=call.a_number, detail=source)
    world.do(RequestCallback(call.id, rules.list_id, visit.pool_id, call.a_number, source, world.now))
    return True


def confirm_callback(world: World, call: Call) -> Step:
    """The caller wants to be called back: it is requested, confirmed, and the call ends."""
    rules = visited(world, call).pool.callback
    if rules is None or not request_callback(world, call, CallbackSource.CHOSEN):
        return Finish(EndReason.FAILED)
    visit_of(call).outcome = ServiceResult.CALLBACK
    return Announce(rules.confirmation, Finish(EndReason.CALLBACK))


def visit_of(call: Call) -> Visit:
    if call.visit is None:
        raise RuntimeError(f"call {call.id} is in no pool")
    return call.visit


def visited(world: World, call: Call) -> PoolState:
    return world.pools[visit_of(call).pool_id]


def fail_action(call: Call) -> Action | None:
    """Smart routing's own idea of where a call goes that cannot be taken."""
    target = call.answer.fail_target if call.answer else None
    return Action(ActionKind.TRANSFER, target) if target else None


def anyone_serves(world: World, state: PoolState) -> bool:
    agents = (world.agents.get(each.user_id) for each in state.members.values() if each.active)
    return any(agent is not None and agent.serves for agent in agents)


def _ask(world: World, call: Call, pool: Pool) -> None:
    routing = pool.smart_routing
    if routing is None:
        return
    extra: dict[str, str | bool] = {
        "CallId": call.id,
        "LegId": call.principal,
        "CurrQueueId": pool.id,
        "IsInternalCaller": call.leg(call.principal).user_id is not None,
    }
    set_stage(world, call, "ask")
    call.then = Admit()
    world.after(("stage", call.id), routing.timeout_s)
    question = AskRouting(
        call.id, routing.endpoint, routing.target_id, call.a_number, call.b_number, routing.timeout_s, extra
    )
    world.do(question)


def _join(world: World, call: Call, state: PoolState) -> None:
    """At the end; who has left the queue for an offer they did not take has their old place."""
    pool, visit = state.pool, visit_of(call)
    visit.queued_at, visit.outcome = visit.queued_at or world.now, None
    set_stage(world, call, "queue")
    state.waiting[call.id] = call
    world.pools_changed((pool.id,))
    world.note(call, EventKind.QUEUED, pool_id=pool.id)
    if pool.max_wait_s is not None:
        world.timers.set(("max_wait", call.id), visit.queued_at + timedelta(seconds=pool.max_wait_s))
    if pool.selection is Selection.LESS_SKILLED_GRADUALLY:
        world.after(("widen", call.id), pool.widen_after_s)
    principal, once = call.leg(call.principal), pool.prompts.play_once
    if once:
        play(world, call, principal, once.id, once.duration_s)
        world.after(("play_once", call.id), once.duration_s)
    else:
        play(world, call, principal, pool.prompts.music)
