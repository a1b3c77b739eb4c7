"""One call, one activity: what is in it, and that persons' changes stay (G1-G4, D6, F8, F9, H3, K5)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.calls.model import ActivityStage
from shared.clock import to_iso, utc_now
from shared.errors import InvalidInput
from shared.settings.model import SettingKind
from tests.fixtures.calls import (
    ANNA_D365,
    ANNA_SIGNED_IN,
    BJORN,
    BJORN_D365,
    DEMO_CALL_SYNC,
    MATTI,
    MATTI_NUMBER,
    CallWorld,
    parties,
)


async def test_a_pool_call_becomes_one_completed_activity_with_all_of_g1(calls: CallWorld) -> None:
    """Everything is known at once: one activity, complete, owned and made by the agent, in one request."""
    call_id = calls.new_call()
    row = calls.cloud.add(call_id)
    await calls.services.users.by_voice_id()
    await calls.world.forget_requests()
    assert await calls.services.calls.reconcile(call_id)
    assert [one.split("?")[0] for one in await calls.world.dynamics_requests()] == ["POST /api/data/v9.2/$batch"]
    activity = await calls.activity(call_id)
    assert activity["subject"] == "Incoming call: Matti Meikäläinen"
    assert (activity["statecode"], activity["statuscode"], activity["directioncode"]) == (1, 4, False)
    assert (activity["phonenumber"], activity["_regardingobjectid_value"]) == (MATTI_NUMBER, MATTI)
    assert (activity["actualdurationminutes"], activity["voice_duration"]) == (1, 65)
    assert activity["actualstart"] == row["AnswerTime"].replace(".000Z", "Z")
    assert activity["actualend"] == row["EndTime"].replace(".000Z", "Z")
    assert parties(activity) == [(1, MATTI), (2, ANNA_D365)]
    assert activity["_ownerid_value"] == activity["_createdby_value"] == ANNA_D365
    assert activity["voice_recording"] == f"https://voice.example/api/recordings/{call_id}"
    assert (activity["voice_waittime"], activity["voice_pool"]) == (20, "Sales")
    assert activity["voice_arrivedon"] == row["ArrivalTime"].replace(".000Z", "Z")
    assert activity["voice_firstansweredon"] == row["FirstAnswerTime"].replace(".000Z", "Z")


async def test_looking_again_writes_nothing(calls: CallWorld) -> None:
    """A call that has been reconciled costs Dynamics nothing the next times, from any process."""
    call_id = calls.new_call()
    calls.cloud.add(call_id)
    await calls.services.calls.reconcile(call_id)
    version = (await calls.activity(call_id))["@odata.etag"]
    await calls.world.forget_requests()
    for services in (calls.services, calls.services, calls.new_process()):
        assert await services.calls.reconcile(call_id)
    assert [one for one in await calls.world.dynamics_requests() if "phonecalls" in one or "batch" in one] == []
    assert (await calls.activity(call_id))["@odata.etag"] == version


async def test_the_recording_comes_later_by_one_more_request(calls: CallWorld) -> None:
    """Metrics first, recording later: the activity stays open until it has both, then is completed (G2)."""
    call_id = calls.new_call()
    row = calls.cloud.add(call_id, RecordingIds=[])
    assert not await calls.services.calls.reconcile(call_id)
    before = await calls.activity(call_id)
    assert (before["statecode"], before["voice_recording"], before["voice_waittime"]) == (0, None, 20)
    await calls.world.forget_requests()
    calls.cloud.change(row, RecordingIds=["rec-1", "rec-2"])
    assert await calls.services.calls.reconcile(call_id)
    assert len([one for one in await calls.world.dynamics_requests() if "systemusers" not in one]) == 1
    after = await calls.activity(call_id)
    assert (after["statecode"], after["voice_recording"] is not None) == (1, True)


async def test_without_its_recording_a_call_is_completed_at_the_limit(calls: CallWorld) -> None:
    """The time limit completes it; the link is added when it comes all the same."""
    limit = {**DEMO_CALL_SYNC, "complete_limit_s": 60}
    await calls.world.set(SettingKind.CALL_SYNC, "call-sync", limit)
    call_id = calls.new_call()
    row = calls.cloud.add(call_id, RecordingIds=[])
    assert not await calls.services.calls.reconcile(call_id)
    assert (await calls.activity(call_id))["statecode"] == 1
    calls.cloud.change(row, RecordingIds=["rec-1"])
    assert await calls.services.calls.reconcile(call_id)
    activity = await calls.activity(call_id)
    assert (activity["statecode"], activity["statuscode"], activity["voice_recording"] is not None) == (1, 4, True)


async def test_completion_can_be_left_to_the_agent(calls: CallWorld) -> None:
    """With complete off an enriched activity stays open."""
    await calls.world.set(SettingKind.CALL_SYNC, "call-sync", {"complete": False})
    call_id = calls.new_call()
    calls.cloud.add(call_id)
    assert await calls.services.calls.reconcile(call_id)
    assert (await calls.activity(call_id))["statecode"] == 0


async def test_what_a_person_has_changed_stays_as_they_left_it(calls: CallWorld) -> None:
    """Edits of subject, description and regarding survive the enrichment that follows (G4)."""
    call_id = calls.new_call()
    row = calls.cloud.add(call_id, RecordingIds=[])
    await calls.services.calls.reconcile(call_id)
    edits = {"subject": "About the invoice", "description": "He will call again", "voice_waittime": 3}
    await calls.services.dataverse.update(calls.path(call_id), edits)
    calls.cloud.change(row, RecordingIds=["rec-1"], WaitTime=25, Duration=70)
    assert await calls.services.calls.reconcile(call_id)
    activity = await calls.activity(call_id)
    assert {name: activity[name] for name in edits} == edits
    assert (activity["voice_duration"], activity["statecode"], activity["voice_recording"] is not None) == (70, 1, True)
    calls.cloud.change(row, WaitTime=30)
    await calls.services.calls.reconcile(call_id)
    assert (await calls.activity(call_id))["voice_waittime"] == 3


async def test_an_activity_that_a_person_completed_ends_the_matter(calls: CallWorld) -> None:
    """Where closed activities refuse changes nothing is retried, and the reason is noted."""
    call_id = calls.new_call()
    row = calls.cloud.add(call_id, RecordingIds=[])
    await calls.services.calls.reconcile(call_id)
    await calls.services.dataverse.update(calls.path(call_id), {"statecode": 1, "statuscode": 4})
    calls.cloud.change(row, RecordingIds=["rec-1"])
    assert await calls.services.calls.reconcile(call_id)
    progress = await calls.services.call_store.progress(call_id)
    assert progress is not None
    assert (progress.stage, progress.verdict) == (ActivityStage.FINAL, "completed by a person")
    await calls.world.forget_requests()
    await calls.services.calls.reconcile(call_id)
    assert await calls.world.dynamics_requests() == []


async def test_what_only_a_private_leg_has_shown_is_taken_back(calls: CallWorld) -> None:
    """Pool, figures, recording and colleague go when the colleague's part of the call is no longer work (H3)."""
    call_id, start = calls.new_call(), utc_now().replace(microsecond=0) - timedelta(minutes=10)
    private = calls.cloud.add(call_id, start=start)
    calls.cloud.add(
        call_id,
        start=start + timedelta(seconds=70),
        UserID=BJORN,
        CallTypeString="DirectCall",
        QueueName=None,
        WaitTime=None,
        RecordingIds=[],
    )
    await calls.services.calls.reconcile(call_id)
    assert (await calls.activity(call_id))["voice_pool"] == "Sales"
    calls.cloud.change(private, Privacy="Private")
    await calls.services.calls.reconcile(call_id)
    activity = await calls.activity(call_id)
    told = ("voice_pool", "voice_recording", "voice_waittime", "voice_arrivedon", "voice_firstansweredon")
    assert [activity[name] for name in told] == [None] * 5
    assert parties(activity) == [(1, MATTI), (2, BJORN_D365)]


