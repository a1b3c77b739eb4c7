"""Calls that nobody told of are found by the time their rows changed (H1-H5, K10)."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from azure.servicebus.aio import ServiceBusReceiver

from shared.calls.model import CallEvent, EventKind
from shared.clock import to_iso, utc_now
from shared.dataverse import names
from shared.dataverse.model import Change
from shared.enterprise_calls.backfill import TRIES, Plan, Step
from shared.enterprise_calls.health import calls as health
from shared.enterprise_calls.sync import STUCK_AFTER
from shared.errors import InvalidInput, Misconfigured, Throttled, Unavailable, VoiceError
from shared.settings.model import Kind
from tests.fixtures.calls import ANNA_D365, DEMO_CALL_SYNC, MATTI, MATTI_NUMBER, CallWorld, parties

MOBILE: dict[str, Any] = {
    "Terminal": "mobile",
    "CallTypeString": "DirectCall",
    "QueueName": None,
    "WaitTime": None,
    "RecordingIds": ["rec-1"],
}


@dataclass
class Listened(CallWorld):
    """The world, with an open receiver of the ``calls`` queue: opening one for each look takes seconds."""

    receiver: ServiceBusReceiver


async def sent(calls: Listened) -> list[str]:
    """The test's own calls that wait in the queue, which is emptied: others may have left theirs there."""
    found = []
    own = {row["CallID"] for row in calls.cloud.rows.values()}
    while batch := await calls.receiver.receive_messages(100, max_wait_time=0.2):
        for message in batch:
            found.append(json.loads(str(message))["data"]["call_id"])
            await calls.receiver.complete_message(message)
    return [call_id for call_id in found if call_id in own]


@pytest_asyncio.fixture
async def emptied(calls: CallWorld) -> AsyncIterator[Listened]:
    async with calls.services.bus.receiver("calls") as receiver:
        listened = Listened(calls.world, calls.cloud, calls.services, receiver)
        await sent(listened)
        yield listened


async def test_each_changed_call_is_sent_once(emptied: Listened) -> None:
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
async def test_a_call_that_is_not_work_goes_nowhere(emptied: Listened, privacy: str | None) -> None:
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
async def test_a_clock_that_differs_by_two_minutes_loses_no_call(emptied: Listened, skew: timedelta) -> None:
    """Rows are found though the voice cloud stamps them early or late."""
    for _ in range(3):
        call_id = emptied.new_call()
        emptied.cloud.add(call_id, **MOBILE, ModifiedTime=to_iso(utc_now() + skew))
        await emptied.services.enterprise_calls.run()
        assert call_id in await sent(emptied)
        await emptied.services.calls.look_at(call_id)


async def test_a_run_that_dies_before_its_watermark_repeats_its_calls(emptied: Listened) -> None:
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


async def test_repair_finds_what_was_never_logged_and_ends_what_never_ended(emptied: Listened) -> None:
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


def failing(calls: CallWorld, monkeypatch: pytest.MonkeyPatch, error: VoiceError) -> tuple[Plan, str]:
    """A back-fill of two calls, one of which fails, and a third row that cannot be read."""
    since = utc_now() - timedelta(days=40)
    bad, good = calls.new_call(), calls.new_call()
    for call_id in (bad, good):
        calls.cloud.add(call_id, **MOBILE, start=since + timedelta(hours=1))
    calls.cloud.add(calls.new_call(), **MOBILE, start=since + timedelta(hours=1), CallID=None)
    look = calls.services.calls.look_at

    async def looking(call_id: str) -> bool | None:
        if call_id == bad:
            raise error
        return await look(call_id)

    monkeypatch.setattr(calls.services.calls, "look_at", looking)
    monkeypatch.setattr("shared.enterprise_calls.backfill.PAUSE_S", 0.001)
    return Plan(since, since + timedelta(days=1), False, lambda _: None, lambda *_: None), good


@pytest.mark.parametrize(
    "error",
    [InvalidInput("dataverse-refused", "a plug-in refuses"), Unavailable("call-contended", "others keep writing")],
    ids=lambda error: error.code,
)
async def test_a_back_fill_counts_a_call_that_fails_and_goes_on(
    calls: CallWorld, monkeypatch: pytest.MonkeyPatch, error: VoiceError
) -> None:
    """What stands in the way of one activity keeps no other from being made."""
    plan, _ = failing(calls, monkeypatch, error)
    done = await calls.services.back_fill.run(plan)
    assert done == {f"failed: {error.code}": 1, "enterprise": 1, "unreadable rows": 1}


