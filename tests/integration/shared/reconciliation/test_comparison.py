"""The repair compares call records with what is in Dynamics, not with what we have noted (K10)."""

from argparse import Namespace
from datetime import timedelta

import pytest

from shared.calls.model import ActivityProgress
from shared.clock import to_iso, utc_now
from shared.commands.calls import reconcile
from shared.dataverse.model import Change
from shared.errors import VoiceError
from shared.reconciliation.health import MANY_DELETED
from shared.reconciliation.health import calls as health
from tests.fixtures.calls import MOBILE, CallWorld
from tests.fixtures.reconciling import all_of

EARLY = timedelta(hours=2)


async def logged(calls: CallWorld) -> str:
    """A call of two hours ago that is in Dynamics."""
    call_id = calls.new_call()
    calls.cloud.add(call_id, **MOBILE, ModifiedTime=to_iso(utc_now() - EARLY))
    await calls.services.calls.reconcile(call_id)
    return call_id


async def listed(calls: CallWorld) -> list[tuple[str, str]]:
    return [(one.call_id, one.state) for one in await calls.services.unlogged_calls.listed()]


async def noted(calls: CallWorld, call_id: str) -> ActivityProgress:
    progress = await calls.services.call_store.progress(call_id)
    assert progress
    return progress


async def test_a_call_settled_without_an_activity_is_judged_again(calls: CallWorld) -> None:
    """Our row says that it is done with; the records and the users say that it belongs in Dynamics."""
    call_id = await logged(calls)
    before = await noted(calls, call_id)
    await calls.services.dataverse.delete(calls.path(call_id))
    wrong = ActivityProgress(
        verdict="its user is not set up for enterprise calls", rows_at=before.rows_at, etag=before.etag
    )
    await calls.services.call_store.save(call_id, wrong)
    assert await listed(calls) == [(call_id, "unlogged")]
    assert (await calls.services.unlogged_calls.repair())["unlogged"] == 1
    await calls.services.calls.reconcile(call_id)
    assert len(await all_of(calls, call_id)) == 1
    assert await listed(calls) == []


async def test_a_call_left_out_for_good_reason_is_not_listed(calls: CallWorld) -> None:
    """Judged again each time, with the same answer, and without a request to Dynamics of its own."""
    call_id = calls.new_call()
    calls.cloud.add(call_id, **MOBILE, ANum="+358449998877", ModifiedTime=to_iso(utc_now() - EARLY))
    await calls.services.calls.reconcile(call_id)
    assert (await noted(calls, call_id)).verdict == "the other party is no customer"
    assert await listed(calls) == []


async def test_an_activity_we_forgot_is_known_again(calls: CallWorld) -> None:
    """Our row was lost, or is older than what was written: nothing is written twice."""
    call_id = await logged(calls)
    before = await noted(calls, call_id)
    await calls.services.call_store.save(
        call_id, ActivityProgress(verdict="?", rows_at=before.rows_at, etag=before.etag)
    )
    assert await listed(calls) == [(call_id, "not known")]
    await calls.services.unlogged_calls.repair()
    await calls.services.calls.reconcile(call_id)
    assert (await noted(calls, call_id)).has_activity
    assert len(await all_of(calls, call_id)) == 1
    assert await listed(calls) == []


async def test_an_activity_that_was_deleted_stays_away_and_is_listed(calls: CallWorld) -> None:
    """However often calls are compared, changed or filled back; who wants it again restores it."""
    call_id = await logged(calls)
    await calls.services.enterprise_calls.run()
    await calls.services.dataverse.delete(calls.path(call_id))
    for _ in range(2):
        assert await listed(calls) == [(call_id, "deleted")]
        assert await calls.services.unlogged_calls.repair() == {"unlogged": 0, "stuck": 0, "deleted": 1}
    await calls.services.calls.reconcile(call_id)
    assert await all_of(calls, call_id) == []
    finding = await health(calls.services.enterprise_calls, utc_now)()
    assert (finding.state, finding.figures["deleted"]) == ("ok", 1)
    await calls.services.calls.restore(call_id)
    assert len(await all_of(calls, call_id)) == 1
    assert await listed(calls) == []