async def test_an_activity_that_a_person_deleted_is_not_made_again(calls: CallWorld) -> None:
    """A deletion by a person is an edit, too."""
    call_id = calls.new_call()
    row = calls.cloud.add(call_id, RecordingIds=[])
    await calls.services.calls.reconcile(call_id)
    await calls.services.dataverse.delete(calls.path(call_id))
    calls.cloud.change(row, RecordingIds=["rec-1"])
    await calls.services.calls.reconcile(call_id)
    progress = await calls.services.call_store.progress(call_id)
    assert progress is not None
    assert progress.verdict == "deleted by a person"
    assert (await calls.services.dataverse.get("phonecalls", {"$filter": f"voice_callid eq '{call_id}'"}))[
        "value"
    ] == []


async def test_notes_land_once_whenever_they_come(calls: CallWorld) -> None:
    """Before the end, after it, and after the activity was completed by us (K4)."""
    call_id = calls.new_call()
    notes = calls.services.call_notes
    await notes.take(call_id, ANNA_SIGNED_IN, {"notes": "wants a refund"})
    calls.cloud.add(call_id)
    await calls.services.calls.reconcile(call_id)
    activity = await calls.activity(call_id)
    assert (activity["description"], activity["statecode"]) == ("wants a refund", 1)
    await notes.take(call_id, ANNA_SIGNED_IN, {"notes": "wants a refund, by Friday"})
    await calls.services.calls.reconcile(call_id)
    await calls.services.calls.reconcile(call_id)
    activity = await calls.activity(call_id)
    assert (activity["description"], activity["statecode"]) == ("wants a refund, by Friday", 1)


