"""Calls of mobile, Teams and desk phones, whatever happens to the writes: none lost, none doubled (K2, K10, H5)."""

from typing import Any

import pytest

from shared.calls.model import ActivityStage
from shared.calls.rules import is_done
from shared.clock import utc_now
from shared.errors import VoiceError
from tests.fixtures.calls import ANNA, MATTI, MOBILE, CallWorld
from tests.fixtures.reconciling import STEPS, all_of, reconcile

FAULTS: list[dict[str, Any]] = [
    {"status": 503, "times": 1},
    {"status": 503, "times": 3},
    {"drop": True, "times": 1},
    {"after_commit": True, "drop": True, "times": 1},
    {"after_commit": True, "status": 503, "times": 1},
]
TERMINALS: list[dict[str, Any]] = [
    MOBILE,
    {**MOBILE, "Terminal": "teams"},
    {**MOBILE, "Terminal": "desk", "CallTypeString": "ServiceCall", "QueueName": "Sales", "WaitTime": 20},
]


async def reconcile_until_done(calls: CallWorld, call_id: str) -> int:
    """As the queue does: errors that pass by themselves are tried again; how often there were any."""
    for failures in range(10):
        try:
            await calls.services.calls.reconcile(call_id)
        except VoiceError as error:
            assert error.retryable, error  # noqa: PT017
            continue
        return failures
    raise AssertionError("it never succeeds")


@pytest.mark.parametrize("terminal", TERMINALS, ids=lambda terminal: terminal["Terminal"])
@pytest.mark.parametrize("fault", FAULTS, ids=str)
async def test_a_failed_write_loses_no_call(calls: CallWorld, fault: dict[str, Any], terminal: dict[str, Any]) -> None:
    """Refused, lost or done with its answer lost: one activity in the end, and our row knows of it."""
    call_id = calls.new_call()
    calls.cloud.add(call_id, **terminal)
    await calls.world.fault(match="$batch", **fault)
    assert await reconcile_until_done(calls, call_id) == fault["times"]
    [activity] = await all_of(calls, call_id)
    assert (activity["_regardingobjectid_value"], activity["statecode"]) == (MATTI, 1)
    progress = await calls.services.call_store.progress(call_id)
    assert progress
    assert (progress.stage, progress.verdict) == (ActivityStage.COMPLETED, "enterprise")


async def test_a_call_whose_write_fails_is_not_taken_for_done(calls: CallWorld) -> None:
    """The sync goes on finding it until it is written (K10)."""
    call_id = calls.new_call()
    calls.cloud.add(call_id, **MOBILE)
    await calls.world.fault(match="$batch", times=1, status=503)
    with pytest.raises(VoiceError):
        await calls.services.calls.reconcile(call_id)
    assert not is_done(await calls.services.call_store.progress(call_id), utc_now())
    await reconcile_until_done(calls, call_id)
    assert len(await all_of(calls, call_id)) == 1


@pytest.mark.parametrize("is_written", [False, True])
async def test_a_user_who_leaves_while_a_write_fails_loses_no_call(calls: CallWorld, is_written: bool) -> None:
    """The verdict was given when they were set up; a row of ours in Dynamics is known though its answer was lost."""
    call_id, services = calls.new_call(), calls.new_process()
    calls.cloud.add(call_id, **MOBILE)
    await calls.world.fault(match="$batch", times=1, drop=True, after_commit=is_written)
    with pytest.raises(VoiceError):
        await services.calls.reconcile(call_id)
    users = dict(await services.users.by_voice_id())
    services.users._by_voice_id = {one: user for one, user in users.items() if one != ANNA}
    await services.calls.reconcile(call_id)
    [activity] = await all_of(calls, call_id)
    assert activity["_ownerid_value"] == str(users[ANNA].id)
    await services.close()


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, STEPS))
async def test_a_process_that_dies_at_any_step_loses_no_call(calls: CallWorld, at: int, after: bool) -> None:
    """Killed before or after any write, while it is made and while it is enriched."""
    call_id = calls.new_call()
    row = calls.cloud.add(call_id, **{**MOBILE, "RecordingIds": []})
    await reconcile(calls, call_id, at, after=after)
    calls.cloud.change(row, RecordingIds=["rec-1"])
    await reconcile(calls, call_id, at, after=after)
    await reconcile(calls, call_id)
    [activity] = await all_of(calls, call_id)
    assert (activity["statecode"], activity["_regardingobjectid_value"]) == (1, MATTI)
