"""Whatever crashes, whoever interferes: one activity per call, right in all that is ours (K2, G4)."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.calls.model import ActivityStage
from shared.errors import InvalidInput, VoiceError
from tests.fixtures.calls import ANNA_SIGNED_IN, MATTI, MATTI_NUMBER, CallWorld
from tests.fixtures.crashes import Crash, Fuse, cut_off_at_each_step
from tests.fixtures.reconciling import STEPS, all_of, cut_off, new_requests, reconcile


@pytest.mark.parametrize("after", [False, True])
async def test_cut_off_at_any_step_of_making_and_enriching(calls: CallWorld, after: bool) -> None:
    """Before or after any write: the next run finishes the work, and nothing of it is taken for a person's edit."""

    async def one_call(at: int) -> bool:
        call_id = calls.new_call()
        row = calls.cloud.add(call_id, RecordingIds=[], WaitTime=None)
        made = await reconcile(calls, call_id, at, after=after)
        calls.cloud.change(row, WaitTime=20, Duration=66)
        enriched = await reconcile(calls, call_id, at, after=after)
        calls.cloud.change(row, RecordingIds=["rec-1"], Duration=67)
        completed = await reconcile(calls, call_id, at, after=after)
        await reconcile(calls, call_id)
        [activity] = await all_of(calls, call_id)
        assert (activity["voice_duration"], activity["voice_waittime"], activity["statecode"]) == (67, 20, 1)
        assert activity["voice_recording"].endswith(call_id)
        assert (activity["phonenumber"], activity["_regardingobjectid_value"]) == (MATTI_NUMBER, MATTI)
        return made or enriched or completed

    assert await cut_off_at_each_step(one_call) >= 3


FAULTS: list[dict[str, Any]] = [
    {"status": 429, "retry_after_s": 0.05},
    {"status": 500},
    {"drop": True},
    {"after_commit": True, "drop": True},
    {"after_commit": True, "status": 500},
]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
async def test_dynamics_fails_in_the_middle(calls: CallWorld, fault: dict[str, Any]) -> None:
    """Refused, lost, or done with its answer lost: the next run comes to the same end."""
    call_id = calls.new_call()
    row = calls.cloud.add(call_id, RecordingIds=[])
    for changes in ({}, {"RecordingIds": ["rec-1"]}):
        calls.cloud.change(row, **changes)
        await calls.world.fault(match="$batch", times=1, **fault)
        for _ in range(20):
            try:
                await calls.services.calls.reconcile(call_id)
                break
            except VoiceError as error:
                assert error.retryable, error  # noqa: PT017
    [activity] = await all_of(calls, call_id)
    assert (activity["statecode"], activity["voice_recording"] is not None) == (1, True)


async def test_a_text_typed_before_any_notes_came_stays_above_them(calls: CallWorld) -> None:
    """Seen by a reconciliation that had nothing to add, the person's text stays theirs when notes come later."""
    call_id = calls.new_call()
    row = calls.cloud.add(call_id, RecordingIds=[])
    await reconcile(calls, call_id)
    await calls.services.dataverse.update(calls.path(call_id), {"description": "typed"})
    calls.cloud.change(row, Duration=60)
    await reconcile(calls, call_id)
    await calls.services.call_notes.take(call_id, ANNA_SIGNED_IN, {"notes": "noted"})
    await reconcile(calls, call_id)
    [activity] = await all_of(calls, call_id)
    assert activity["description"] == "typed\nnoted"


@pytest.mark.parametrize("after", [False, True])
async def test_cut_off_at_any_step_of_moving_an_attempt(calls: CallWorld, after: bool) -> None:
    """It counts on the request that was meant last, and on no other (F8)."""

    async def one_call(at: int) -> bool:
        requests = await new_requests(calls)
        call_id = calls.new_call()
        calls.cloud.add(call_id)
        crashed = False
        for request in requests:
            await calls.services.call_notes.take(call_id, ANNA_SIGNED_IN, {"callbackRequest": request})
            crashed |= await reconcile(calls, call_id, at, after=after)
        await reconcile(calls, call_id)
        rows = [await calls.services.dataverse.get(f"phonecalls({one})") for one in requests]
        assert [row["voice_attemptcount"] or 0 for row in rows] == [0, 1]
        assert rows[0]["voice_lastattempton"] is None
        return crashed

    assert await cut_off_at_each_step(one_call) >= 9


