"""What an environment lacks costs an activity only that: columns of ours that were renamed or deleted (G)."""

from datetime import timedelta

import pytest

from shared.clock import utc_now
from shared.dataverse import names
from shared.settings.model import SettingKind
from tests.fixtures.calls import DEMO_CALL_SYNC, MATTI, CallWorld, parties
from tests.fixtures.columns import without

ON_MOBILE = {"Terminal": "mobile", "CallTypeString": "DirectCall", "QueueName": None, "WaitTime": None}


@pytest.mark.parametrize(("hours_ago", "column"), [*enumerate(names.CALL_COLUMNS, start=2)])
async def test_an_enterprise_call_is_written_without_any_one_column(
    calls: CallWorld, hours_ago: int, column: str
) -> None:
    """Also without the one by which activities of ours are told from those written by hand (H4)."""
    call_id, start = calls.new_call(), utc_now().replace(microsecond=0) - timedelta(hours=hours_ago)
    async with without(calls.world, column):
        calls.cloud.add(call_id, start=start, **ON_MOBILE)
        assert await calls.new_process().calls.reconcile(call_id)
    activity = await calls.activity(call_id)
    assert (activity["statecode"], activity["_regardingobjectid_value"]) == (1, MATTI)


@pytest.mark.parametrize("column", [names.RECORDING, names.CALLBACK_REQUEST])
async def test_a_call_is_blanked_without_any_one_column(calls: CallWorld, column: str) -> None:
    """What is not there needs no emptying; all else is emptied (H3)."""
    await calls.world.set(SettingKind.CALL_SYNC, "call-sync", {**DEMO_CALL_SYNC, "reclassified": "blank"})
    call_id = calls.new_call()
    row = calls.cloud.add(call_id)
    await calls.services.calls.reconcile(call_id)
    calls.cloud.change(row, Privacy="Private")
    async with without(calls.world, column):
        assert await calls.new_process().calls.reconcile(call_id)
    activity = await calls.activity(call_id)
    assert (activity["phonenumber"], activity[names.DURATION], parties(activity)) == (None, None, [])
    assert activity["statecode"] == 1
