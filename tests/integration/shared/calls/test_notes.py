"""What agents tell of a call with their phones: whose it is, where it lands, and that it can be taken back (D6, K4)."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.calls.model import ActivityProgress, ActivityStage
from shared.clock import to_iso, utc_now
from shared.dataverse.model import Change
from shared.errors import InvalidInput
from shared.settings.model import SettingKind
from tests.fixtures.calls import (
    ANNA_D365,
    ANNA_SIGNED_IN,
    BJORN,
    BJORN_D365,
    BJORN_SIGNED_IN,
    DEMO_CALL_SYNC,
    MATTI,
    MATTI_NUMBER,
    CallWorld,
    parties,
)

NOBODYS_NUMBER = "+358469999998"


async def tell(calls: CallWorld, call_id: str, agent: str = ANNA_SIGNED_IN, **told: Any) -> None:
    await calls.services.call_notes.take(call_id, agent, told)
    await calls.services.calls.reconcile(call_id)


async def description(calls: CallWorld, call_id: str) -> str | None:
    text: str | None = (await calls.activity(call_id))["description"]
    return text


async def progress_of(calls: CallWorld, call_id: str) -> ActivityProgress:
    progress = await calls.services.call_store.progress(call_id)
    assert progress is not None
    return progress


async def new_request(calls: CallWorld) -> str:
    """A callback request that is in Dynamics."""
    callback_id = await calls.world.leave_callback(calls.world.new_number())
    await calls.world.handle(callback_id)
    return str(calls.world.activity_id(callback_id))


async def test_who_had_no_part_in_a_call_writes_nothing_about_it(calls: CallWorld) -> None:
    """Björn's notes, pick and callback request do not touch Anna's call; those of her own do."""
    call_id = calls.new_call()
    calls.cloud.add(call_id, ANum=NOBODYS_NUMBER)
    await tell(calls, call_id, BJORN_SIGNED_IN, notes="not mine", customer={"kind": "contact", "id": MATTI})
    await tell(calls, call_id, notes="mine")
    activity = await calls.activity(call_id)
    assert (activity["description"], activity["_regardingobjectid_value"]) == ("mine", None)


async def test_notes_about_a_private_leg_do_not_land(calls: CallWorld) -> None:
    """Anna's part of the call was private, Björn's was work: only Björn's notes are shown (H3)."""
    call_id, start = calls.new_call(), utc_now().replace(microsecond=0) - timedelta(minutes=10)
    calls.cloud.add(call_id, start=start, Privacy="Private", CallTypeString="Call", QueueName=None)
    calls.cloud.add(call_id, start=start + timedelta(seconds=70), UserID=BJORN, CallTypeString="Call", QueueName=None)
    await tell(calls, call_id, notes="private")
    await tell(calls, call_id, BJORN_SIGNED_IN, notes="work")
    assert await description(calls, call_id) == "work"


async def test_the_pick_of_who_had_the_call_last_counts(calls: CallWorld) -> None:
    """After a transfer Björn knows better; both agents' notes stand in the order they were begun."""
    call_id, start = calls.new_call(), utc_now().replace(microsecond=0) - timedelta(minutes=10)
    calls.cloud.add(call_id, start=start, ANum=NOBODYS_NUMBER, EndTime=to_iso(start + timedelta(seconds=30)))
    calls.cloud.add(call_id, start=start + timedelta(seconds=20), ANum=NOBODYS_NUMBER, UserID=BJORN)
    other = str(
        (await calls.services.dataverse.get("contacts", {"$filter": f"contactid ne {MATTI}"}))["value"][0]["contactid"]
    )
    await tell(calls, call_id, BJORN_SIGNED_IN, notes="second", customer={"kind": "contact", "id": MATTI})
    await tell(calls, call_id, notes="first", customer={"kind": "contact", "id": other})
    activity = await calls.activity(call_id)
    assert (activity["_regardingobjectid_value"], activity["description"]) == (MATTI, "second\nfirst")


async def test_an_agent_may_name_only_rows_they_can_read(calls: CallWorld) -> None:
    """A customer, and a request that is none, are refused with what is wrong."""
    call_id = calls.new_call()
    with pytest.raises(InvalidInput, match="customer-unknown"):
        await tell(calls, call_id, str(uuid4()), customer={"kind": "contact", "id": MATTI})
    activity = str(uuid4())
    await calls.services.dataverse.transact([Change("PATCH", f"phonecalls({activity})", {"subject": "no request"})])
    for request in (activity, str(uuid4())):
        with pytest.raises(InvalidInput, match="callback-request-unknown"):
            await tell(calls, call_id, callbackRequest=request)


