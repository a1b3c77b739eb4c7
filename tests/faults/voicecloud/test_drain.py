"""SIGTERM: no new calls, present ones finish."""

from collections.abc import Callable
from typing import Any

import httpx

from tests.faults.voicecloud.test_kill import talking, wait_until
from tests.fixtures.voicecloud import CUSTOMER, SALES_NUMBER
from tests.fixtures.voicecloud_process import VoiceCloudProcess

Make = Callable[..., VoiceCloudProcess]


def call(client: httpx.Client) -> str:
    return str(client.post("/control/api/calls", json={"Number": SALES_NUMBER, "From": CUSTOMER}).json()["CallId"])


def rows(client: httpx.Client, call_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/calls", params={"CallId": call_id}).json()
    return found


def test_present_calls_finish_and_new_ones_are_not_taken(voicecloud_process: Make) -> None:
    """After SIGTERM two people talk on until they hang up, a new caller is sent away, and then the process ends."""
    cloud = voicecloud_process(VOICECLOUD_DRAIN_S="15")
    cloud.start()
    with cloud.client() as client:
        present = call(client)
        wait_until(lambda: talking(client))
        cloud.ask_to_stop()
        health = wait_until(lambda: (answer := client.get("/health")).status_code == 503 and answer.json())
        assert (health["state"], health["calls"]) == ("draining", 1)
        late = call(client)
        assert [one["CallId"] for one in talking(client)] == [present]
        assert [one["CallId"] for one in client.get("/control/api/state").json()["calls"]] == [present]
        client.post(f"/control/api/calls/{present}/hangup", json={})
    assert cloud.stop() == 0
    cloud.start()
    with cloud.client() as client:
        assert [row["EndReason"] for row in rows(client, present)] == ["caller_left"]
        assert rows(client, late) == []


def test_a_call_that_lasts_too_long_is_ended_with_its_record(voicecloud_process: Make) -> None:
    """The drain has an end; what goes on then says why it ended."""
    cloud = voicecloud_process(VOICECLOUD_DRAIN_S="0.3")
    cloud.start()
    with cloud.client() as client:
        present = call(client)
        wait_until(lambda: talking(client))
    assert cloud.stop() == 0
    cloud.start()
    with cloud.client() as client:
        assert [row["EndReason"] for row in rows(client, present)] == ["platform_stopped"]
