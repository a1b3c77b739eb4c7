"""Calls that nobody told of are found by the time their rows changed (H1-H5, K10)."""

import json
from datetime import timedelta
from typing import Any

import pytest

from shared.calls.model import CallEvent, EventKind
from shared.clock import to_iso, utc_now
from shared.dataverse.model import Change
from shared.enterprise_calls.backfill import Plan, Step
from shared.enterprise_calls.sync import STUCK_AFTER
from shared.settings.model import Kind
from tests.fixtures.calls import ANNA_D365, DEMO_CALL_SYNC, MATTI, MATTI_NUMBER, CallWorld, parties

MOBILE: dict[str, Any] = {
    "Terminal": "mobile",
    "CallTypeString": "DirectCall",
    "QueueName": None,
    "WaitTime": None,
    "RecordingIds": ["rec-1"],
}


async def sent(calls: CallWorld) -> list[str]:
    """The test's own calls that wait in the queue, which is emptied: others may have left theirs there."""
    found = []
    own = {row["CallID"] for row in calls.cloud.rows.values()}
    async with calls.services.bus.receiver("calls", max_wait_time=1) as receiver:
        while batch := await receiver.receive_messages(100, max_wait_time=1):
            for message in batch:
                found.append(json.loads(str(message))["data"]["call_id"])
                await receiver.complete_message(message)
    return [call_id for call_id in found if call_id in own]


@pytest.fixture
async def emptied(calls: CallWorld) -> CallWorld:
    await sent(calls)
    return calls


async def test_each_changed_call_is_sent_once(emptied: CallWorld) -> None:
    """The overlap of two runs repeats nothing that has been looked at."""
    call_id = emptied.new_call()
    row = emptied.cloud.add(call_id, **MOBILE)
    assert await emptied.services.enterprise_calls.run() == 1
    assert await sent(emptied) == [call_id]
    await emptied.services.calls.look_at(call_id)
    assert await emptied.services.enterprise_calls.run() == 0
    emptied.cloud.change(row, Duration=99)
    assert await emptied.services.enterprise_calls.run() == 1
    assert await sent(emptied) == [call_id]


@pytest.mark.parametrize("privacy", ["Private", "Undefined", None])
async def test_a_call_that_is_not_work_goes_nowhere(emptied: CallWorld, privacy: str | None) -> None:
    """Not into a message, not into a table; when it becomes work it is synchronised, and taken back afterwards."""
    call_id = emptied.new_call()
    row = emptied.cloud.add(call_id, **MOBILE, Privacy=privacy)
    assert await emptied.services.enterprise_calls.run() == 0
    assert await emptied.services.calls.look_at(call_id)
    assert await emptied.services.call_store.progress(call_id) is None
    emptied.cloud.change(row, Privacy="Work")
    assert await emptied.services.enterprise_calls.run() == 1
    await emptied.services.calls.look_at(call_id)
    assert (await emptied.activity(call_id))["phonenumber"] == MATTI_NUMBER
    emptied.cloud.change(row, Privacy="Private")
    assert await emptied.services.enterprise_calls.run() == 1
    assert await sent(emptied) == [call_id, call_id]


@pytest.mark.parametrize("skew", [timedelta(minutes=2), timedelta(minutes=-2)])
async def test_a_clock_that_differs_by_two_minutes_loses_no_call(emptied: CallWorld, skew: timedelta) -> None:
    """Rows are found though the voice cloud stamps them early or late."""
    for _ in range(3):
        call_id = emptied.new_call()
        emptied.cloud.add(call_id, **MOBILE, ModifiedTime=to_iso(utc_now() + skew))
        await emptied.services.enterprise_calls.run()
        assert call_id in await sent(emptied)
        await emptied.services.calls.look_at(call_id)


async def test_a_run_that_dies_before_its_watermark_repeats_its_calls(emptied: CallWorld) -> None:
    """Sent but not noted: sent again, looked at again, one activity."""
    call_id = emptied.new_call()
    emptied.cloud.add(call_id, **MOBILE)
    await emptied.services.enterprise_calls.run()
    await emptied.services.tables.table("polls").delete("calls", "watermark")
    assert await emptied.services.enterprise_calls.run() == 1
    for _ in range(2):
        await emptied.services.calls.look_at(call_id)
    found = await emptied.services.dataverse.get("phonecalls", {"$filter": f"voice_callid eq '{call_id}'"})
    assert len(found["value"]) == 1


@pytest.mark.parametrize("outgoing", [False, True])
async def test_a_mobile_call_with_a_contact_is_synchronised_both_ways(calls: CallWorld, outgoing: bool) -> None:
    """Owner, parties, direction and duration are right (H1)."""
    call_id = calls.new_call()
    numbers = {"ANum": "+358501001111", "BNum": "0401234567", "Direction": 1} if outgoing else {}
    calls.cloud.add(call_id, **MOBILE, **numbers)
    await calls.services.calls.look_at(call_id)
    activity = await calls.activity(call_id)
    customer_side, agent_side = (2, 1) if outgoing else (1, 2)
    assert parties(activity) == sorted([(customer_side, MATTI), (agent_side, ANNA_D365)])
    assert (activity["directioncode"], activity["statuscode"]) == (outgoing, 2 if outgoing else 4)
    assert (activity["_ownerid_value"], activity["voice_duration"]) == (ANNA_D365, 65)
    assert (activity["phonenumber"], activity["voice_terminal"]) == (MATTI_NUMBER, "mobile")


