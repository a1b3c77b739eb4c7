"""Answered calls of which no recording comes: written, and done with (G2)."""

from datetime import timedelta

import pytest

from shared.calls.messages import check_wanted
from shared.clock import utc_now
from tests.fixtures.calls import CallWorld

DAY_OF_LOOKS = 300
"""More checks than fit into a day."""


async def test_a_recording_that_was_not_made_is_not_waited_for(calls: CallWorld) -> None:
    """The record says so: the activity is completed without it at once, and why is noted."""
    call_id = calls.new_call()
    calls.cloud.add(call_id, RecordingIds=[], RecordingsComplete=True)
    assert await calls.services.calls.reconcile(call_id)
    activity = await calls.activity(call_id)
    assert (activity["statecode"], activity["voice_recording"], activity["voice_duration"]) == (1, None, 65)
    progress = await calls.services.call_store.progress(call_id)
    assert progress
    assert progress.recording == "the voice cloud has made none"


@pytest.mark.parametrize("complete", [False, None, "yes"])
async def test_any_other_sign_is_none(calls: CallWorld, complete: object) -> None:
    """A voice cloud that cannot tell is waited for."""
    call_id = calls.new_call()
    row = calls.cloud.add(call_id, RecordingIds=[], RecordingsComplete=complete)
    assert not await calls.services.calls.reconcile(call_id)
    calls.cloud.change(row, RecordingIds=["rec-1"])
    assert await calls.services.calls.reconcile(call_id)


async def test_after_its_time_a_recording_is_no_longer_looked_for(calls: CallWorld) -> None:
    """The last check ends in peace, not in a dead letter; what comes later is still added."""
    call_id = calls.new_call()
    row = calls.cloud.add(call_id, start=utc_now().replace(microsecond=0) - timedelta(hours=25), RecordingIds=[])
    await calls.services.calls.process(check_wanted(call_id, DAY_OF_LOOKS, utc_now(), "rows"))
    activity = await calls.activity(call_id)
    assert (activity["statecode"], activity["voice_recording"]) == (1, None)
    calls.cloud.change(row, RecordingIds=["rec-1"])
    assert await calls.services.calls.reconcile(call_id)
    assert (await calls.activity(call_id))["voice_recording"]
