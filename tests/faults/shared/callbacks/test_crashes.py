import asyncio
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.callbacks.activities import CallbackActivities
from shared.callbacks.inbox import CallbackInbox
from shared.callbacks.service import Callbacks
from shared.callbacks.store import CallbackStore
from shared.clock import utc_now
from shared.errors import VoiceError
from tests.fixtures.crashes import TABLE_EFFECTS, Crash, Fuse, cut_off_at_each_step
from tests.fixtures.world import World


def cut_off(world: World, fuse: Fuse) -> Callbacks:
    """The handler of a process that dies when the fuse blows."""
    services = world.services
    return Callbacks(
        settings=services.settings,
        enreach=fuse.wrap(services.enreach, ("callback", "close_callback")),
        identity=services.identity,
        activities=CallbackActivities(
            fuse.wrap(services.dataverse, ("transact", "get", "update")), services.absent_columns
        ),
        store=CallbackStore(fuse.wrap(services.tables.table("callbacks"), TABLE_EFFECTS)),
        inbox=CallbackInbox(fuse.wrap(services.tables.table("callbackinbox"), TABLE_EFFECTS)),
        clock=utc_now,
    )


async def deliver(world: World, callback_id: str, cuts: list[tuple[int, bool]]) -> None:
    """A message as the broker delivers it: again after each crash and after each error, until it is done."""
    for at, after in cuts:
        try:
            await cut_off(world, Fuse(at, after=after)).process(world.event(callback_id))
        except (Crash, VoiceError):
            continue
    for _ in range(40):
        try:
            await world.handle(callback_id)
        except VoiceError as error:
            assert error.retryable, error  # noqa: PT017 (a final error must not occur here)
            await asyncio.sleep(0.02)
        else:
            return
    raise AssertionError("a callback is never done")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_a_crash_at_any_step_leaves_one_activity(world: World, after: bool) -> None:
    """Cut off before or after each outside effect in turn, the repeated message ends with exactly one of everything."""

    async def one_callback(at: int) -> bool:
        number = world.new_number()
        callback_id = await world.leave_callback(number)
        crashed = False
        try:
            await cut_off(world, Fuse(at, after=after)).process(world.event(callback_id))
        except Crash:
            crashed = True
        await deliver(world, callback_id, [])
        await world.exactly_one(number, callback_id)
        return crashed

    assert await cut_off_at_each_step(one_callback) >= 6


async def test_the_same_callback_from_everywhere_at_once_is_one_activity(world: World) -> None:
    """Webhook five times and poll at the same moment: exactly one activity, one queue item, one closed callback."""
    number = world.new_number()
    callback_id = await world.leave_callback(number)
    await asyncio.gather(*(deliver(world, callback_id, []) for _ in range(6)))
    await world.exactly_one(number, callback_id)


cuts = st.lists(st.tuples(st.integers(1, 10), st.booleans()), max_size=3)


@given(plan=st.lists(cuts, min_size=2, max_size=4), at_once=st.booleans())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.asyncio
async def test_repeats_of_a_caller_are_counted_whatever_crashes(
    world: World, plan: list[list[tuple[int, bool]]], at_once: bool
) -> None:
    """Several requests of one caller, together or in turn, with crashes between: one activity that counts them all."""
    number = world.new_number()
    callbacks = [await world.leave_callback(number, note=str(uuid4())) for _ in plan]
    deliveries = [deliver(world, one, crashes) for one, crashes in zip(callbacks, plan, strict=True)]
    if at_once:
        await asyncio.gather(*deliveries)
    else:
        for delivery in deliveries:
            await delivery
    activity = await world.exactly_one(number, *callbacks)
    assert activity["voice_requestcount"] == len(plan)
