"""A webhook endpoint that is down: little is asked of it, and everything reaches it when it is back."""

import asyncio
from datetime import UTC, datetime, timedelta

from tests.fixtures.voicecloud import RunVoiceCloud
from tests.fixtures.webhook_receiver import Receiver


async def test_all_that_waited_goes_out_after_the_first_success(
    run_voicecloud: RunVoiceCloud, webhook_receiver: Receiver
) -> None:
    """Forty events wait while the endpoint fails; it is tried a few times only, then all arrive, each once accepted."""
    webhook_receiver.answers = [503] * 12
    async with run_voicecloud(webhook_endpoint=webhook_receiver.url, webhook_retry_max_s=0.4) as cloud:
        left = [(await cloud.leave_callback())["Id"] for _ in range(40)]
        async with asyncio.timeout(15):
            while any(one["pending"] for one in cloud.store.webhooks.health().values()):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        refused = 12
        accepted = [event["CallbackId"] for event in webhook_receiver.events[refused:]]
        assert sorted(accepted) == left
        assert len(webhook_receiver.events) == refused + len(left)


async def test_an_event_that_is_too_old_is_given_up_and_noted(
    run_voicecloud: RunVoiceCloud, webhook_receiver: Receiver
) -> None:
    """After the time limit the log says so, and nothing waits any more."""
    webhook_receiver.answers = [500] * 100
    changes = {"webhook_retry_max_s": 0.02, "webhook_give_up_after_s": 0.2}
    async with run_voicecloud(webhook_endpoint=webhook_receiver.url, **changes) as cloud:
        await cloud.leave_callback()
        async with asyncio.timeout(5):
            while any(one["pending"] for one in cloud.store.webhooks.health().values()):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert (await cloud.store.webhooks.log(1))[0].given_up


async def test_nothing_is_lost_when_the_endpoint_is_down_for_a_day(
    run_voicecloud: RunVoiceCloud, webhook_receiver: Receiver
) -> None:
    """Events of every hour of a day, a restart in the middle of it: when the endpoint is back, each arrives once."""
    day, late = 24, timedelta()
    left: list[str] = []
    webhook_receiver.answers = [503] * 100_000
    given = {"webhook_endpoint": webhook_receiver.url, "clock": lambda: datetime.now(UTC) + late}
    for _half in range(2):
        async with run_voicecloud(**given, webhook_retry_max_s=0.2) as cloud:
            for _hour in range(day // 2):
                left.append((await cloud.leave_callback())["Id"])
                late += timedelta(hours=1)
                await asyncio.sleep(0.02)  # the next attempt is made, and fails
            health = (await cloud.client.get("/health")).json()["webhooks"].values()
            assert [(one["pending"], one["failing"]) for one in health] == [(len(left), True)]
    webhook_receiver.answers.clear()
    refused = len(webhook_receiver.events)
    async with run_voicecloud(**given, webhook_retry_max_s=0.2) as cloud:
        await webhook_receiver.wait_for(refused + day)
        assert not any(attempt.given_up for attempt in await cloud.store.webhooks.log(1_000))
    assert sorted(event["CallbackId"] for event in webhook_receiver.events[refused:]) == left
