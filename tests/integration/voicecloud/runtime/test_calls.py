"""Calls as they happen: what is reported, what is left behind."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from lab.people.customers import Behaviour
from tests.fixtures.voicecloud import BJORN, CUSTOMER, SALES, SALES_LIST, SALES_NUMBER, RunVoiceCloud, VoiceCloud
from tests.fixtures.webhook_receiver import Receiver
from voicecloud.organisation.model import DocumentKind


async def subscribe(cloud: VoiceCloud, *event_types: str) -> None:
    """Adds call events to the demo organisation's webhook, for the next start."""
    [webhook] = cloud.store.directory.documents(DocumentKind.WEBHOOK)
    subscriptions = [{"EventType": one, "AllEntities": True} for one in event_types]
    await cloud.store.directory.write(DocumentKind.WEBHOOK, webhook["Id"], {**webhook, "Subscriptions": subscriptions})


async def callbacks_of(cloud: VoiceCloud) -> list[dict[str, Any]]:
    """The sales callbacks, once there are any."""
    async with asyncio.timeout(30):
        while not (rows := (await cloud.client.get("/callbacks", params={"ListId": SALES_LIST})).json()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return list(rows)


async def test_a_pool_call_is_sent_to_webhooks(run_voicecloud: RunVoiceCloud, webhook_receiver: Receiver) -> None:
    """Arrival, allocation, connection and completion are posted in order, with queue, agent and numbers."""
    names = ["QueueCallInArrived", "QueueCallInAllocated", "QueueCallInConnected", "QueueCallInCompleted"]
    async with run_voicecloud() as cloud:
        await subscribe(cloud, *names)
    async with run_voicecloud(webhook_endpoint=webhook_receiver.url) as cloud:
        call_id = await cloud.call(SALES_NUMBER, Behaviour(talk_s=0.1))
        events = await webhook_receiver.wait_for(4)
    assert [one["EventType"] for one in sorted(events, key=lambda one: one["Id"])] == names
    connected = next(one for one in events if one["EventType"] == "QueueCallInConnected")
    assert (connected["CallId"], connected["QueueName"], connected["QueueNumber"]) == (call_id, "Sales", SALES_NUMBER)
    assert connected["CallerNumber"] == CUSTOMER
    assert connected["Username"].endswith("@aurorahome.example")


async def test_a_queued_caller_may_leave_a_callback(voicecloud: VoiceCloud) -> None:
    """The key pressed in the queue puts the caller on the pool's callback list, with the call."""
    for user in list(voicecloud.store.directory.users.values()):
        if user.simulated:
            await voicecloud.client.post(f"/users/{user.id}/availability", json={"EventTypeID": 3})
    call_id = await voicecloud.call(SALES_NUMBER, Behaviour(takes_callback=True))
    voicecloud.lab.users.press(call_id, None, "1")
    rows = await callbacks_of(voicecloud)
    assert [(row["CallerNumber"], row["CallId"], row["QueueId"]) for row in rows] == [(CUSTOMER, call_id, SALES)]


async def test_stopping_ends_calls_with_a_record(run_voicecloud: RunVoiceCloud) -> None:
    """A call in progress when the process is stopped says so in its record."""
    async with run_voicecloud() as cloud:
        call_id = await cloud.call("+35891001004", Behaviour())
    async with run_voicecloud() as cloud:
        for row in (await cloud.client.get("/calls", params={"CallId": call_id})).json():
            assert row["EndReason"] == "platform_stopped"
        assert await cloud.store.telephony.records.store.finished(call_id)


async def test_the_next_caller_number_must_be_allowed(voicecloud: VoiceCloud) -> None:
    """A member of a pool may show its number, a stranger's number is refused."""
    path = f"/users/{BJORN}/features/cli/activate/"
    assert (await voicecloud.client.post(path, json={"CallAsNumber": SALES_NUMBER})).status_code == 200
    refused = await voicecloud.client.post(path, json={"CallAsNumber": "+35800000000"})
    assert (refused.status_code, refused.json()["Code"]) == (400, "caller-number-not-allowed")


async def test_a_waiting_caller_shows_among_service_calls(voicecloud: VoiceCloud) -> None:
    """A visit to a pool is listed while it goes on, and once only when it is over."""
    await voicecloud.store.telephony.staff.set_queue(SALES, {"NoAgentsAction": None})
    for user in list(voicecloud.store.directory.users.values()):
        if user.simulated:
            await voicecloud.client.post(f"/users/{user.id}/availability", json={"EventTypeID": 3})
    call_id = await voicecloud.call(SALES_NUMBER, Behaviour())
    now = datetime.now(UTC)
    window = {"StartTime": str(now - timedelta(minutes=1)), "EndTime": str(now + timedelta(minutes=1))}
    [row] = (await voicecloud.client.get("/servicecall", params=window)).json()
    assert (row["CallID"], row["EndTime"]) == (call_id, None)
    voicecloud.lab.customers.hang_up(call_id)
    await voicecloud.over(call_id)
    [over] = (await voicecloud.client.get("/servicecall", params=window)).json()
    assert (over["Id"], over["Result"]) == (row["Id"], "abandoned")


async def test_a_record_that_cannot_be_stored_does_not_hold_up_others(voicecloud: VoiceCloud) -> None:
    """Storage refuses one call's rows for good; the next call's are there all the same."""
    names = voicecloud.store.telephony.records.names
    long = replace(names, user=lambda user_id: "x" * 40_000)
    voicecloud.store.telephony.records.names = long
    first = await voicecloud.call("+35891001004", Behaviour(talk_s=0.05))
    assert await voicecloud.over(first) == []
    voicecloud.store.telephony.records.names = names
    second = await voicecloud.call("+35891001004", Behaviour(talk_s=0.05))
    assert len(await voicecloud.over(second)) == 1


async def test_a_number_longer_than_any_is_cut(voicecloud: VoiceCloud) -> None:
    """What the network delivers may be anything; the call goes on and is recorded."""
    call_id = await voicecloud.call("+35891001004", Behaviour(talk_s=0.05), caller="9" * 40_000)
    [row] = await voicecloud.over(call_id)
    assert row["ANum"] == "9" * 64
