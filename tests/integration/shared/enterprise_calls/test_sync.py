"""Calls that nobody reported are found by the time their rows changed (H1-H5, K10)."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from azure.servicebus.aio import ServiceBusReceiver

from shared.calls.messages import call_of, check_wanted
from shared.calls.model import QUEUE, PoolCallEvent, PoolCallEventKind
from shared.clock import to_iso, utc_now
from shared.dataverse import names
from shared.dataverse.model import Change
from shared.enterprise_calls.rules import UNDECIDED
from shared.enterprise_calls.sync import EnterpriseCalls
from shared.errors import Misconfigured, Missing
from shared.reconciliation.comparison import NOT_RECONCILED
from shared.reconciliation.health import calls as health
from shared.reconciliation.unlogged_calls import STUCK_AFTER, UnloggedCalls
from shared.settings.model import SettingKind
from shared.storage.leases import Leases
from tests.fixtures.calls import (
    ANNA,
    ANNA_D365,
    ANNA_SIGNED_IN,
    DEMO_CALL_SYNC,
    MATTI,
    MATTI_NUMBER,
    MOBILE,
    CallWorld,
    parties,
)
from tests.fixtures.tables import table_read_slowly


@dataclass
class Listened(CallWorld):
    """The world, with an open receiver of the ``calls`` queue: opening one for each check takes seconds."""

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
    """The overlap of two runs repeats nothing that has been reconciled."""
    call_id = emptied.new_call()
    row = emptied.cloud.add(call_id, **MOBILE)
    assert await emptied.services.enterprise_calls.run() == 1
    assert await sent(emptied) == [call_id]
    await emptied.services.calls.reconcile(call_id)
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
    assert await emptied.services.calls.reconcile(call_id)
    assert await emptied.services.call_store.progress(call_id) is None
    emptied.cloud.change(row, Privacy="Work")
    assert await emptied.services.enterprise_calls.run() == 1
    await emptied.services.calls.reconcile(call_id)
    assert (await emptied.activity(call_id))["phonenumber"] == MATTI_NUMBER
    emptied.cloud.change(row, Privacy="Private")
    assert await emptied.services.enterprise_calls.run() == 1
    assert await sent(emptied) == [call_id, call_id]


async def test_what_was_reported_of_a_call_that_is_not_work_is_found_and_forgotten(emptied: Listened) -> None:
    """Its record came when nobody waited for it any more: the timer has it reconciled once (H3)."""
    call_id = emptied.new_call()
    await emptied.services.call_notes.take(call_id, ANNA_SIGNED_IN, {"notes": "secret"})
    emptied.cloud.add(call_id, **MOBILE, Privacy="Undefined")
    assert await emptied.services.enterprise_calls.run() == 1
    await emptied.services.calls.reconcile(call_id)
    assert await emptied.services.call_store.phone_note(call_id, ANNA_SIGNED_IN) is None
    assert await emptied.services.enterprise_calls.run() == 0


async def test_a_call_that_is_no_longer_work_is_found_without_the_time_of_its_change(emptied: Listened) -> None:
    """Where rows do not say when they were changed, all that says so is that it has an activity."""
    call_id = emptied.new_call()
    row = emptied.cloud.add(call_id, **MOBILE)
    before = row["ModifiedTime"]
    await emptied.services.calls.reconcile(call_id)
    row.update(Privacy="Private", ModifiedTime=before)
    assert await emptied.services.enterprise_calls.run() == 1
    await emptied.services.calls.reconcile(call_id)
    with pytest.raises(Missing):
        await emptied.activity(call_id)
    assert await emptied.services.enterprise_calls.run() == 0


@pytest.mark.parametrize("skew", [timedelta(minutes=2), timedelta(minutes=-2)])
async def test_a_clock_that_differs_by_two_minutes_loses_no_call(emptied: Listened, skew: timedelta) -> None:
    """Rows are found though the voice cloud stamps them early or late."""
    for _ in range(3):
        call_id = emptied.new_call()
        emptied.cloud.add(call_id, **MOBILE, ModifiedTime=to_iso(utc_now() + skew))
        await emptied.services.enterprise_calls.run()
        assert call_id in await sent(emptied)
        await emptied.services.calls.reconcile(call_id)


async def test_a_run_that_dies_before_its_watermark_repeats_its_calls(emptied: Listened) -> None:
    """Sent but not noted: sent again, reconciled again, one activity."""
    call_id = emptied.new_call()
    emptied.cloud.add(call_id, **MOBILE)
    await emptied.services.enterprise_calls.run()
    await emptied.services.tables.table("polls").delete("calls", "watermark")
    assert await emptied.services.enterprise_calls.run() == 1
    for _ in range(2):
        await emptied.services.calls.reconcile(call_id)
    found = await emptied.services.dataverse.get("phonecalls", {"$filter": f"voice_callid eq '{call_id}'"})
    assert len(found["value"]) == 1


@pytest.mark.parametrize("outgoing", [False, True])
async def test_a_mobile_call_with_a_contact_is_synchronised_both_ways(calls: CallWorld, outgoing: bool) -> None:
    """Owner, parties, direction and duration are right (H1)."""
    call_id = calls.new_call()
    numbers = {"ANum": "+358501001111", "BNum": "0401234567", "Direction": 1} if outgoing else {}
    calls.cloud.add(call_id, **MOBILE, **numbers)
    await calls.services.calls.reconcile(call_id)
    activity = await calls.activity(call_id)
    customer_side, agent_side = (2, 1) if outgoing else (1, 2)
    assert parties(activity) == sorted([(customer_side, MATTI), (agent_side, ANNA_D365)])
    assert (activity["directioncode"], activity["statuscode"]) == (outgoing, 2 if outgoing else 4)
    assert (activity["_ownerid_value"], activity["voice_duration"]) == (ANNA_D365, 65)
    assert (activity["phonenumber"], activity["voice_terminal"]) == (MATTI_NUMBER, "mobile")


async def test_a_short_call_is_left_out(calls: CallWorld) -> None:
    """A call shorter than CallDurationLimit is left out (H4)."""
    await calls.world.set(SettingKind.CALL_SYNC, "call-sync", {**DEMO_CALL_SYNC, "duration_limit_s": 66})
    call_id = calls.new_call()
    calls.cloud.add(call_id, **MOBILE)
    await calls.services.calls.reconcile(call_id)
    progress = await calls.services.call_store.progress(call_id)
    assert progress is not None
    assert progress.verdict == "shorter than the limit"


async def test_an_activity_written_by_hand_is_not_doubled(calls: CallWorld) -> None:
    """CallStartMargin: same owner, same number, begun within the margin (H4, H5)."""
    start = utc_now().replace(microsecond=0) - timedelta(hours=3, minutes=30)
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
        await calls.services.calls.reconcile(call_id)
    verdicts = [await calls.services.call_store.progress(call_id) for call_id in (near, far)]
    assert [one and one.verdict for one in verdicts] == ["an activity was written by hand", "enterprise"]


async def test_repair_finds_what_was_never_logged_and_ends_what_never_ended(emptied: Listened) -> None:
    """Such calls are found, counted, listed and repaired (K10)."""
    logged, lost = emptied.new_call(), emptied.new_call()
    early = to_iso(utc_now() - timedelta(hours=2))
    emptied.cloud.add(logged, **MOBILE, ModifiedTime=early)
    emptied.cloud.add(lost, **MOBILE, ModifiedTime=early)
    await emptied.services.calls.reconcile(logged)
    began = utc_now() - STUCK_AFTER - timedelta(minutes=1)
    await emptied.services.call_store.received(
        PoolCallEvent(emptied.new_call(), 1, PoolCallEventKind.ARRIVED, began, "+358469999999", "Sales")
    )
    assert [one.call_id for one in await emptied.services.unlogged_calls.listed()] == [lost]
    assert await emptied.services.unlogged_calls.repair() == {"unlogged": 1, "stuck": 1, "deleted": 0}
    assert await sent(emptied) == [lost]
    await emptied.services.calls.reconcile(lost)
    assert await emptied.services.unlogged_calls.repair() == {"unlogged": 0, "stuck": 0, "deleted": 0}


@pytest.mark.parametrize("delay_s", [0.0, 3600.0])
async def test_a_call_whose_message_waits_gets_no_second_one(emptied: Listened, delay_s: float) -> None:
    """However often it is found unlogged: whether the message waits or is to be tried later, there is one."""
    call_id, now = emptied.new_call(), utc_now()
    emptied.cloud.add(call_id, **MOBILE, ModifiedTime=to_iso(now - timedelta(hours=2)))
    await emptied.services.bus.send(QUEUE, check_wanted(call_id, 3, now, "before"), delay_s=delay_s)
    for _ in range(2):
        assert (await emptied.services.unlogged_calls.repair())["unlogged"] == 1
    waiting = [call_of(body) for body in await emptied.services.bus.waiting(QUEUE)]
    assert waiting.count(call_id) == 1


async def test_a_pools_call_that_goes_on_for_hours_has_not_got_stuck(emptied: Listened) -> None:
    """The voice cloud decides, not the time that has passed: who answered is in a call, then not any more."""
    call_id, began = emptied.new_call(), utc_now() - STUCK_AFTER - timedelta(hours=1)
    for sequence, kind, user in ((1, PoolCallEventKind.ARRIVED, ""), (2, PoolCallEventKind.ANSWERED, ANNA)):
        event = PoolCallEvent(call_id, sequence, kind, began, "+358469999999", "Sales", user)
        await emptied.services.call_store.received(event)
    emptied.cloud.talking = {ANNA}
    assert (await emptied.services.unlogged_calls.repair())["stuck"] == 0
    assert call_id in await emptied.services.call_store.going_on()
    emptied.cloud.talking = set()
    assert (await emptied.services.unlogged_calls.repair())["stuck"] == 1
    assert call_id not in await emptied.services.call_store.going_on()


async def test_a_pools_call_that_has_its_record_is_over(emptied: Listened) -> None:
    """Whoever answered it may be in the next call."""
    call_id, began = emptied.new_call(), utc_now() - STUCK_AFTER - timedelta(hours=1)
    for sequence, kind, user in ((1, PoolCallEventKind.ARRIVED, ""), (2, PoolCallEventKind.ANSWERED, ANNA)):
        event = PoolCallEvent(call_id, sequence, kind, began, "+358469999999", "Sales", user)
        await emptied.services.call_store.received(event)
    emptied.cloud.talking = {ANNA}
    emptied.cloud.add(call_id, start=began)
    assert (await emptied.services.unlogged_calls.repair())["stuck"] == 1


async def test_neither_sync_nor_repair_undoes_the_mark_of_the_other(calls: CallWorld) -> None:
    """They end at the same moment: both are noted."""
    environ, services = calls.world.environ, calls.services
    name = f"{environ['TABLE_PREFIX']}polls"
    before = utc_now()
    async with table_read_slowly(environ["STORAGE_CONNECTION"], name, services.enterprise_calls.run) as marks:
        slow = EnterpriseCalls(
            enreach=services.enreach,
            store=services.call_store,
            bus=services.bus,
            marks=marks,
            leases=Leases(services.tables.table("leases"), utc_now),
            owner="slow",
            clock=utc_now,
        )
        repair = UnloggedCalls(
            enreach=services.enreach,
            calls=services.calls,
            sync=slow,
            store=services.call_store,
            bus=services.bus,
            clock=utc_now,
        )
        await repair.repair()
    mark = await services.enterprise_calls.mark()
    assert mark.synced_at
    assert mark.repaired_at
    assert min(mark.synced_at, mark.repaired_at) >= before


async def test_health_shows_a_sync_that_never_succeeds(calls: CallWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not before it has been tried for a while; a repair that never succeeds is shown as well."""
    services = calls.new_process()
    await services.tables.table("polls").delete("calls", "watermark")

    async def refused(*_: Any) -> Any:
        raise Misconfigured("voicecloud-forbidden", "no right to read calls")

    async def state(hours: float) -> tuple[str, str]:
        finding = await health(services.enterprise_calls, lambda: utc_now() + timedelta(hours=hours))()
        return finding.state, finding.detail

    assert (await state(30))[0] == "ok"
    with monkeypatch.context() as patched:
        patched.setitem(vars(services.enreach), "calls_modified", refused)
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
    await emptied.services.unlogged_calls.repair()
    finding = await health(emptied.services.enterprise_calls, utc_now)()
    assert (finding.state, finding.figures["unreadable"]) == ("degraded", 1)