async def test_notes_go_below_what_was_written_in_the_form(calls: CallWorld) -> None:
    """Neither the form's nor the phone's text is lost."""
    call_id = calls.new_call()
    row = calls.cloud.add(call_id, RecordingIds=[])
    await calls.services.calls.reconcile(call_id)
    await calls.services.dataverse.update(calls.path(call_id), {"description": "typed in the form"})
    await calls.services.call_notes.take(call_id, ANNA_SIGNED_IN, {"notes": "typed in the phone"})
    calls.cloud.change(row, RecordingIds=["rec-1"])
    for _ in range(3):
        await calls.services.calls.reconcile(call_id)
    assert (await calls.activity(call_id))["description"] == "typed in the form\ntyped in the phone"


async def test_the_picked_customer_counts_where_several_have_the_number(calls: CallWorld) -> None:
    """None is regarded until the agent picks one (D6)."""
    call_id = calls.new_call()
    row = calls.cloud.add(call_id, ANum="+358501112222", RecordingIds=[])
    await calls.services.calls.reconcile(call_id)
    activity = await calls.activity(call_id)
    assert activity["_regardingobjectid_value"] is None
    assert parties(activity) == [(1, "+358501112222"), (2, ANNA_D365)]
    await calls.services.call_notes.take(call_id, ANNA_SIGNED_IN, {"customer": {"kind": "contact", "id": MATTI}})
    calls.cloud.change(row, RecordingIds=["rec-1"])
    await calls.services.calls.reconcile(call_id)
    activity = await calls.activity(call_id)
    assert activity["_regardingobjectid_value"] == MATTI
    assert parties(activity) == [(1, MATTI), (2, ANNA_D365)]
    assert activity["subject"].endswith("Matti Meikäläinen")


async def test_the_last_agent_owns_a_transferred_call(calls: CallWorld) -> None:
    """All agents who talked are parties, the one who talked last is the owner (K5)."""
    call_id, start = calls.new_call(), utc_now().replace(microsecond=0) - timedelta(minutes=5)
    calls.cloud.add(call_id, start=start, EndTime=to_iso(start + timedelta(seconds=30)))
    calls.cloud.add(
        call_id,
        start=start + timedelta(seconds=20),
        UserID=BJORN,
        CallTypeString="DirectCall",
        QueueName=None,
        WaitTime=None,
        EndTime=to_iso(start + timedelta(seconds=90)),
    )
    await calls.services.calls.reconcile(call_id)
    activity = await calls.activity(call_id)
    assert activity["_ownerid_value"] == BJORN_D365
    assert parties(activity) == [(1, MATTI), (2, ANNA_D365), (2, BJORN_D365)]
    assert (activity["voice_duration"], activity["voice_pool"]) == (85, "Sales")


