"""Calls from the real voice cloud to the activity, through webhooks, queue and timers."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest_asyncio

from shared.clock import from_iso
from shared.settings.model import SettingKind
from tests.fixtures.calls import DEMO_CALL_SYNC, MATTI, MATTI_NUMBER, parties
from tests.fixtures.customers import Customer, activity
from tests.fixtures.functions_host import RunningHost
from tests.fixtures.world import TOKEN, World, eventually

DAVID, DAVID_D365 = "71000000-0000-4000-8000-000000000004", "a0000000-0000-4000-8000-000000000004"
SALES_NUMBER, ELINA_NUMBER = "+35891000100", "+35891001005"
HEADERS = {"X-Benemen-Token": TOKEN}


@pytest_asyncio.fixture
async def only_david(told: World) -> AsyncIterator[World]:
    """The app is notified by webhook; of the agents in Sales only David, on a web phone, takes calls."""
    await told.set(SettingKind.CALL_SYNC, "call-sync", DEMO_CALL_SYNC)
    control = f"{told.neighbours.voicecloud_url}/control/api"
    others = [one["Id"] for one in (await told.http.get(f"{control}/state")).json()["agents"] if one["Id"] != DAVID]
    for user_id in others:
        (await told.http.post(f"{control}/agents/{user_id}", json={"Profile": "Off work"})).raise_for_status()
    yield told
    for user_id in others:
        (await told.http.post(f"{control}/agents/{user_id}", json={"Profile": "Available"})).raise_for_status()


async def test_a_pool_call_on_the_web_phone_is_an_activity_at_its_end_and_enriched_soon_after(
    only_david: World,
) -> None:
    """First by what the webhooks reported, then link and metrics from the voice cloud's record, then completed."""
    customer = Customer(only_david)
    call_id = await customer.talks_to(SALES_NUMBER)
    await eventually(lambda: activity(only_david, call_id))

    async def enriched() -> dict[str, Any]:
        row = await activity(only_david, call_id)
        assert (row["statecode"], row["voice_recording"]) == (1, f"https://voice.example/api/recordings/{call_id}")
        return row

    row = await eventually(enriched)
    assert (row["_ownerid_value"], row["_regardingobjectid_value"]) == (DAVID_D365, MATTI)
    assert parties(row) == [(1, MATTI), (2, DAVID_D365)]
    assert (row["voice_pool"], row["voice_terminal"], row["voice_waittime"] is not None) == ("Sales", "web", True)
    arrived, answered = (from_iso(row[name]) for name in ("voice_arrivedon", "voice_firstansweredon"))
    assert isinstance(arrived, datetime)
    assert arrived <= answered


async def test_what_no_webhook_reported_is_found_by_the_timer(world: World, app: RunningHost) -> None:
    """A call on a desk phone is synchronised though nobody reported it (H1)."""
    await world.set(SettingKind.CALL_SYNC, "call-sync", DEMO_CALL_SYNC)
    call_id = await Customer(world).talks_to(ELINA_NUMBER)

    async def synchronised() -> dict[str, Any]:
        await app.run_timer("calls_sync")
        return await activity(world, call_id)

    row = await eventually(synchronised)
    assert (row["voice_terminal"], row["_regardingobjectid_value"]) == ("desk", MATTI)


async def test_call_webhooks_need_the_token_and_a_call(app: RunningHost) -> None:
    """A stranger's event is refused, one without its call is answered what it lacks, others are taken and dropped."""
    async with httpx.AsyncClient(base_url=app.url) as sender:
        event = {"EventType": "QueueCallInCompleted", "Timestamp": "2026-11-22T08:00:00Z"}
        refused = await sender.post("/api/webhooks/voicecloud", json={**event, "CallId": "c"})
        lacking = await sender.post("/api/webhooks/voicecloud", json=event, headers=HEADERS)
        other = await sender.post("/api/webhooks/voicecloud", json={"EventType": "QueueStatus"}, headers=HEADERS)
    assert (refused.status_code, refused.json()["code"]) == (401, "webhook-token")
    assert (lacking.status_code, lacking.json()["code"]) == (400, "malformed-webhook")
    assert other.status_code == 202


async def test_events_in_any_order_and_repeated_make_one_activity(world: World, app: RunningHost) -> None:
    """The end before the answer, each of them five times: one activity, completed because its time limit is past."""
    await world.set(SettingKind.CALL_SYNC, "call-sync", DEMO_CALL_SYNC)
    call_id = str(uuid4())
    common = {"CallId": call_id, "QueueId": "q", "QueueName": "Sales", "CallerNumber": MATTI_NUMBER, "UserId": None}
    arrived = {**common, "EventType": "QueueCallInArrived", "Sequence": 2, "Timestamp": "2026-11-22T08:00:00Z"}
    connected = {
        **common,
        "EventType": "QueueCallInConnected",
        "Sequence": 5,
        "Timestamp": "2026-11-22T08:00:12Z",
        "UserId": DAVID,
        "Terminal": "web",
    }
    ended = {**common, "EventType": "QueueCallInCompleted", "Sequence": 9, "Timestamp": "2026-11-22T08:01:12Z"}
    async with httpx.AsyncClient(base_url=app.url) as sender:
        for event in (ended, connected, arrived) * 5:
            answer = await sender.post("/api/webhooks/voicecloud", json=event, headers=HEADERS)
            assert answer.status_code == 202

    async def with_arrival() -> dict[str, Any]:
        row = await activity(world, call_id)
        assert row["voice_arrivedon"] == "2026-11-22T08:00:00Z"
        return row

    row = await eventually(with_arrival)
    assert (row["statecode"], row["voice_duration"], row["_ownerid_value"]) == (1, 60, DAVID_D365)
    assert (row["_regardingobjectid_value"], row["voice_pool"]) == (MATTI, "Sales")