async def test_a_back_fill_ends_when_a_system_is_away(calls: CallWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is counted as failed that another run will bring; that one goes on where this one was."""
    with monkeypatch.context() as away:
        plan, good = failing(calls, away, Unavailable("dataverse-unavailable", "no answer"))
        with pytest.raises(Unavailable, match="dataverse-unavailable"):
            await calls.services.back_fill.run(plan)
    assert (await calls.services.back_fill.run(plan))["failed: dataverse-unavailable"] == 0
    assert (await calls.activity(good))["statecode"] == 1


async def test_a_back_fill_waits_as_often_as_it_is_asked_to(calls: CallWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses that either side asks for are no failed tries, be it for a page or for a call."""
    since = utc_now() - timedelta(days=50)
    calls.cloud.add(calls.new_call(), **MOBILE, start=since + timedelta(hours=1))
    asked: Counter[str] = Counter()

    def throttled(name: str, real: Any) -> Any:
        async def ask(*given: Any) -> Any:
            asked[name] += 1
            if asked[name] <= 2 * TRIES:
                raise Throttled("throttled", "a pause", 0.001)
            return await real(*given)

        return ask

    for owner, name in ((calls.services.enreach, "calls_started"), (calls.services.calls, "look_at")):
        monkeypatch.setattr(owner, name, throttled(name, getattr(owner, name)))
    plan = Plan(since, since + timedelta(days=1), False, lambda _: None, lambda *_: None)
    assert await calls.services.back_fill.run(plan) == {"enterprise": 1}


async def test_a_back_fill_goes_on_to_the_end_it_was_first_asked_for(calls: CallWorld) -> None:
    """Asked again without an end, it does not begin anew because the end is another one."""
    since = utc_now() - timedelta(days=60)
    until = since + timedelta(days=4)
    for hours in (1, 30, 60, 90):
        calls.cloud.add(calls.new_call(), **MOBILE, start=since + timedelta(hours=hours))

    def cut(reached: Any, _totals: Any) -> None:
        if reached > since + timedelta(days=2):
            raise KeyboardInterrupt

    def plan(end: Any, told: Any) -> Plan:
        return Plan(since, end, False, lambda _: None, told)

    with pytest.raises((KeyboardInterrupt, BaseExceptionGroup)):
        await calls.services.back_fill.run(plan(until, cut))
    done = await calls.services.back_fill.run(plan(utc_now(), lambda *_: None))
    assert done["enterprise"] == 1


async def test_health_tells_of_a_sync_that_never_succeeds(calls: CallWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not before it has been tried for a while; a repair that never succeeds is told of as well."""
    services = calls.new_process()
    await services.tables.table("polls").delete("calls", "watermark")

    async def refused(*_: Any) -> Any:
        raise Misconfigured("voicecloud-forbidden", "no right to read calls")

    async def state(hours: float) -> tuple[str, str]:
        finding = await health(services.enterprise_calls, lambda: utc_now() + timedelta(hours=hours))()
        return finding.state, finding.detail

    assert (await state(30))[0] == "ok"
    with monkeypatch.context() as patched:
        patched.setattr(services.enreach, "calls_modified", refused)
        with pytest.raises(Misconfigured):
            await services.enterprise_calls.run()
    assert (await state(0))[0] == "ok"
    assert await state(1) == ("degraded", "call records are not being read")
    await services.enterprise_calls.run()
    assert (await state(0))[0] == "ok"
    await services.close()


async def test_rows_that_cannot_be_read_are_counted_by_health(emptied: Listened) -> None:
    """Whose call it was cannot be said, that there are such rows can."""
    row = emptied.cloud.add(emptied.new_call(), **MOBILE, ModifiedTime=to_iso(utc_now() - timedelta(minutes=10)))
    row["TimeStamp"] = "no time"
    await emptied.services.enterprise_calls.run()
    await emptied.services.enterprise_calls.repair()
    finding = await health(emptied.services.enterprise_calls, utc_now)()
    assert (finding.state, finding.figures["unreadable"]) == ("degraded", 1)


@pytest.mark.parametrize("column", [names.VOICE_EMAIL, names.VOICE_USER_ID])
async def test_a_user_column_that_the_environment_lacks_costs_only_itself(calls: CallWorld, column: str) -> None:
    """Users are read without it, and the health page names it."""
    switch = f"{calls.world.neighbours.dynamics_url}/stand-in/columns"
    services = calls.new_process()
    try:
        body = {"table": "systemuser", "name": column, "removed": True}
        (await calls.world.http.post(switch, json=body)).raise_for_status()
        users = await services.users.by_voice_id()
        assert bool(users) is (column == names.VOICE_EMAIL)
        assert column in await services.absent_columns.names()
    finally:
        (await calls.world.http.post(switch, json={**body, "removed": False})).raise_for_status()
        await services.tables.table("health").delete("absent-columns", column)
        await services.close()