async def test_an_attempt_on_a_callback_request_counts_answered_or_not(calls: CallWorld) -> None:
    """Each attempt is an activity of its own, linked to the request, which counts them (F8, F9)."""
    number = calls.world.new_number()
    callback_id = await calls.world.leave_callback(number)
    await calls.world.handle(callback_id)
    request = calls.world.activity_id(callback_id)
    direct = {"CallTypeString": "DirectCall", "Direction": 1, "ANum": "", "BNum": number, "QueueName": None}
    unanswered = {"AnswerTime": None, "EndResult": 1, "Duration": 0, "RecordingIds": [], "EndReason": "no_answer"}
    attempts = []
    for changes in (unanswered, {}):
        attempts.append(calls.new_call())
        await calls.services.call_notes.take(attempts[-1], ANNA_SIGNED_IN, {"callbackRequest": str(request)})
        calls.cloud.add(attempts[-1], **direct, **changes)
        for _ in range(2):
            await calls.services.calls.reconcile(attempts[-1])
    rows = [await calls.activity(one) for one in attempts]
    assert [row["voice_result"] for row in rows] == ["Not Answered", "Answered"]
    assert {row["_voice_callbackrequest_value"] for row in rows} == {str(request)}
    assert [row["directioncode"] for row in rows] == [True, True]
    counted = await calls.services.dataverse.get(f"phonecalls({request})")
    assert counted["voice_attemptcount"] == 2
    assert counted["voice_lastattempton"] is not None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"AnswerTime": None, "EndResult": 1}, "not answered"),
        ({"Terminal": "mobile", "ANum": "+358469999999"}, "the other party is no customer"),
        ({"Terminal": "mobile", "UserID": "unknown"}, "its user is not set up for enterprise calls"),
    ],
)
async def test_calls_that_are_none_of_our_business_leave_no_activity(
    calls: CallWorld, changes: dict[str, Any], why: str
) -> None:
    """Why is noted, and the call is not reconciled again."""
    call_id = calls.new_call()
    calls.cloud.add(call_id, **changes)
    assert await calls.services.calls.reconcile(call_id)
    progress = await calls.services.call_store.progress(call_id)
    assert progress is not None
    assert (progress.stage, progress.verdict) == (ActivityStage.NONE, why)


async def test_a_column_that_the_environment_lacks_costs_only_itself(calls: CallWorld) -> None:
    """The others are written, and the health page names the one missing."""
    switch = f"{calls.world.neighbours.dynamics_url}/stand-in/columns"
    for removed in (True, False):
        body = {"table": "phonecall", "name": "voice_waittime", "removed": removed}
        if removed:
            (await calls.world.http.post(switch, json=body)).raise_for_status()
            call_id = calls.new_call()
            row = calls.cloud.add(call_id, RecordingIds=[])
            await calls.services.calls.reconcile(call_id)
            await calls.services.dataverse.update(calls.path(call_id), {"subject": "Changed"})
            calls.cloud.change(row, RecordingIds=["rec-1"])
            await calls.services.calls.reconcile(call_id)
            report = await calls.services.health.report()
    (await calls.world.http.post(switch, json=body)).raise_for_status()
    activity = await calls.activity(call_id)
    assert (activity["voice_waittime"], activity["voice_duration"], activity["statecode"]) == (None, 65, 1)
    columns = next(check for check in report.checks if check.name == "columns")
    assert "voice_waittime" in columns.finding.detail


