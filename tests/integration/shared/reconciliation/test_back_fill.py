"""Calls of the past are brought into Dynamics once, and a dry run lists beforehand what would be done (H)."""

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.clock import utc_now
from shared.dataverse.model import Change
from shared.errors import InvalidInput, Misconfigured, Throttled, Unavailable, VoiceError
from shared.reconciliation.backfill import TRIES, BackfillStep, Plan
from shared.settings.model import SettingKind
from tests.fixtures.calls import ANNA_D365, DEMO_CALL_SYNC, MATTI_NUMBER, MOBILE, CallWorld


async def test_a_back_fill_goes_on_where_it_was_cut_off(calls: CallWorld) -> None:
    """Days done are not read again; a dry run reports and writes nothing; private calls are only counted."""
    until = utc_now() - timedelta(days=30)
    since = until - timedelta(days=3)
    ids = []
    for hours in range(1, 72, 12):
        ids.append(calls.new_call())
        calls.cloud.add(ids[-1], **MOBILE, start=since + timedelta(hours=hours))
    calls.cloud.add(calls.new_call(), **MOBILE, start=since + timedelta(hours=3), Privacy="Private")
    steps: list[BackfillStep] = []
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

    vars(calls.services.enreach)["calls_started"] = watched
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
    reconcile = calls.services.calls.reconcile

    async def reconciling(call_id: str) -> bool | None:
        if call_id == bad:
            raise error
        return await reconcile(call_id)

    monkeypatch.setitem(vars(calls.services.calls), "reconcile", reconciling)
    monkeypatch.setattr("shared.reconciliation.backfill.PAUSE_S", 0.001)
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


@pytest.mark.parametrize(
    "error",
    [Unavailable("dataverse-unavailable", "no answer"), Misconfigured("entra-refused", "the secret has expired")],
    ids=lambda error: error.code,
)
async def test_a_back_fill_ends_at_what_stands_in_the_way_of_all(
    calls: CallWorld, monkeypatch: pytest.MonkeyPatch, error: VoiceError
) -> None:
    """Nothing is counted as failed that another run will bring; that one goes on where this one was."""
    with monkeypatch.context() as away:
        plan, good = failing(calls, away, error)
        with pytest.raises(type(error), match=error.code):
            await calls.services.back_fill.run(plan)
    assert (await calls.services.back_fill.run(plan))[f"failed: {error.code}"] == 0
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

    for owner, name in ((calls.services.enreach, "calls_started"), (calls.services.calls, "reconcile")):
        monkeypatch.setitem(vars(owner), name, throttled(name, getattr(owner, name)))
    plan = Plan(since, since + timedelta(days=1), False, lambda _: None, lambda *_: None)
    assert await calls.services.back_fill.run(plan) == {"enterprise": 1}


async def test_a_back_fill_goes_on_to_the_end_it_was_first_asked_for(calls: CallWorld) -> None:
    """Asked again without an end, it does not begin again because the end is another one."""
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


async def test_back_fills_of_different_times_do_not_undo_each_other(calls: CallWorld) -> None:
    """One that was cut off goes on where it was, though another of a later time was done in between."""
    since = utc_now() - timedelta(days=70)
    until = since + timedelta(days=3)
    for hours in (1, 30, 60):
        calls.cloud.add(calls.new_call(), **MOBILE, start=since + timedelta(hours=hours))

    def cut(reached: Any, _totals: Any) -> None:
        if reached > since + timedelta(days=2):
            raise KeyboardInterrupt

    with pytest.raises((KeyboardInterrupt, BaseExceptionGroup)):
        await calls.services.back_fill.run(Plan(since, until, False, lambda _: None, cut))
    late = Plan(until - timedelta(hours=1), until, False, lambda _: None, lambda *_: None)
    await calls.services.back_fill.run(late)
    done = await calls.services.back_fill.run(Plan(since, until, False, lambda _: None, lambda *_: None))
    assert done == {"done before": 1}


async def test_a_back_fill_judges_again_what_settings_had_left_out(calls: CallWorld) -> None:
    """Calls that were reconciled before the synchronisation was switched on are what it is for; a dry run says so."""
    until = utc_now() - timedelta(days=20)
    since, call_id = until - timedelta(days=1), calls.new_call()
    calls.cloud.add(call_id, **MOBILE, start=since + timedelta(hours=1))
    await calls.world.set(SettingKind.CALL_SYNC, "call-sync", {**DEMO_CALL_SYNC, "enterprise": False})
    await calls.services.calls.reconcile(call_id)
    await calls.world.set(SettingKind.CALL_SYNC, "call-sync", DEMO_CALL_SYNC)
    steps: list[BackfillStep] = []
    for dry_run, outcome in (
        (True, "enterprise"),
        (False, "enterprise"),
        (True, "done before"),
        (False, "done before"),
    ):
        plan = Plan(since, until, dry_run, steps.append, lambda *_: None)
        assert await calls.new_process().back_fill.run(plan) == {outcome: 1}
    assert [step.outcome for step in steps] == ["enterprise", "done before"]
    assert (await calls.activity(call_id))["statecode"] == 1


async def test_a_dry_run_lists_an_activity_that_was_written_by_hand(calls: CallWorld) -> None:
    """What it promises is what is then done."""
    call_id, start = calls.new_call(), utc_now().replace(microsecond=0) - timedelta(days=15)
    row = calls.cloud.add(call_id, **MOBILE, start=start)
    by_hand = {
        "subject": "By hand",
        "phonenumber": MATTI_NUMBER,
        "actualstart": row["AnswerTime"],
        "ownerid@odata.bind": f"/systemusers({ANNA_D365})",
    }
    path = f"phonecalls({uuid4()})"
    await calls.services.dataverse.transact([Change("PATCH", path, by_hand)])
    try:
        for dry_run in (True, False):
            plan = Plan(start, start + timedelta(hours=1), dry_run, lambda _: None, lambda *_: None)
            assert await calls.services.back_fill.run(plan) == {"an activity was written by hand": 1}
    finally:
        await calls.services.dataverse.delete(path)
