"""A call that is reconciled again after persons, customers or settings have changed stays what it was (G4, D6, K5)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.calls.messages import received
from shared.calls.model import ActivityStage, PoolCallEvent, PoolCallEventKind
from shared.clock import to_iso, utc_now
from shared.dataverse.model import Change
from shared.errors import Unavailable
from tests.fixtures.calls import (
    ANNA_D365,
    ANNA_SIGNED_IN,
    MATTI,
    MATTI_NUMBER,
    CallWorld,
    parties,
)


@asynccontextmanager
async def disabled(calls: CallWorld, user: str) -> AsyncIterator[None]:
    await calls.services.dataverse.update(f"systemusers({user})", {"isdisabled": True})
    try:
        yield
    finally:
        await calls.services.dataverse.update(f"systemusers({user})", {"isdisabled": False})


async def test_an_agent_who_has_left_keeps_their_calls(calls: CallWorld) -> None:
    """Notes, owner and party stay when the recording comes after the agent's user was disabled."""
    call_id = calls.new_call()
    row = calls.cloud.add(call_id, RecordingIds=[])
    await calls.services.call_notes.take(call_id, ANNA_SIGNED_IN, {"notes": "wants a refund"})
    await calls.services.calls.reconcile(call_id)
    async with disabled(calls, ANNA_D365):
        calls.cloud.change(row, RecordingIds=["rec-1"])
        later = calls.new_process()
        assert await later.calls.reconcile(call_id)
        await later.close()
    activity = await calls.activity(call_id)
    assert (activity["description"], activity["_ownerid_value"]) == ("wants a refund", ANNA_D365)
    assert parties(activity) == [(1, MATTI), (2, ANNA_D365)]
    assert activity["voice_recording"]


async def test_a_customer_who_was_identified_stays(calls: CallWorld) -> None:
    """A second contact with the number comes after the call was written: the first one stays the customer."""
    call_id, second = calls.new_call(), str(uuid4())
    row = calls.cloud.add(call_id, RecordingIds=[])
    await calls.services.calls.reconcile(call_id)
    path = f"contacts({second})"
    await calls.services.dataverse.transact([Change("PATCH", path, {"lastname": "Twin", "mobilephone": MATTI_NUMBER})])
    try:
        await calls.services.index_sync.run()
        calls.cloud.change(row, RecordingIds=["rec-1"])
        assert await calls.services.calls.reconcile(call_id)
    finally:
        await calls.services.dataverse.delete(path)
    activity = await calls.activity(call_id)
    assert (activity["_regardingobjectid_value"], parties(activity)) == (MATTI, [(1, MATTI), (2, ANNA_D365)])
    assert activity["subject"] == "Incoming call: Matti Meikäläinen"


async def test_a_pick_that_is_taken_back_leaves_who_was_identified(calls: CallWorld) -> None:
    """Only what the agent has said goes when the agent takes it back."""
    call_id = calls.new_call()
    calls.cloud.add(call_id, RecordingIds=[])
    for customer in (None, {"kind": "contact", "id": await other_contact(calls)}, None):
        await calls.services.call_notes.take(call_id, ANNA_SIGNED_IN, {"customer": customer})
        await calls.services.calls.reconcile(call_id)
        expected = customer["id"] if customer else MATTI
        assert (await calls.activity(call_id))["_regardingobjectid_value"] == expected


async def other_contact(calls: CallWorld) -> str:
    found = await calls.services.dataverse.get("contacts", {"$filter": f"contactid ne {MATTI}", "$top": "1"})
    return str(found["value"][0]["contactid"])


async def test_a_colleague_who_is_no_user_of_dynamics_takes_no_call_away(calls: CallWorld) -> None:
    """Handed on to the colleague, it stays the agent's who talked before (K5)."""
    call_id, start = calls.new_call(), utc_now().replace(microsecond=0) - timedelta(minutes=5)
    calls.cloud.add(call_id, start=start, EndTime=to_iso(start + timedelta(seconds=30)))
    later = {"CallTypeString": "DirectCall", "QueueName": None, "WaitTime": None}
    calls.cloud.add(call_id, start=start + timedelta(seconds=20), UserID=str(uuid4()), **later)
    await calls.services.calls.reconcile(call_id)
    activity = await calls.activity(call_id)
    assert activity["_ownerid_value"] == activity["_createdby_value"] == ANNA_D365
    assert parties(activity) == [(1, MATTI), (2, ANNA_D365)]


