"""A column of ours that Dynamics lacks costs a callback request that column, never the request (F2, F8, F9, K6)."""

from typing import Any
from uuid import uuid4

import pytest

from shared.callbacks.model import CallbackOutcome
from shared.dataverse import names
from tests.fixtures.calls import ANNA_SIGNED_IN, CallWorld
from tests.fixtures.columns import without
from tests.fixtures.world import SALES_LIST, World


async def test_a_callback_is_written_and_counted_without_any_one_column(world: World) -> None:
    """The request, its queue item and a repeat of it; the column is known to be missing."""
    for column in set(names.CALLBACK_COLUMNS) - {names.LAST_ATTEMPT_ON}:
        number, services = world.new_number(), world.new_services()
        first, second = [await world.leave_callback(number, note=str(uuid4())) for _ in range(2)]
        async with without(world, column):
            assert await world.handle(first, services) is CallbackOutcome.CREATED
            assert await world.handle(second, services) is CallbackOutcome.COUNTED
            assert column in await services.absent_columns.names()
        await services.close()
        activity = await world.exactly_one(number, first, second)
        there = {names.CALLBACK_ID: first, names.CALLBACK_LIST: SALES_LIST, names.REQUEST_COUNT: 2}
        assert {name: activity[name] for name in there} == {**there, **({column: None} if column in there else {})}


async def request_and_attempt(calls: CallWorld, columns: tuple[str, ...]) -> dict[str, Any]:
    """A callback request that was called back while Dynamics lacked some columns."""
    number, call_id, services = calls.world.new_number(), calls.new_call(), calls.new_process()
    callback_id = await calls.world.leave_callback(number)
    await calls.world.handle(callback_id)
    request = str(calls.world.activity_id(callback_id))
    calls.cloud.add(call_id, Direction=1, BNum=number, ANum="", QueueName=None)
    async with without(calls.world, *columns):
        await services.call_notes.take(call_id, ANNA_SIGNED_IN, {"callbackRequest": request})
        assert await services.calls.reconcile(call_id) is not None
        assert set(columns) <= await services.absent_columns.names()
    await services.close()
    return await calls.services.dataverse.get(f"phonecalls({request})")


@pytest.mark.parametrize(
    "columns", [(names.CALLBACK_ID,), (names.ATTEMPT_COUNT,), (names.ATTEMPT_COUNT, names.LAST_ATTEMPT_ON)]
)
async def test_an_attempt_is_counted_without_columns(calls: CallWorld, columns: tuple[str, ...]) -> None:
    """The phone may say that it calls back, and what has a column is written."""
    row = await request_and_attempt(calls, columns)
    assert (row[names.ATTEMPT_COUNT] == 1) is (names.ATTEMPT_COUNT not in columns)
    assert (row[names.LAST_ATTEMPT_ON] is None) is (names.LAST_ATTEMPT_ON in columns)