@pytest.mark.parametrize("column", [names.VOICE_EMAIL, names.VOICE_USER_ID])
async def test_a_user_column_that_the_environment_lacks_loses_no_call(calls: CallWorld, column: str) -> None:
    """Its call waits, is listed as unlogged, and is written when the column is there again."""
    switch = f"{calls.world.neighbours.dynamics_url}/stand-in/columns"
    services, call_id, missed = calls.new_process(), calls.new_call(), calls.new_call()
    for one in (call_id, missed):
        answered = {"AnswerTime": None, "Duration": 0} if one == missed else {}
        calls.cloud.add(one, **MOBILE, **answered, ModifiedTime=to_iso(utc_now() - timedelta(hours=2)))
    await calls.services.calls.reconcile(missed)
    try:
        body = {"table": "systemuser", "name": column, "removed": True}
        (await calls.world.http.post(switch, json=body)).raise_for_status()
        for _ in range(2):
            with pytest.raises(Misconfigured, match=f"user-column-missing.*{column}"):
                await services.calls.reconcile(call_id)
        assert column in await services.absent_columns.names()
        [unlogged] = [one for one in await services.unlogged_calls.listed() if one.call_id in {call_id, missed}]
        expected = UNDECIDED if column == names.VOICE_EMAIL else NOT_RECONCILED
        assert (unlogged.call_id, unlogged.reason) == (call_id, expected)
        assert (await services.unlogged_calls.repair())["unlogged"] >= 1
    finally:
        (await calls.world.http.post(switch, json={**body, "removed": False})).raise_for_status()
        await services.tables.table("health").delete("absent-columns", column)
        await services.close()
    cured = calls.new_process()
    assert call_id in [one.call_id for one in await cured.unlogged_calls.listed()]
    assert await cured.calls.reconcile(call_id)
    assert (await calls.activity(call_id))["phonenumber"] == MATTI_NUMBER
    await cured.close()
