"""A call that ought to be in Dynamics and is not is found by the next repair, whatever our row says of it (K10)."""

from datetime import timedelta

import pytest

from shared.calls.model import ActivityProgress
from shared.clock import to_iso, utc_now
from tests.fixtures.calls import MOBILE, CallWorld, messages_for_calls
from tests.fixtures.reconciling import all_of

NEVER_WRITTEN = "its user is not set up for enterprise calls"


async def done_with(calls: CallWorld) -> str:
    """A call of two hours ago, in Dynamics and done with by what our row says."""
    call_id = calls.new_call()
    calls.cloud.add(call_id, **MOBILE, ModifiedTime=to_iso(utc_now() - timedelta(hours=2)))
    assert await calls.services.calls.reconcile(call_id)
    assert (await calls.services.unlogged_calls.repair())["unlogged"] == 0
    return call_id


@pytest.mark.parametrize("wrongly", ["left out", "known"])
async def test_a_call_our_row_is_wrong_about_is_found_and_repaired(calls: CallWorld, wrongly: str) -> None:
    """``left out``: our row says that there is to be no activity, and there is none. ``known``: it says so, and there
    is one. Either way there is one activity after the repair, and our row knows it."""
    call_id = await done_with(calls)
    before = await calls.services.call_store.progress(call_id)
    assert before
    if wrongly == "left out":
        await calls.services.dataverse.delete(calls.path(call_id))
    wrong = ActivityProgress(verdict=NEVER_WRITTEN, rows_at=before.rows_at, etag=before.etag)
    await calls.services.call_store.save(call_id, wrong)
    sent = await messages_for_calls(calls)
    assert (await calls.services.unlogged_calls.repair())["unlogged"] == 1
    assert await messages_for_calls(calls) == sent + 1
    await calls.services.calls.reconcile(call_id)
    assert len(await all_of(calls, call_id)) == 1
    after = await calls.services.call_store.progress(call_id)
    assert after
    assert after.has_activity
    assert (await calls.services.unlogged_calls.repair())["unlogged"] == 0


async def test_a_call_whose_activity_is_gone_though_our_row_says_written_is_found(calls: CallWorld) -> None:
    """It is counted apart, listed with its reason, and made again by whoever wants it (``calls restore``)."""
    call_id = await done_with(calls)
    await calls.services.dataverse.delete(calls.path(call_id))
    assert (await calls.services.unlogged_calls.repair()).get("deleted") == 1
    (listed,) = await calls.services.unlogged_calls.listed()
    assert (listed.call_id, listed.reason) == (call_id, "its activity was deleted in Dynamics")
