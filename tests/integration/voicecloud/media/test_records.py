"""A call with real voices, from the first word to its record: what was said, and how well it was heard (G2, G3)."""

import asyncio
import io

import av
import numpy as np
import pytest

from tests.fixtures.media import pitch_of
from tests.fixtures.voicecloud import ANNA, SALES_NUMBER, RunVoiceCloud, VoiceCloud
from tests.fixtures.web_agent import AGENT_HZ, answers, until, web_agent

CUSTOMER_HZ = 700.0
NEAR_HZ = 12.0


async def call(cloud: VoiceCloud, talk_s: float) -> str:
    """A customer calls a recorded pool, talks with Anna, hangs up."""
    for user in cloud.store.directory.users.values():
        if user.is_person and user.id != ANNA:
            await cloud.store.telephony.staff.set_accepting(user.id, False)
    async with web_agent(cloud) as anna:
        asked = {"Number": SALES_NUMBER, "From": "+358401234567", "Hz": CUSTOMER_HZ, "Answer": "nobody"}
        call_id = str((await cloud.client.post("/control/api/calls", json=asked)).json()["CallId"])
        await answers(cloud, anna, call_id)
        await until(lambda: anna.heard)
        await asyncio.sleep(talk_s)
        await cloud.client.post(f"/control/api/calls/{call_id}/hangup", json={})
        await until(lambda: not cloud.store.telephony.engine.platform.live_call(call_id))
    return call_id


def channels_of(file: bytes) -> tuple["np.ndarray[tuple[int, int], np.dtype[np.float32]]", int]:
    with av.open(io.BytesIO(file)) as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
        rate = container.streams.audio[0].rate
    return np.concatenate(frames, axis=1), rate


async def test_a_call_is_kept_with_its_sound_and_its_quality(run_voicecloud: RunVoiceCloud) -> None:
    """The customer left, the agent right, in the file that the API hands out; loss and jitter in the row."""
    async with run_voicecloud() as cloud:
        call_id = await call(cloud, 1.5)
        [row] = [row for row in await cloud.over(call_id) if row["EndResult"] == 0]
        [recording_id] = row["RecordingIds"]
        url = (await cloud.client.get(f"/calls/recordings/{recording_id}")).json()["URL"]
        file = (await cloud.client.get(f"/{url}")).content
    sound, rate = channels_of(file)
    middle = sound[:, len(sound[0]) // 3 : len(sound[0]) * 2 // 3]
    assert [pitch_of(channel, rate) for channel in middle] == [
        pytest.approx(pitch, abs=NEAR_HZ) for pitch in (CUSTOMER_HZ, AGENT_HZ)
    ]
    assert row["Quality"]["LegId"] == f"{call_id}:2"
    assert row["Quality"]["Packets"] > 50
    assert row["Quality"]["LossPercent"] == 0
    assert [one["LegId"] for one in row["FarQuality"]] == [f"{call_id}:1"]