@pytest.mark.parametrize("way", ["remove", "blank"])
async def test_a_call_that_is_no_longer_work_is_taken_back(calls: CallWorld, way: str) -> None:
    """Its activity goes or is emptied, and nothing of it is kept; work again, it comes back (H3)."""
    await calls.world.set(SettingKind.CALL_SYNC, "call-sync", {**DEMO_CALL_SYNC, "reclassified": way})
    call_id = calls.new_call()
    row = calls.cloud.add(call_id, Terminal="mobile", CallTypeString="DirectCall", QueueName=None, WaitTime=None)
    await calls.services.call_notes.take(call_id, ANNA_SIGNED_IN, {"notes": "secret"})
    await calls.services.calls.reconcile(call_id)
    assert (await calls.activity(call_id))["phonenumber"] == MATTI_NUMBER
    calls.cloud.change(row, Privacy="Private")
    assert await calls.services.calls.reconcile(call_id)
    found = (
        await calls.services.dataverse.get("phonecalls", {"$filter": f"activityid eq {calls.activity_id(call_id)}"})
    )["value"]
    if way == "blank":
        assert (found[0]["phonenumber"], found[0]["description"], found[0]["_regardingobjectid_value"]) == (
            None,
            None,
            None,
        )
    else:
        assert found == []
    rows = [row async for row in calls.services.tables.table("calls").query(call_id)]
    assert MATTI_NUMBER not in str(rows)
    assert "secret" not in str(rows)
    calls.cloud.change(row, Privacy="Work")
    await calls.services.calls.reconcile(call_id)
    activity = await calls.activity(call_id)
    assert (activity["phonenumber"], activity["subject"]) == (MATTI_NUMBER, "Incoming call: Matti Meikäläinen")


async def test_a_call_that_turns_private_while_its_activity_is_made_is_taken_back(calls: CallWorld) -> None:
    """Cut off after Dynamics has it and before that is noted: the intention alone is reason to remove it (H3)."""
    call_id = calls.new_call()
    row = calls.cloud.add(call_id)
    await calls.services.calls.reconcile(call_id)
    done = await calls.services.call_store.progress(call_id)
    assert done is not None
    await calls.services.call_store.save(call_id, replace(done, stage=ActivityStage.NONE, version="", written={}))
    calls.cloud.change(row, Privacy="Private")
    assert await calls.services.enterprise_calls.run() is not None
    assert await calls.services.calls.reconcile(call_id)
    path = {"$filter": f"activityid eq {calls.activity_id(call_id)}"}
    assert (await calls.services.dataverse.get("phonecalls", path))["value"] == []


async def test_notes_of_a_call_that_never_was_work_are_forgotten(calls: CallWorld) -> None:
    """Whatever the phone reported of it goes when the record says that it is private."""
    call_id = calls.new_call()
    await calls.services.call_notes.take(call_id, ANNA_SIGNED_IN, {"notes": "secret"})
    calls.cloud.add(call_id, Privacy="Private")
    assert await calls.services.calls.reconcile(call_id)
    assert await calls.services.call_store.phone_note(call_id, ANNA_SIGNED_IN) is None


async def test_a_call_without_an_activity_is_settled_without_a_recording(calls: CallWorld) -> None:
    """Nothing is waited for where nothing will be written."""
    call_id = calls.new_call()
    calls.cloud.add(call_id, Terminal="mobile", ANum="+358469999999", RecordingIds=[])
    assert await calls.services.calls.reconcile(call_id)


async def test_a_cancelled_activity_stays_cancelled(calls: CallWorld) -> None:
    """Cancelling is a person's decision like completing."""
    call_id = calls.new_call()
    row = calls.cloud.add(call_id, RecordingIds=[])
    await calls.services.calls.reconcile(call_id)
    await calls.services.dataverse.update(calls.path(call_id), {"statecode": 2, "statuscode": 3})
    calls.cloud.change(row, RecordingIds=["rec-1"])
    assert await calls.services.calls.reconcile(call_id)
    assert (await calls.activity(call_id))["statecode"] == 2


@pytest.mark.parametrize("call_id", ["going-on", "attempts~x", "a/b", "", "x" * 65, "\N{GRINNING FACE}"])
async def test_what_can_be_no_call_is_refused(calls: CallWorld, call_id: str) -> None:
    """Ids become keys: none may be that of something else."""
    with pytest.raises(InvalidInput, match="malformed-notes"):
        await calls.services.call_notes.take(call_id, ANNA_SIGNED_IN, {"notes": "x"})
