"""Whatever happened before: a call that is private in the end leaves no trace, one that is work leaves one (H3)."""

import asyncio
from typing import Any

import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.errors import VoiceError
from tests.fixtures.calls import ANNA_SIGNED_IN, CallWorld
from tests.fixtures.reconciling import STEPS, all_of, new_requests, reconcile

NUMBER = "+358467778899"
NOTES = "secret"
ACTION = st.one_of(
    st.tuples(st.just("reconcile"), st.none() | st.integers(1, STEPS), st.booleans()),
    st.tuples(st.just("row"), st.sampled_from(["Work", "Private"]), st.booleans()),
    st.tuples(st.just("notes"), st.booleans(), st.none()),
    st.tuples(st.just("request"), st.sampled_from([None, 0, 1]), st.none()),
    st.tuples(st.just("edit"), st.none(), st.none()),
)


@pytest_asyncio.fixture
async def requests(calls: CallWorld) -> list[str]:
    """Two callback requests that are in Dynamics, the same ones for every example."""
    return await new_requests(calls)


class Story:
    """One call that turns private and back, with an agent who reports it."""

    def __init__(self, calls: CallWorld, requests: list[str]) -> None:
        self.calls = calls
        self.requests = requests
        self.meant: int | None = None
        self.call_id = calls.new_call()
        self.row = calls.cloud.add(self.call_id, ANum=NUMBER)

    async def go_on(self, action: tuple[str, Any, Any]) -> None:
        kind, first, second = action
        if kind == "reconcile":
            await reconcile(self.calls, self.call_id, first, after=second)
        elif kind == "row":
            self.calls.cloud.change(self.row, Privacy=first, RecordingIds=["rec-1"] if second else [])
        elif kind == "notes":
            await self.tell(notes=NOTES if first else "")
        elif kind == "request":
            self.meant = first
            await self.tell(callbackRequest=None if first is None else self.requests[first])
        else:
            await self.edit()

    async def tell(self, **told: Any) -> None:
        await self.calls.services.call_notes.take(self.call_id, ANNA_SIGNED_IN, told)

    async def edit(self) -> None:
        """A person at the form, where there is one."""
        try:
            await self.calls.services.dataverse.update(self.calls.path(self.call_id), {"description": "typed"})
        except VoiceError:
            return

    async def counted(self) -> list[int]:
        rows = [await self.calls.services.dataverse.get(f"phonecalls({one})") for one in self.requests]
        return [row["voice_attemptcount"] or 0 for row in rows]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=st.lists(ACTION, max_size=12))
async def test_a_call_that_is_private_in_the_end_leaves_no_trace(
    calls: CallWorld, requests: list[str], actions: list[tuple[str, Any, Any]]
) -> None:
    """No activity, no number, no word of it in our tables, and it counts on no callback request."""
    story = Story(calls, requests)
    before = await story.counted()
    for action in actions:
        await story.go_on(action)
    calls.cloud.change(story.row, Privacy="Private")
    for _ in range(2):
        await reconcile(calls, story.call_id)
    kept = str([row async for row in calls.services.tables.table("calls").query(story.call_id)])
    assert await all_of(calls, story.call_id) == []
    assert NUMBER not in kept
    assert NOTES not in kept
    assert await story.counted() == before


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=st.lists(ACTION, max_size=12))
async def test_a_call_that_is_work_in_the_end_has_one_activity(
    calls: CallWorld, requests: list[str], actions: list[tuple[str, Any, Any]]
) -> None:
    """With everything in it, open for the agent to say who it was, for no customer has the number; and counted on the
    callback request that was meant last, whatever was taken back meanwhile."""
    story = Story(calls, requests)
    before = await story.counted()
    for action in actions:
        await story.go_on(action)
    calls.cloud.change(story.row, Privacy="Work", RecordingIds=["rec-1"])
    await story.tell(callbackRequest=None if story.meant is None else story.requests[story.meant])
    for _ in range(2):
        await reconcile(calls, story.call_id)
    [activity] = await all_of(calls, story.call_id)
    assert (activity["phonenumber"], activity["statecode"]) == (NUMBER, 0)
    assert activity["voice_recording"]
    assert await story.counted() == [count + (number == story.meant) for number, count in enumerate(before)]


async def test_two_looks_at_a_private_call_do_not_hinder_each_other(calls: CallWorld) -> None:
    """Who comes second tries again: taking back is never given up (H3)."""
    for _ in range(5):
        story = Story(calls, [])
        await reconcile(calls, story.call_id)
        calls.cloud.change(story.row, Privacy="Private")
        await asyncio.gather(*(reconcile(calls, story.call_id) for _ in range(4)))
        await reconcile(calls, story.call_id)
        assert await all_of(calls, story.call_id) == []
