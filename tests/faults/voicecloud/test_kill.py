"""kill -9 of the voice cloud: what was told is kept, what was cut off says so."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.fixtures.voicecloud import SALES_LIST, SALES_NUMBER, WEBHOOK_SECRET
from tests.fixtures.voicecloud_process import VoiceCloudProcess
from tests.fixtures.webhook_receiver import Receiver

Make = Callable[..., VoiceCloudProcess]


def wait_until[Found](check: Callable[[], Found], timeout_s: float = 5.0) -> Found:
    """What ``check`` finds, once it finds something."""
    until = time.monotonic() + timeout_s
    while not (found := check()):
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)
    return found


def talking(client: httpx.Client) -> list[dict[str, Any]]:
    calls = client.get("/control/api/state").json()["calls"]
    return [call for call in calls if call["State"] == "talking"]


def window() -> dict[str, str]:
    now = datetime.now(UTC)
    return {"StartTime": str(now - timedelta(hours=1)), "EndTime": str(now + timedelta(hours=1))}


def test_a_call_in_progress_ends_with_a_record(voicecloud_process: Make) -> None:
    """Killed or stopped, the call that was going on has exactly one set of rows, which says why it ended; and so it
    stays when the process ends again."""
    cloud = voicecloud_process()
    cut_off: list[str] = []
    cloud.start()
    for end in (cloud.kill, cloud.stop, cloud.kill):
        with cloud.client() as client:
            cut_off.append(
                client.post("/control/api/calls", json={"Number": SALES_NUMBER, "From": ""}).json()["CallId"]
            )
            wait_until(lambda client=client: talking(client))
            time.sleep(0.2)  # the last event is on its way to storage
        end()
        cloud.start()
        with cloud.client() as client:
            rows = client.get("/calls", params=window()).json()
            services = client.get("/servicecall", params=window()).json()
        ends = sorted((row["CallID"], row["EndReason"]) for row in rows)
        assert ends == sorted((one, "platform_stopped") for one in cut_off)
        assert sorted(row["CallID"] for row in services) == sorted(cut_off)


def test_a_clean_stop_exits_with_zero(voicecloud_process: Make) -> None:
    """SIGTERM is no failure."""
    cloud = voicecloud_process()
    cloud.start()
    assert cloud.stop() == 0


async def test_events_of_a_killed_process_are_delivered(voicecloud_process: Make, webhook_receiver: Receiver) -> None:
    """A callback answered with 201 reaches the webhook although the process was killed right then."""
    secret = {"VOICECLOUD_WEBHOOK_SECRET": WEBHOOK_SECRET}
    cloud = voicecloud_process(VOICECLOUD_WEBHOOK_ENDPOINT="http://127.0.0.1:9/", **secret)
    cloud.start()
    with cloud.client() as client:
        body = {"ListId": SALES_LIST, "CallerNumber": "+358401234567"}
        left = [client.post("/callbacks", json=body).json()["Id"] for _ in range(10)]
    cloud.kill()
    again = voicecloud_process(VOICECLOUD_WEBHOOK_ENDPOINT=webhook_receiver.url, **secret)
    again.start()
    events = await webhook_receiver.wait_for(10)
    assert sorted(one["CallbackId"] for one in events) == left
