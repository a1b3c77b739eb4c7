"""Calls of which no customer is known, or several are: open for the agent, who says who it was (D6, G1, G4)."""

from datetime import timedelta
from typing import Any

import pytest

from shared.calls.model import ActivityStage
from shared.clock import to_iso, utc_now
from shared.settings.model import SettingKind
from tests.fixtures.calls import ANNA_SIGNED_IN, BJORN, DEMO_CALL_SYNC, MATTI, CallWorld, messages_for_calls

NOBODYS_NUMBER, SEVERALS_NUMBER = "+358469999999", "+358501112222"
TO_MATTI = {"regardingobjectid_contact_phonecall@odata.bind": f"/contacts({MATTI})"}
OPEN, COMPLETED = 0, 1


async def reconciled(calls: CallWorld, **changes: Any) -> str:
    """A call of two hours ago with everything known, that has been reconciled."""
    call_id = calls.new_call()
    changed_at = to_iso(utc_now() - timedelta(hours=2))
    calls.cloud.add(call_id, **{"ModifiedTime": changed_at, **changes})
    assert await calls.services.calls.reconcile(call_id)
    return call_id


async def state(calls: CallWorld, call_id: str) -> tuple[int, str | None]:
    activity = await calls.activity(call_id)
    return activity["statecode"], activity["_regardingobjectid_value"]


@pytest.mark.parametrize("number", [NOBODYS_NUMBER, SEVERALS_NUMBER, ""])
async def test_a_call_with_no_or_several_customers_stays_open_until_the_agent_picks(
    calls: CallWorld, number: str
) -> None:
    """Everything else is in it, nothing more is waited for, and the pick completes it."""
    call_id = await reconciled(calls, ANum=number)
    assert await state(calls, call_id) == (OPEN, None)
    assert (await calls.activity(call_id))["voice_recording"]
    await calls.services.call_notes.take(call_id, ANNA_SIGNED_IN, {"customer": {"kind": "contact", "id": MATTI}})
    await calls.services.calls.reconcile(call_id)
    assert await state(calls, call_id) == (COMPLETED, MATTI)


async def test_regarding_filled_in_dynamics_completes_it_by_the_next_repair(calls: CallWorld) -> None:
    """It is no call that was lost: neither listed nor counted as one."""
    call_id = await reconciled(calls, ANum=NOBODYS_NUMBER)
    unlogged_calls = calls.services.unlogged_calls
    assert await unlogged_calls.repair() == {"unlogged": 0, "stuck": 0, "deleted": 0}
    await calls.services.dataverse.update(calls.path(call_id), TO_MATTI)
    assert await unlogged_calls.listed() == []
    sent = await messages_for_calls(calls)
    assert await unlogged_calls.repair() == {"unlogged": 0, "stuck": 0, "deleted": 0}
    assert await messages_for_calls(calls) == sent + 1
    await calls.services.calls.reconcile(call_id)
    assert await state(calls, call_id) == (COMPLETED, MATTI)


async def test_what_the_agent_completed_in_the_form_is_the_agents(calls: CallWorld) -> None:
    """Completed by hand, it is not taken for completed by us, and not opened again for later notes."""
    call_id = await reconciled(calls, ANum=NOBODYS_NUMBER)
    await calls.services.dataverse.update(calls.path(call_id), {**TO_MATTI, "statecode": 1, "statuscode": 4})
    await calls.services.call_notes.take(call_id, ANNA_SIGNED_IN, {"notes": "late"})
    await calls.services.calls.reconcile(call_id)
    assert await state(calls, call_id) == (COMPLETED, MATTI)
    progress = await calls.services.call_store.progress(call_id)
    assert progress
    assert progress.stage is ActivityStage.FINAL
    assert await calls.services.unlogged_calls.listed() == []


@pytest.mark.parametrize(("setting", "expected"), [({"complete_unidentified": True}, COMPLETED), ({}, OPEN)])
async def test_settings_decide_whether_it_stays_open(calls: CallWorld, setting: dict[str, bool], expected: int) -> None:
    """Whatever time passes: it does not run out (``complete_limit_s``)."""
    await calls.world.set(SettingKind.CALL_SYNC, "call-sync", {**DEMO_CALL_SYNC, "complete_limit_s": 1, **setting})
    call_id = await reconciled(calls, ANum=NOBODYS_NUMBER)
    assert await state(calls, call_id) == (expected, None)


async def test_a_call_among_colleagues_is_completed(calls: CallWorld) -> None:
    """It has no customer, so none is waited for."""
    call_id, start = calls.new_call(), utc_now().replace(microsecond=0) - timedelta(minutes=10)
    common = {"ANum": "+358401111111", "BNum": "+358402222222", "CallTypeString": "Call", "QueueName": None}
    calls.cloud.add(call_id, Direction=1, start=start, **common)
    calls.cloud.add(call_id, Direction=0, start=start, UserID=BJORN, **common)
    await calls.services.calls.reconcile(call_id)
    assert await state(calls, call_id) == (COMPLETED, None)


async def test_an_attempt_that_nobody_answered_is_completed(calls: CallWorld) -> None:
    """Nobody has anything to add to it; the request it counts on stays open (F9)."""
    callback_id = await calls.world.leave_callback(calls.world.new_number())
    await calls.world.handle(callback_id)
    call_id, request = calls.new_call(), str(calls.world.activity_id(callback_id))
    await calls.services.call_notes.take(call_id, ANNA_SIGNED_IN, {"callbackRequest": request})
    unanswered = {"AnswerTime": None, "EndResult": 1, "Duration": 0, "RecordingIds": [], "EndReason": "no_answer"}
    calls.cloud.add(call_id, Direction=1, ANum="", BNum=NOBODYS_NUMBER, **unanswered)
    await calls.services.calls.reconcile(call_id)
    assert await state(calls, call_id) == (COMPLETED, None)
