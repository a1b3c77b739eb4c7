"""Either process of a voice cloud dies: the calls end as such, and nothing is left behind (K2)."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

from tests.faults.voicecloud.test_hostile_requests import anna_talks
from tests.faults.voicecloud.test_kill import wait_until, window
from tests.fixtures.killing import media_of
from tests.fixtures.voicecloud import ANNA
from tests.fixtures.voicecloud_process import VoiceCloudProcess
from tests.fixtures.waiting import eventually

KEY = {"Idempotency-Key": "once"}

Make = Callable[..., VoiceCloudProcess]


async def test_calls_end_with_their_media_process_and_the_next_has_audio(voicecloud_process: Make) -> None:
    """It is killed in a call: that row says so, another takes its place, which dies with the voice cloud."""
    cloud = voicecloud_process()
    cloud.start()
    async with anna_talks(cloud):
        [media] = media_of(cloud.pid)
        os.kill(media, signal.SIGKILL)
        with cloud.client() as client:
            rows = wait_until(lambda: client.get("/calls", params=window()).json(), 20)
            await eventually(lambda: client.get("/health").json()["media"] == "ok", 60)
    assert [(row["EndReason"], row["EndResult"]) for row in rows] == [("platform_stopped", 0)]
    async with anna_talks(cloud):
        [again] = media_of(cloud.pid)
        cloud.kill()
        await eventually(lambda: not Path(f"/proc/{again}").exists(), 20)


async def test_a_recording_that_dies_after_its_call_is_waited_for_by_nobody(voicecloud_process: Make) -> None:
    """The media process stands still as the call ends, and is killed before the recording was fetched."""
    cloud = voicecloud_process()
    cloud.start()
    async with anna_talks(cloud):
        [media] = media_of(cloud.pid)
        os.kill(media, signal.SIGSTOP)
        with cloud.client() as client:
            [call] = client.get(f"/users/{ANNA}/phone").json()["calls"]
            over = client.post(f"/users/{ANNA}/phone/calls/{call['callId']}/hangup", json={}, headers=KEY)
            assert over.status_code == 200, over.text
            os.kill(media, signal.SIGKILL)
            rows = wait_until(lambda: client.get("/calls", params=window()).json(), 20)
    assert [(row["EndReason"], row["RecordingIds"]) for row in rows] == [("platform_stopped", [])]
