import asyncio
from typing import Any

import httpx
import pytest

from shared.bus.dead_letters import Replay
from shared.bus.retry import POISON
from shared.settings.model import SettingKind
from tests.fixtures.functions_host import RunningHost
from tests.fixtures.world import SALES_LIST, SALES_QUEUE, TOKEN, World, eventually

HEADERS = {"X-Benemen-Token": TOKEN, "X-Benemen-Event": "CallbackCreated"}


def webhook(callback_id: str, list_id: str = SALES_LIST) -> dict[str, Any]:
    return {
        "Id": callback_id,
        "Timestamp": "2026-11-22T08:00:00Z",
        "EntityType": "CallList",
        "EntityId": list_id,
        "EventType": "CallbackCreated",
        "CallbackId": callback_id,
        "SomethingNew": {"ignored": True},
    }


async def test_a_webhook_brings_a_callback_into_dynamics(
    world: World, app: RunningHost, anonymous: httpx.AsyncClient
) -> None:
    """202 at once, and soon one activity, one queue item, one closed callback; delivered five times, still one."""
    number = world.new_number()
    callback_id = await world.leave_callback(number)
    for _ in range(5):
        answer = await anonymous.post("/api/webhooks/voicecloud", json=webhook(callback_id), headers=HEADERS)
        assert answer.status_code == 202
    await eventually(lambda: world.exactly_one(number, callback_id))


async def test_polling_brings_what_no_webhook_reported(world: World, app: RunningHost) -> None:
    """The timer finds open callbacks of every due list; a second run within the interval sends nothing."""
    numbers = [world.new_number() for _ in range(3)]
    callbacks = [await world.leave_callback(number) for number in numbers]
    await app.run_timer("callbacks_poll")
    await app.run_timer("callbacks_poll")
    for number, callback_id in zip(numbers, callbacks, strict=True):
        await eventually(lambda number=number, one=callback_id: world.exactly_one(number, one))


async def test_webhook_and_polling_at_once_are_one_activity(
    world: World, app: RunningHost, anonymous: httpx.AsyncClient
) -> None:
    """The same callback from both sides in the same moment is handled once."""
    number = world.new_number()
    callback_id = await world.leave_callback(number)
    await asyncio.gather(
        app.run_timer("callbacks_poll"),
        *(anonymous.post("/api/webhooks/voicecloud", json=webhook(callback_id), headers=HEADERS) for _ in range(3)),
    )
    await eventually(lambda: world.exactly_one(number, callback_id))


async def test_a_changed_profile_acts_without_a_restart(
    world: World, app: RunningHost, anonymous: httpx.AsyncClient
) -> None:
    """The queue a profile names now is the queue the next callback goes to (F1)."""
    support = SALES_QUEUE.replace("0001", "0002")
    await world.set(SettingKind.CALLBACK_PROFILE, SALES_LIST, {"list_id": SALES_LIST, "queue_id": support})
    await asyncio.sleep(2.1)  # settings are read again after two seconds
    number = world.new_number()
    callback_id = await world.leave_callback(number)
    await anonymous.post("/api/webhooks/voicecloud", json=webhook(callback_id), headers=HEADERS)
    activity = await eventually(lambda: world.exactly_one(number, callback_id))
    (item,) = await world.queue_items(activity["activityid"])
    assert item["_queueid_value"] == support


@pytest.mark.parametrize(
    ("headers", "body", "status", "code"),
    [
        ({}, b"{}", 401, "webhook-token"),
        ({"X-Benemen-Token": "wrong"}, b"{}", 401, "webhook-token"),
        (HEADERS, b"{", 400, "malformed-json"),
        (HEADERS, b"[]", 400, "malformed-webhook"),
        (HEADERS, b'{"EventType": 7}', 400, "malformed-webhook"),
        (HEADERS, b'{"EventType": "CallbackCreated", "EntityId": "x"}', 400, "malformed-webhook"),
    ],
)
async def test_a_bad_webhook_gets_problem_details(
    anonymous: httpx.AsyncClient, headers: dict[str, str], body: bytes, status: int, code: str
) -> None:
    """A wrong token or a body that is not valid is refused with a stable code (RFC 9457)."""
    answer = await anonymous.post("/api/webhooks/voicecloud", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["Content-Type"].startswith("application/problem+json")


async def test_an_event_we_have_no_use_for_is_accepted(anonymous: httpx.AsyncClient) -> None:
    """Unknown event types are taken and dropped, so that the sender does not repeat them for ever."""
    body = {"EventType": "QueueCallInOverflow", "EntityId": "q"}
    assert (await anonymous.post("/api/webhooks/voicecloud", json=body, headers=HEADERS)).status_code == 202


async def test_what_cannot_be_done_is_dead_lettered_with_its_reason_and_replayed(
    world: World, app: RunningHost, anonymous: httpx.AsyncClient
) -> None:
    """An unknown queue ends in the dead-letter queue, shown by health; corrected and replayed, the callback arrives."""
    wrong = {"list_id": SALES_LIST, "queue_id": "b0000000-0000-4000-8000-00000000dead"}
    await world.set(SettingKind.CALLBACK_PROFILE, SALES_LIST, wrong)
    await world.set(SettingKind.GENERAL, "general", {"default_region": "FI", "retry_schedule_s": [0.1]})
    await asyncio.sleep(2.1)  # settings are read again after two seconds
    number = world.new_number()
    callback_id = await world.leave_callback(number)
    await anonymous.post("/api/webhooks/voicecloud", json=webhook(callback_id), headers=HEADERS)

    async def dead() -> Any:
        listed = [
            one for one in await world.services.dead_letters.list_dead("callbacks", 50) if callback_id in one.message_id
        ]
        assert len(listed) == 1
        return listed[0]

    letter = await eventually(dead)
    assert (letter.reason, letter.attempts) == ("callback-queue-unknown", 2)
    assert POISON not in letter.message_id
    assert (await world.callback(callback_id))["State"] == "Open"
    report = (await app.client.get("/api/health")).json()
    checks = {check["name"]: check for check in report["checks"]}
    assert checks["queue callbacks"]["deadLetters"] >= 1
    assert "dead-letters replay" in checks["queue callbacks"]["cure"]
    assert checks["callback queues"]["state"] == "degraded"

    await world.set(SettingKind.CALLBACK_PROFILE, SALES_LIST, {**wrong, "queue_id": SALES_QUEUE})
    await asyncio.sleep(2.1)  # as above
    assert await world.services.dead_letters.replay("callbacks", [letter.message_id]) == Replay(1)
    await eventually(lambda: world.exactly_one(number, callback_id))


async def test_health_says_ok_when_all_is_well(app: RunningHost, anonymous: httpx.AsyncClient, world: World) -> None:
    """Every check is there with its state and since when; without a key nobody sees it."""
    await world.close_callbacks()
    assert (await anonymous.get("/api/health")).status_code == 401
    answer = await app.client.get("/api/health")
    report = answer.json()
    assert (answer.status_code, report["state"]) == (200, "ok"), report
    assert {"storage", "dataverse", "voicecloud", "queue callbacks", "number index"} <= {
        check["name"] for check in report["checks"]
    }
    assert all(check["since"] for check in report["checks"])