async def test_a_persons_completion_after_our_crash_is_not_taken_for_ours(calls: CallWorld) -> None:
    """We had only meant to complete it: what the person has completed is final."""
    call_id = calls.new_call()
    row = calls.cloud.add(call_id, RecordingIds=[])
    await calls.services.calls.reconcile(call_id)
    calls.cloud.change(row, RecordingIds=["rec-1"])
    with pytest.raises(Crash):
        await cut_off(calls.services, Fuse(2, after=False)).reconcile(call_id)
    await calls.services.dataverse.update(calls.path(call_id), {"subject": "Human", "statecode": 1, "statuscode": 4})
    await calls.services.calls.reconcile(call_id)
    done = await calls.services.call_store.progress(call_id)
    assert done is not None
    assert done.stage is ActivityStage.FINAL


EDIT = st.sampled_from(["subject", "description", "voice_waittime", "voice_duration", "complete"])
ACTION = st.one_of(
    st.tuples(st.just("reconcile"), st.none() | st.integers(1, STEPS), st.booleans()),
    st.tuples(st.just("edit"), EDIT, st.integers(100, 200)),
    st.tuples(st.just("rows"), st.integers(60, 90), st.booleans()),
    st.tuples(st.just("notes"), st.text("ab", max_size=3), st.none()),
)


class Story:
    """What happened to one call, and what must be true of its activity in the end."""

    def __init__(self, calls: CallWorld) -> None:
        self.calls = calls
        self.call_id = calls.new_call()
        self.row = calls.cloud.add(self.call_id, RecordingIds=[])
        self.edits: dict[str, Any] = {}
        self.completed = False
        self.overwritten: set[str] = set()
        """Notes that had landed when a person changed the description: what becomes of them is up to that person."""

    async def go_on(self, action: tuple[str, Any, Any]) -> None:
        kind, first, second = action
        if kind == "reconcile":
            await reconcile(self.calls, self.call_id, first, after=second)
        elif kind == "rows":
            self.calls.cloud.change(self.row, Duration=first, RecordingIds=["rec-1"] if second else [])
        elif kind == "notes":
            await self.calls.services.call_notes.take(self.call_id, ANNA_SIGNED_IN, {"notes": first})
        else:
            await self.edit(first, second)

    async def edit(self, column: str, value: int) -> None:
        """A person at the form, where there is one and it can be changed."""
        body = {"statecode": 1, "statuscode": 4} if column == "complete" else {column: value}
        if column in {"subject", "description"}:
            body = {column: f"edit {value}"}
        try:
            before = await self.calls.services.dataverse.get(self.calls.path(self.call_id))
            await self.calls.services.dataverse.update(self.calls.path(self.call_id), body)
        except (VoiceError, InvalidInput):
            return
        if column == "description":
            self.overwritten.add(str(before["description"]).removeprefix(f"{self.edits.get(column)}\n"))
        if column == "complete":
            self.completed = True
        else:
            self.edits |= body


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=st.lists(ACTION, max_size=12))
async def test_any_interleaving_ends_in_one_activity_with_every_edit_intact(
    calls: CallWorld, actions: list[tuple[str, Any, Any]]
) -> None:
    """Looks cut off anywhere, rows that change, notes and a person's edits in any order."""
    story = Story(calls)
    for action in actions:
        await story.go_on(action)
    calls.cloud.change(story.row, RecordingIds=["rec-1"], Duration=95)
    for _ in range(3):
        await reconcile(calls, story.call_id)
    [activity] = await all_of(calls, story.call_id)
    for column, value in story.edits.items():
        if column == "description":
            assert value in activity[column]
        else:
            assert activity[column] == value
    note = await calls.services.call_store.phone_note(story.call_id, ANNA_SIGNED_IN)
    if not story.completed:
        assert activity["statecode"] == 1
        assert activity["voice_recording"] is not None
        assert activity["voice_duration"] == story.edits.get("voice_duration", 95)
        assert note is None or note.notes in story.overwritten or note.notes in (activity["description"] or "")