async def test_what_an_agent_takes_back_is_taken_back(calls: CallWorld) -> None:
    """Notes and pick that were wrong leave no trace in the activity, which is open again for the right one."""
    call_id = calls.new_call()
    calls.cloud.add(call_id, ANum=NOBODYS_NUMBER)
    await tell(calls, call_id, notes="wrong window", customer={"kind": "contact", "id": MATTI})
    await tell(calls, call_id, notes="", customer=None)
    activity = await calls.activity(call_id)
    assert (activity["description"], activity["_regardingobjectid_value"], activity["statecode"]) == (None, None, 0)
    assert parties(activity) == [(1, NOBODYS_NUMBER), (2, ANNA_D365)]


async def test_an_attempt_moves_to_the_request_that_was_meant(calls: CallWorld) -> None:
    """It counts on one request only, and on none when the call turns out to be private (F8, H3)."""
    wrong, right = await new_request(calls), await new_request(calls)
    call_id = calls.new_call()
    row = calls.cloud.add(call_id)

    async def counted() -> list[int]:
        return [
            (await calls.services.dataverse.get(f"phonecalls({one})"))["voice_attemptcount"] or 0
            for one in (wrong, right)
        ]

    await tell(calls, call_id, callbackRequest=wrong)
    assert await counted() == [1, 0]
    await tell(calls, call_id, callbackRequest=right)
    assert await counted() == [0, 1]
    calls.cloud.change(row, Privacy="Private")
    await calls.services.calls.reconcile(call_id)
    assert await counted() == [0, 0]


async def test_a_customer_who_is_gone_costs_only_the_customer(calls: CallWorld) -> None:
    """Deleted between pick and end, they are a bare number in the activity, which is open for another pick."""
    call_id, gone = calls.new_call(), str(uuid4())
    row = calls.cloud.add(call_id, RecordingIds=[], ANum=NOBODYS_NUMBER)
    await calls.services.calls.reconcile(call_id)
    await calls.services.dataverse.transact([Change("PATCH", f"contacts({gone})", {"lastname": "Gone"})])
    await calls.services.call_notes.take(call_id, ANNA_SIGNED_IN, {"customer": {"kind": "contact", "id": gone}})
    await calls.services.dataverse.delete(f"contacts({gone})")
    calls.cloud.change(row, RecordingIds=["rec-1"])
    await calls.services.calls.reconcile(call_id)
    activity = await calls.activity(call_id)
    assert (activity["voice_recording"] is not None, activity["statecode"]) == (True, 0)
    assert parties(activity) == [(1, NOBODYS_NUMBER), (2, ANNA_D365)]


async def test_an_assignee_who_is_gone_costs_only_the_assignee(calls: CallWorld) -> None:
    """The customer stays a party and is regarded, when the activity is made and afterwards (H4)."""
    await calls.world.set(SettingKind.CALL_SYNC, "call-sync", {**DEMO_CALL_SYNC, "default_assignee": str(uuid4())})
    call_id = calls.new_call()
    row = calls.cloud.add(call_id, UserID=str(uuid4()))
    await calls.services.calls.reconcile(call_id)
    calls.cloud.change(row, Duration=100)
    await calls.services.calls.reconcile(call_id)
    activity = await calls.activity(call_id)
    assert (activity["_regardingobjectid_value"], activity["voice_duration"]) == (MATTI, 100)
    assert parties(activity) == [(1, MATTI)]


async def test_saved_again_and_again_below_a_persons_text_notes_stand_there_once(calls: CallWorld) -> None:
    """Each draft takes the place of the one before; a piece of the person's own text is not taken for them."""
    call_id = calls.new_call()
    calls.cloud.add(call_id, RecordingIds=[])
    await calls.services.calls.reconcile(call_id)
    typed = "He will not pay 1000 euros"
    await calls.services.dataverse.update(calls.path(call_id), {"description": typed})
    for draft in ("pay", "pay 100", "pay 100 now"):
        await tell(calls, call_id, notes=draft)
        assert await description(calls, call_id) == f"{typed}\n{draft}"
    await tell(calls, call_id, notes="")
    assert await description(calls, call_id) == typed