@pytest.mark.parametrize("by", ["deleting", "cancelling"])
async def test_what_a_person_has_ended_is_not_waited_for(calls: CallWorld, by: str) -> None:
    """No recording will ever be written into it, so nobody looks for one (G4)."""
    call_id = calls.new_call()
    row = calls.cloud.add(call_id, RecordingIds=[])
    assert not await calls.services.calls.reconcile(call_id)
    if by == "deleting":
        await calls.services.dataverse.delete(calls.path(call_id))
    else:
        await calls.services.dataverse.update(calls.path(call_id), {"statecode": 2, "statuscode": 3})
    calls.cloud.change(row, WaitTime=25)
    assert await calls.services.calls.reconcile(call_id)


async def test_notes_after_an_edit_and_a_cancellation_end_the_matter(calls: CallWorld) -> None:
    """An activity that takes no changes is no reason for a dead letter."""
    call_id = calls.new_call()
    row = calls.cloud.add(call_id, RecordingIds=[])
    await calls.services.calls.reconcile(call_id)
    await calls.services.dataverse.update(calls.path(call_id), {"description": "A person wrote"})
    calls.cloud.change(row, WaitTime=25)
    await calls.services.calls.reconcile(call_id)
    await calls.services.dataverse.update(calls.path(call_id), {"statecode": 2, "statuscode": 3})
    await calls.services.call_notes.take(call_id, ANNA_SIGNED_IN, {"notes": "late"})
    await calls.services.calls.reconcile(call_id)
    progress = await calls.services.call_store.progress(call_id)
    assert progress
    assert progress.stage is ActivityStage.FINAL
    assert (await calls.activity(call_id))["description"] == "A person wrote"


async def test_a_reconciliation_that_was_overtaken_leaves_no_older_notes(
    calls: CallWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Held up before its write while another one wrote newer notes, it gives up and the next one finds all done."""
    call_id = calls.new_call()
    calls.cloud.add(call_id, RecordingIds=[])
    await calls.services.calls.reconcile(call_id)
    await note(calls, call_id, "wants ref")
    slow, held, go_on = calls.new_process(), asyncio.Event(), asyncio.Event()
    transact = slow.dataverse.transact

    async def held_up(changes: Any) -> Any:
        held.set()
        await go_on.wait()
        return await transact(changes)

    monkeypatch.setattr(slow.dataverse, "transact", held_up)
    reconciling = asyncio.ensure_future(slow.calls.reconcile(call_id))
    await held.wait()
    await note(calls, call_id, "wants refund")
    await calls.services.calls.reconcile(call_id)
    go_on.set()
    with pytest.raises(Unavailable, match="call-contended"):
        await reconciling
    assert not await slow.calls.reconcile(call_id)
    await slow.close()
    assert (await calls.activity(call_id))["description"] == "wants refund"


async def note(calls: CallWorld, call_id: str, notes: str) -> None:
    await calls.services.call_notes.take(call_id, ANNA_SIGNED_IN, {"notes": notes})


async def test_a_call_whose_arrival_is_reported_last_does_not_go_on(calls: CallWorld) -> None:
    """And two things of the same moment are two, where the moment is all the order there is."""
    call_id, now = calls.new_call(), utc_now()
    sequence = int(now.timestamp() * 1000)
    for kind in (PoolCallEventKind.ENDED, PoolCallEventKind.ANSWERED, PoolCallEventKind.ARRIVED):
        event = PoolCallEvent(call_id, sequence, kind, now, MATTI_NUMBER, "Sales")
        await calls.services.calls.process(received(event, now))
    assert call_id not in await calls.services.call_store.going_on()
    assert len((await calls.services.call_store.call(call_id)).events) == 3