async def test_an_activity_that_is_there_again_is_followed_again(calls: CallWorld) -> None:
    """Out of sight for a while, or put back by a person: what was taken for deleted gets its later changes again."""
    call_id = await logged(calls)
    row = await calls.services.dataverse.get(calls.path(call_id), {"$select": "activityid,subject"})
    await calls.services.dataverse.delete(calls.path(call_id))
    await calls.services.unlogged_calls.repair()
    assert await listed(calls) == [(call_id, "deleted")]
    body = {"subject": row["subject"]}
    await calls.services.dataverse.transact([Change("PATCH", calls.path(call_id), body, if_none_match="*")])
    assert await listed(calls) == [(call_id, "not known")]
    await calls.services.unlogged_calls.repair()
    await calls.services.calls.reconcile(call_id)
    assert not (await noted(calls, call_id)).is_deleted
    assert await listed(calls) == []


async def test_an_activity_the_app_may_not_read_is_not_taken_for_deleted(calls: CallWorld) -> None:
    """A list leaves it out; asked for by its key, Dynamics says that it is forbidden."""
    call_id = await logged(calls)
    control = f"{calls.world.neighbours.dynamics_url}/stand-in/faults"
    await calls.services.dataverse.delete(calls.path(call_id))
    fault = {"match": f"{calls.path(call_id)}?", "times": 1, "status": 403}
    (await calls.world.http.post(control, json=fault)).raise_for_status()
    assert await listed(calls) == []
    assert (await noted(calls, call_id)).has_activity


async def test_many_deleted_activities_are_a_fault(calls: CallWorld) -> None:
    """An environment that was restored or emptied is noticed by what is not in Dynamics, and the cure is named; few
    are named and counted only."""
    call_ids = [await logged(calls) for _ in range(MANY_DELETED)]
    await calls.services.enterprise_calls.run()
    for call_id in call_ids[1:]:
        await calls.services.dataverse.delete(calls.path(call_id))
    await calls.services.unlogged_calls.repair()
    few = await health(calls.services.enterprise_calls, utc_now)()
    assert (few.state, few.figures["deleted"]) == ("ok", MANY_DELETED - 1)
    assert f"{MANY_DELETED - 1} of them that it was deleted in Dynamics" in few.detail
    await calls.services.dataverse.delete(calls.path(call_ids[0]))
    await calls.services.unlogged_calls.repair()
    many = await health(calls.services.enterprise_calls, utc_now)()
    assert (many.state, many.figures["deleted"]) == ("degraded", MANY_DELETED)
    assert "calls restore" in (many.cure or "")


async def test_a_comparison_of_many_calls_costs_few_requests(calls: CallWorld) -> None:
    """One request to Dynamics per hundred calls (design.md, rule 6)."""
    now = to_iso(utc_now() - EARLY)
    call_ids = [calls.new_call() for _ in range(150)]
    for call_id in call_ids:
        calls.cloud.add(call_id, **MOBILE, ANum="+358449998877", ModifiedTime=now)
        await calls.services.call_store.save(call_id, ActivityProgress(verdict="x", rows_at=utc_now()))
    before = len(await calls.world.dynamics_requests())
    assert await listed(calls) == []
    assert len(await calls.world.dynamics_requests()) - before <= 3


@pytest.mark.parametrize("call_id", ["nonsense", "no id at all"])
async def test_reconciling_what_is_no_call_is_an_error(calls: CallWorld, call_id: str) -> None:
    """The command says so and ends with exit status 1, as it does for every error."""
    with pytest.raises(VoiceError, match=r"call-record-missing|malformed-call"):
        await reconcile(calls.services, Namespace(call_id=call_id))
