"""Webhooks as an endpoint sees them."""

import asyncio
from typing import Any

from tests.fixtures.voicecloud import SALES_LIST, WEBHOOK_SECRET, RunVoiceCloud, VoiceCloud
from tests.fixtures.webhook_receiver import Receiver


async def log_of(cloud: VoiceCloud, count: int) -> list[Any]:
    """The delivery log, once it has so many attempts."""
    async with asyncio.timeout(30):
        while len(found := await cloud.store.webhooks.log(100)) < count:  # noqa: ASYNC110 (a table rings no bell)
            await asyncio.sleep(0.02)
    return found


async def test_a_callback_is_sent_at_once(run_voicecloud: RunVoiceCloud, webhook_receiver: Receiver) -> None:
    """The endpoint gets the envelope, the token and the event type in headers."""
    async with run_voicecloud(webhook_endpoint=webhook_receiver.url) as cloud:
        left = await cloud.leave_callback()
        [event] = await webhook_receiver.wait_for(1)
    assert event["EventType"] == "CallbackCreated"
    assert (event["RootEntityType"], event["RootEntityId"]) == ("Organization", event["OrganizationId"])
    assert (event["EntityType"], event["EntityId"]) == ("CallList", SALES_LIST)
    assert event["CallbackId"] == left["Id"]
    assert event["Id"]
    assert event["Timestamp"].endswith("Z")
    assert webhook_receiver.headers[0]["X-Benemen-Token"] == WEBHOOK_SECRET
    assert webhook_receiver.headers[0]["X-Benemen-Event"] == "CallbackCreated"


async def test_each_change_is_sent(run_voicecloud: RunVoiceCloud, webhook_receiver: Receiver) -> None:
    """Creation, change and closing are events of their own; closing again is none."""
    async with run_voicecloud(webhook_endpoint=webhook_receiver.url) as cloud:
        path = f"/callbacks/{(await cloud.leave_callback())['Id']}"
        await cloud.client.put(path, json={"Note": "x"})
        await cloud.client.post(f"{path}/close", json={"Note": "x"})
        await cloud.client.post(f"{path}/close", json={"Note": "x"})
        await webhook_receiver.wait_for(3)
        attempts = await log_of(cloud, 3)
    assert sorted(one["EventType"] for one in webhook_receiver.events) == [
        "CallbackClosed",
        "CallbackCreated",
        "CallbackUpdated",
    ]
    assert all(attempt.delivered for attempt in attempts)


async def test_a_refused_event_is_sent_again(run_voicecloud: RunVoiceCloud, webhook_receiver: Receiver) -> None:
    """What the endpoint answers with an error comes again with the same id, and the log shows both attempts."""
    webhook_receiver.answers = [500]
    async with run_voicecloud(webhook_endpoint=webhook_receiver.url, webhook_retry_max_s=0.05) as cloud:
        await cloud.leave_callback()
        first, second = await webhook_receiver.wait_for(2)
        attempts = await log_of(cloud, 2)
    assert first == second
    assert [(one.number, one.status) for one in attempts] == [(2, 200), (1, 500)]


async def test_events_survive_a_restart(run_voicecloud: RunVoiceCloud, webhook_receiver: Receiver) -> None:
    """What a dead endpoint has missed is delivered by the next run, in order of the events."""
    async with run_voicecloud(webhook_endpoint="http://127.0.0.1:9/hook", webhook_retry_max_s=60) as cloud:
        left = [(await cloud.leave_callback())["Id"] for _ in range(5)]
        assert (await log_of(cloud, 1))[0].error
    async with run_voicecloud(webhook_endpoint=webhook_receiver.url):
        events = await webhook_receiver.wait_for(5)
    assert sorted(one["CallbackId"] for one in events) == left


async def test_an_event_between_change_and_webhooks_is_recovered(
    run_voicecloud: RunVoiceCloud, webhook_receiver: Receiver
) -> None:
    """An event that was stored with its callback but never handed over goes out after the next start."""
    async with run_voicecloud() as cloud:
        left = await cloud.leave_callback()
        callback = await cloud.store.callbacks.get(left["Id"])
        event = cloud.store.webhooks.event("CallbackCreated", "CallList", SALES_LIST, {"CallbackId": callback.id})
        store = cloud.store.callbacks.store
        stored = await store.get(callback.id)
        assert stored is not None
        await store.change(callback, stored[1], callback, event)
    async with run_voicecloud(webhook_endpoint=webhook_receiver.url):
        [received] = await webhook_receiver.wait_for(1)
    assert (received["Id"], received["CallbackId"]) == (event.id, left["Id"])