async def test_notes_reach_a_completed_activity_that_a_person_had_edited(calls: CallWorld) -> None:
    """It is opened, written and completed in one change set."""
    call_id = calls.new_call()
    row = calls.cloud.add(call_id, RecordingIds=[])
    await tell(calls, call_id, notes="first")
    await calls.services.dataverse.update(calls.path(call_id), {"description": "A person wrote"})
    calls.cloud.change(row, RecordingIds=["rec-1"])
    await calls.services.calls.reconcile(call_id)
    assert (await progress_of(calls, call_id)).stage is ActivityStage.COMPLETED
    await tell(calls, call_id, notes="after the end")
    activity = await calls.activity(call_id)
    assert (activity["description"], activity["statecode"]) == ("A person wrote\nafter the end", 1)


@pytest.mark.parametrize("typed", ["wants a refund, urgent", "He called again"])
async def test_notes_that_a_person_has_changed_do_not_come_again(calls: CallWorld, typed: str) -> None:
    """Having landed they are that person's to correct or delete; only new ones are put below."""
    call_id = calls.new_call()
    row = calls.cloud.add(call_id, RecordingIds=[])
    await tell(calls, call_id, notes="wants a refund")
    await calls.services.dataverse.update(calls.path(call_id), {"description": typed})
    calls.cloud.change(row, RecordingIds=["rec-1"])
    await calls.services.calls.reconcile(call_id)
    assert await description(calls, call_id) == typed
    await tell(calls, call_id, notes="by Friday")
    assert await description(calls, call_id) == f"{typed}\nby Friday"


async def test_notes_that_are_too_long_below_a_text_are_cut(calls: CallWorld) -> None:
    """What there is room for is shown, and replaced like any other."""
    call_id = calls.new_call()
    calls.cloud.add(call_id, RecordingIds=[])
    await calls.services.calls.reconcile(call_id)
    await calls.services.dataverse.update(calls.path(call_id), {"description": "x" * 1990})
    await tell(calls, call_id, notes="a" * 100)
    assert await description(calls, call_id) == "x" * 1990 + "\n" + "a" * 9
    await tell(calls, call_id, notes="short")
    assert await description(calls, call_id) == "x" * 1990 + "\nshort"


@pytest.mark.parametrize("character", ["漢", "\N{GRINNING FACE}"])
async def test_long_notes_in_any_script_fit_however_often_they_change(calls: CallWorld, character: str) -> None:
    """Several agents' full notes, saved many times, stay within what a row of the table holds."""
    call_id = calls.new_call()
    for user_id in (None, BJORN):
        calls.cloud.add(call_id, RecordingIds=[], **({"UserID": user_id} if user_id else {}))
    width = len(character.encode("utf-16-le")) // 2
    for number in range(10):
        for agent in (ANNA_SIGNED_IN, BJORN_SIGNED_IN):
            await tell(calls, call_id, agent, notes=character * (1998 // width) + str(number))
    assert str(await description(calls, call_id)).startswith(character * (1998 // width) + "9")


async def test_colleagues_stand_on_both_sides_of_an_internal_call(calls: CallWorld) -> None:
    """Who dialled is From and owner, who was called is To, whichever row comes first; nobody is a bare number."""
    for delay_s in (0, 1):
        call_id, start = calls.new_call(), utc_now().replace(microsecond=0) - timedelta(minutes=10)
        common = {"ANum": "+358401111111", "BNum": "+358402222222", "CallTypeString": "Call", "QueueName": None}
        calls.cloud.add(call_id, Direction=1, start=start, **common)
        calls.cloud.add(call_id, Direction=0, start=start + timedelta(seconds=delay_s), UserID=BJORN, **common)
        await calls.services.calls.reconcile(call_id)
        activity = await calls.activity(call_id)
        assert parties(activity) == [(1, ANNA_D365), (2, BJORN_D365)]
        assert (activity["_ownerid_value"], activity["directioncode"]) == (ANNA_D365, True)


async def test_a_blanked_activity_says_nothing(calls: CallWorld) -> None:
    """No number, time, figure, link or party is left, and it is completed, by the time of that (H3)."""
    await calls.world.set(SettingKind.CALL_SYNC, "call-sync", {**DEMO_CALL_SYNC, "reclassified": "blank"})
    call_id = calls.new_call()
    row = calls.cloud.add(call_id, ANum=MATTI_NUMBER)
    await tell(calls, call_id, notes="secret")
    calls.cloud.change(row, Privacy="Private")
    await calls.services.calls.reconcile(call_id)
    activity = await calls.activity(call_id)
    told = {name for name, value in activity.items() if name.startswith(("voice_", "actual", "_regarding")) and value}
    assert told <= {"actualend"}
    assert activity["actualend"] != row["EndTime"].replace(".000Z", "Z")
    assert (activity["description"], activity["phonenumber"], parties(activity)) == (None, None, [])
    assert activity["statecode"] == 1
