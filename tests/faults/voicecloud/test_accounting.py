"""kill -9 of the voice cloud in the middle of many calls: each of them is accounted for, with its length (K2, K10)."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.faults.voicecloud.test_kill import talking, wait_until, window
from tests.fixtures.voicecloud import SALES_NUMBER, SUPPORT_NUMBER, WEBHOOK_SECRET
from tests.fixtures.voicecloud_process import VoiceCloudProcess
from tests.fixtures.webhook_receiver import Receiver
from voicecloud.records.progress import SIGN_EVERY_S

Make = Callable[..., VoiceCloudProcess]
OUTSIDE = "+358401234567"
ELINA, FARID = ("71000000-0000-4000-8000-00000000000" + number for number in "56")
DAVIDS, BJORNS, ANNAS = "+35891001004", "+35891001002", "+35891001001"
SLACK_S = 1.5
"""What storing the sign takes, and rounding to whole seconds."""


def call(client: httpx.Client, number: str, **how: Any) -> str:
    answer = client.post("/control/api/calls", json={"Number": number, "From": OUTSIDE, **how})
    return str(answer.json()["CallId"])


def dial(client: httpx.Client, user: str, number: str) -> str:
    answer = client.post(f"/control/api/agents/{user}/calls", json={"Number": number, "Answer": "nobody"})
    return str(answer.json()["CallId"])


def rows_by_call(client: httpx.Client, path: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in client.get(path, params=window()).json():
        found.setdefault(row["CallID"], []).append(row)
    return found


def test_every_call_of_a_killed_process_has_its_record(voicecloud_process: Make) -> None:
    """Talking, ringing a user, a pool or an outside telephone, waiting in a queue, just over: none is missing."""
    cloud = voicecloud_process()
    cloud.start()
    with cloud.client() as client:
        talks = call(client, DAVIDS)
        wait_until(lambda: talking(client))
        answered_at = time.monotonic()
        ended = [call(client, BJORNS) for _ in range(2)]  # nobody can be rung there
        time.sleep(SIGN_EVERY_S + 2.5)
        ringing = [dial(client, ELINA, OUTSIDE), call(client, "+35891001006", Answer="nobody")]
        pools = [call(client, number, Answer="nobody") for number in (SALES_NUMBER, SUPPORT_NUMBER) for _ in range(4)]
    talked_s = time.monotonic() - answered_at
    cloud.kill()
    cloud.start()
    with cloud.client() as client:
        users, services = rows_by_call(client, "/calls"), rows_by_call(client, "/servicecall")
    assert {talks, *ended, *ringing} <= users.keys()
    assert set(pools) <= services.keys()
    assert {row["Result"] for one in pools for row in services[one]} == {"interrupted"}
    [talk] = users[talks]
    assert (talk["EndReason"], talk["EndResult"]) == ("platform_stopped", 0)
    assert talked_s - SIGN_EVERY_S - SLACK_S <= talk["Duration"] <= talked_s + SLACK_S
    unanswered = [row for one in (*ringing, *ended, *pools) for row in users.get(one, [])]
    assert all((row["EndResult"], row["Duration"], row["AnswerTime"]) == (1, 0, None) for row in unanswered)
    assert {row["EndReason"] for one in ringing for row in users[one]} == {"platform_stopped"}


def test_rows_of_a_killed_process_are_new_when_they_are_written(voicecloud_process: Make) -> None:
    """Who has read what changed until the restart finds the calls that the crash has cut off after it."""
    cloud = voicecloud_process()
    cloud.start()
    with cloud.client() as client:
        call_id = call(client, DAVIDS)
        wait_until(lambda: talking(client))
    cloud.kill()
    time.sleep(1)
    read_until = datetime.now(UTC)
    cloud.start()
    with cloud.client() as client:
        later = {"ModifiedAfter": str(read_until), "ModifiedBefore": str(read_until + timedelta(hours=1))}
        assert [row["CallID"] for row in client.get("/calls", params=later).json()] == [call_id]


async def test_the_end_of_a_call_cut_off_is_sent(voicecloud_process: Make, webhook_receiver: Receiver) -> None:
    """Whoever follows a pool's calls by webhook learns that it is over."""
    given = {"VOICECLOUD_WEBHOOK_ENDPOINT": webhook_receiver.url, "VOICECLOUD_WEBHOOK_SECRET": WEBHOOK_SECRET}
    cloud = voicecloud_process(**given)
    cloud.start()
    with cloud.client() as client:
        call_id = call(client, SALES_NUMBER)
        wait_until(lambda: talking(client))
    cloud.kill()
    cloud.start()
    async with asyncio.timeout(10), webhook_receiver.arrived:
        await webhook_receiver.arrived.wait_for(lambda: call_id in ends_in(webhook_receiver))


def ends_in(receiver: Receiver) -> set[str]:
    return {event["CallId"] for event in receiver.events if event["EventType"] == "QueueCallInCompleted"}