async def test_a_short_call_is_left_out(calls: CallWorld) -> None:
    """CallDurationLimit (H4)."""
    await calls.world.set(Kind.CALL_SYNC, "call-sync", {**DEMO_CALL_SYNC, "duration_limit_s": 66})
    call_id = calls.new_call()
    calls.cloud.add(call_id, **MOBILE)
    await calls.services.calls.look_at(call_id)
    progress = await calls.services.call_store.progress(call_id)
    assert progress is not None
    assert progress.verdict == "shorter than the limit"


async def test_an_activity_written_by_hand_is_not_doubled(calls: CallWorld) -> None:
    """CallStartMargin: same owner, same number, begun within the margin (H4, H5)."""
    start = utc_now().replace(microsecond=0) - timedelta(hours=3)
    number = "040 1234567"
    body = {
        "subject": "Talked with Matti",
        "phonenumber": number,
        "actualstart": to_iso(start + timedelta(seconds=25)),
        "ownerid@odata.bind": f"/systemusers({ANNA_D365})",
    }
    by_hand = f"phonecalls({calls.activity_id('by-hand-' + calls.new_call())})"
    await calls.services.dataverse.transact([Change("PATCH", by_hand, body, if_none_match="*")])
    near, far = calls.new_call(), calls.new_call()
    calls.cloud.add(near, **MOBILE, start=start)
    calls.cloud.add(far, **MOBILE, start=start + timedelta(minutes=10))
    for call_id in (near, far):
        await calls.services.calls.look_at(call_id)
    verdicts = [await calls.services.call_store.progress(call_id) for call_id in (near, far)]
    assert [one and one.verdict for one in verdicts] == ["an activity was written by hand", "enterprise"]


async def test_repair_finds_what_was_never_logged_and_ends_what_never_ended(emptied: CallWorld) -> None:
    """Found, counted, listed, mended (K10)."""
    logged, lost = emptied.new_call(), emptied.new_call()
    early = to_iso(utc_now() - timedelta(hours=2))
    emptied.cloud.add(logged, **MOBILE, ModifiedTime=early)
    emptied.cloud.add(lost, **MOBILE, ModifiedTime=early)
    await emptied.services.calls.look_at(logged)
    began = utc_now() - STUCK_AFTER - timedelta(minutes=1)
    await emptied.services.call_store.happened(
        CallEvent(emptied.new_call(), 1, EventKind.ARRIVED, began, "+358469999999", "Sales")
    )
    assert await emptied.services.enterprise_calls.unlogged() == [lost]
    assert await emptied.services.enterprise_calls.repair() == {"unlogged": 1, "stuck": 1}
    assert await sent(emptied) == [lost]
    await emptied.services.calls.look_at(lost)
    assert await emptied.services.enterprise_calls.repair() == {"unlogged": 0, "stuck": 0}


async def test_a_back_fill_goes_on_where_it_was_cut_off(calls: CallWorld) -> None:
    """Days done are not read again; a dry run tells and writes nothing; private calls are only counted."""
    until = utc_now() - timedelta(days=30)
    since = until - timedelta(days=3)
    ids = []
    for hours in range(1, 72, 12):
        ids.append(calls.new_call())
        calls.cloud.add(ids[-1], **MOBILE, start=since + timedelta(hours=hours))
    calls.cloud.add(calls.new_call(), **MOBILE, start=since + timedelta(hours=3), Privacy="Private")
    steps: list[Step] = []
    told = await calls.services.back_fill.run(Plan(since, until, True, steps.append, lambda *_: None))
    assert told == {"enterprise": len(ids), "not work": 1}
    assert sorted(step.call_id for step in steps) == sorted(ids)
    assert await calls.services.call_store.progress(ids[0]) is None

    class CutError(Exception):
        pass

    def cut(*_: object) -> None:
        raise CutError

    with pytest.raises(CutError):
        await calls.services.back_fill.run(Plan(since, until, False, steps.append, cut))
    asked: list[Any] = []
    read = calls.services.enreach.calls_started

    async def watched(*window: Any) -> Any:
        asked.append(window)
        return await read(*window)

    calls.services.enreach.calls_started = watched  # type: ignore[method-assign]
    done = await calls.services.back_fill.run(Plan(since, until, False, steps.append, lambda *_: None))
    assert asked[0][0] > since
    assert done["enterprise"] + done["done before"] < len(ids)
    for call_id in ids:
        assert (await calls.activity(call_id))["statecode"] == 1
