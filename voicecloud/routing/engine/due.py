"""What a timer does when its time has come. Keys are ``(kind, id, ...)``; see where each is set."""

from collections.abc import Callable

from voicecloud.routing.engine import offers, staff, unserved
from voicecloud.routing.engine.journey import finish, proceed, run
from voicecloud.routing.engine.pools import overflow, visit_of, visited
from voicecloud.routing.rules.selection import levels_admitted
from voicecloud.routing.state import agents
from voicecloud.routing.state.legs import play
from voicecloud.routing.state.timers import TimerKey
from voicecloud.routing.state.world import Call, World
from voicecloud.vocabulary.calls import EndReason
from voicecloud.vocabulary.machine import CallState


def fire(world: World, key: TimerKey) -> None:
    kind, subject, *_ = key
    if kind == "ring":
        offers.time_out(world, subject)
    elif kind == "wrap_up":
        agents.ready(world, world.agents[subject])
    elif kind == "availability":
        staff.availability_changed(world, world.agents[subject])
    elif kind == "unserved":
        unserved.act(world, subject)
    elif subject in world.calls:
        _OF_CALL[kind](world, world.calls[subject])


def _stage(world: World, call: Call) -> None:
    """An announcement, a question, an offer or a message is over."""
    if call.stage is CallState.VOICEMAIL:
        finish(world, call, EndReason.VOICEMAIL)
    else:
        proceed(world, call)


def _max_wait(world: World, call: Call) -> None:
    run(world, call, overflow(world, call))


def _play_once(world: World, call: Call) -> None:
    play(world, call, call.leg(call.principal), visited(world, call).pool.prompts.music)


def _widen(world: World, call: Call) -> None:
    """One more skill level may take the call; goes on until all levels may."""
    state, visit = visited(world, call), visit_of(call)
    world.to_allocate.add(state.pool.id)
    waited_s = (world.now - (visit.queued_at or world.now)).total_seconds()
    if levels_admitted(state.pool, waited_s) < len({member.skill for member in state.members.values()}):
        world.after(("widen", call.id), state.pool.widen_after_s)


def _reoffer(world: World, call: Call) -> None:
    if call.visit:
        world.to_allocate.add(call.visit.pool_id)


_OF_CALL: dict[str, Callable[[World, Call], None]] = {
    "stage": _stage,
    "max_wait": _max_wait,
    "play_once": _play_once,
    "widen": _widen,
    "reoffer": _reoffer,
}
