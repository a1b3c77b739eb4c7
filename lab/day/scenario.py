"""A made-up organisation that uses everything routing can do, for the simulation and the tests."""

from dataclasses import replace
from datetime import time

from voicecloud.routing.model import (
    Action,
    ActionKind,
    AdHocException,
    AppliesWhen,
    CallbackRules,
    Configuration,
    Forwarding,
    Hours,
    Member,
    OfferMode,
    Pool,
    Prompt,
    Prompts,
    Schedule,
    Selection,
    SmartRouting,
    Subscriber,
    Target,
    TargetKind,
)

AGENTS = 90
PER_POOL = 24
OUTSIDE = "+358501112222"
CALLBACK_LIST = "callbacks"
LONG_DAY = Schedule({day: (Hours(time(6), time(20)),) for day in range(7)})
OVERNIGHT = Schedule({day: (Hours(time(18), time(8)),) for day in range(7)})


def organisation() -> Configuration:
    """90 agents in ten pools: every kind of selection, schedule, action and forwarding occurs."""
    users = {user.id: user for user in (_user(number) for number in range(AGENTS))}
    pools = {pool.id: pool for pool in _pools()}
    numbers = {number_of(pool_id): to_pool(pool_id) for pool_id in pools}
    numbers |= {user.number: Target(TargetKind.USER, user.id) for user in users.values() if user.number}
    return Configuration(users, pools, numbers)


def number_of(pool_id: str) -> str:
    return f"+35891000{sum(pool_id.encode()):04d}"


def to_pool(pool_id: str) -> Target:
    return Target(TargetKind.POOL, pool_id)


def _user(number: int) -> Subscriber:
    outside = Target(TargetKind.NUMBER, OUTSIDE)
    forwarding = (
        Forwarding(),
        Forwarding(off_work=outside, no_answer=to_pool("switchboard")),
        Forwarding(busy=Target(TargetKind.USER, f"user-{(number + 1) % AGENTS}")),
        Forwarding(dnd=to_pool("switchboard"), busy=outside),
    )[number % 4]
    return Subscriber(
        id=f"user-{number}",
        name=f"Agent {number}",
        number=f"+35892000{number:04d}",
        email=f"agent{number}@example.com",
        forwarding=forwarding,
        offer_mode=OfferMode.ALL if number % 5 == 0 else OfferMode.FIRST,
        fetch_mode=number % 30 == 29,
        record=number % 3 == 0,
    )


def _members(first: int) -> tuple[Member, ...]:
    numbers = (number % AGENTS for number in range(first, first + PER_POOL))
    return tuple(Member(f"user-{number}", skill=1 + number % 3) for number in numbers)


def _pools() -> tuple[Pool, ...]:
    callback = CallbackRules(CALLBACK_LIST, on_missed=True, while_queued=True)
    message = Action(ActionKind.VOICEMAIL, prompt=Prompt("leave-message", 5.0))
    offer = Action(ActionKind.CALLBACK, otherwise=message)
    day = replace(
        Pool("sales", "Sales", _members(0)),
        prompts=Prompts(Prompt("welcome", 4.0), Prompt("all-agents-busy", 6.0)),
        callback=callback,
        wrap_up_s=20.0,
        max_wait_s=240.0,
    )
    around_the_clock = replace(day, overflow_action=offer, wrap_up_s=0.0)
    return (
        replace(day, schedule=LONG_DAY, closed_action=_transfer("night"), overflow_action=offer),
        replace(day, id="support", members=_members(10), selection=Selection.ROUND_ROBIN, exceptions=(_disturbance(),)),
        replace(around_the_clock, id="switchboard", members=_members(20), selection=Selection.RING_ALL),
        replace(day, id="limited", members=_members(30), selection=Selection.ROUND_ROBIN_LIMITED, max_rounds=1),
        replace(day, id="experts", members=_members(40), selection=Selection.LESS_SKILLED_GRADUALLY, priority=2),
        replace(
            around_the_clock, id="night", members=_members(50), no_agents_action=offer, time_zone="Europe/Helsinki"
        ),
        replace(day, id="smart", members=_members(60), smart_routing=SmartRouting("crm"), ring_timeout_s=12.0),
        replace(day, id="ping", members=_members(70), max_wait_s=15.0, overflow_action=_transfer("pong"), max_queue=3),
        replace(day, id="pong", members=_members(80)[:2], max_wait_s=15.0, overflow_action=_transfer("ping")),
        replace(around_the_clock, id="forward", members=(), open_action=_transfer(OUTSIDE), schedule=OVERNIGHT),
    )


def _transfer(to: str) -> Action:
    return Action(ActionKind.TRANSFER, Target(TargetKind.NUMBER, to) if to.startswith("+") else to_pool(to))


def _disturbance() -> AdHocException:
    """An announcement in the lunch hour that changes nothing else."""
    noon = Schedule({day: (Hours(time(11), time(13)),) for day in range(7)})
    notice = Prompt("disturbance", 5.0)
    return AdHocException("disturbance", enabled=True, applies_when=AppliesWhen.OPEN, schedule=noon, prompt=notice)
