"""``python -m voicecloud`` by itself, as it is deployed: nothing of the lab."""

from collections.abc import Callable
from pathlib import Path

import httpx

from tests.fixtures.killing import media_of
from tests.fixtures.voicecloud import ANNA, BJORN
from tests.fixtures.voicecloud_process import VoiceCloudProcess
from tests.fixtures.waiting import eventually
from tests.fixtures.web_phones import new_call_id


async def test_a_voice_cloud_serves_phones_by_itself_and_ends_when_told(
    voicecloud_process: Callable[..., VoiceCloudProcess],
) -> None:
    """Audio is there, one phone rings another, and SIGTERM ends both processes."""
    cloud = voicecloud_process("voicecloud")
    cloud.start()
    with cloud.client() as client:
        await eventually(lambda: client.get("/health").json()["media"] == "ok")
        [media] = media_of(cloud.pid, "voicecloud.media")
        for user in (ANNA, BJORN):
            client.post(f"/users/{user}/phone/session", json={"SessionId": user}).raise_for_status()
        number = client.get(f"/users/{BJORN}").json()["WorkNumber"]
        call_id = _dial(client, number)
        [rings] = client.get(f"/users/{BJORN}/phone").json()["calls"]
        assert (rings["callId"], rings["state"]) == (call_id, "ringing")
        assert client.get("/control/").status_code == 404
    assert cloud.stop() == 0
    await eventually(lambda: not Path(f"/proc/{media}").exists())


def _dial(client: httpx.Client, number: str) -> str:
    call_id = new_call_id()
    client.post(f"/users/{ANNA}/phone/calls", json={"CallId": call_id, "Number": number}).raise_for_status()
    return call_id
