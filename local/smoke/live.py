"""``live``: a customer calls, a web phone answers with a voice, each hears the other, the phone hangs up (C1, C2)."""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from fractions import Fraction
from typing import Any
from uuid import uuid4

import av
import numpy as np
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from local.outside import Outside
from local.smoke.capabilities import capability, eventually, expect

CARLA, CARLAS_NUMBER, CUSTOMER_NUMBER = "71000000-0000-4000-8000-000000000003", "+35891001003", "+358401234567"
AGENT_HZ, CUSTOMER_HZ, NEAR_HZ = 600.0, 1700.0, 20.0
RATE, FRAME = 48_000, 960
LISTENED_S = 0.5


class Tone(MediaStreamTrack):
    """The agent's voice: one tone."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._at = 0

    async def recv(self) -> av.AudioFrame:
        await asyncio.sleep(FRAME / RATE)
        wave = (10_000 * np.sin(2 * math.pi * AGENT_HZ * np.arange(self._at, self._at + FRAME) / RATE)).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(np.repeat(wave, 2).reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._at, Fraction(1, RATE)
        self._at += FRAME
        return frame


@capability("live")
async def live(seen: Outside) -> None:
    path = f"/users/{CARLA}/phone"
    session = str(uuid4())
    (await seen.voicecloud.post(f"{path}/session", json={"SessionId": session})).raise_for_status()
    try:
        call_id = await seen.call(CARLAS_NUMBER, CUSTOMER_NUMBER, Hz=CUSTOMER_HZ)
        await eventually(lambda: _state(seen, path, call_id, "ringing"), "the web phone does not ring")
        async with _answered(seen, f"{path}/calls/{call_id}") as track:
            await eventually(lambda: _state(seen, path, call_id, "connected"), "the call is not connected")
            await eventually(lambda: _hears(track, CUSTOMER_HZ), "the agent does not hear the customer")
            await eventually(lambda: _heard(seen, call_id), "the customer does not hear the agent")
            ended = await seen.voicecloud.post(f"{path}/calls/{call_id}/hangup", json={})
            expect(ended.raise_for_status().json()["State"]["state"], "ended", "the call after the end")
    finally:
        await seen.voicecloud.delete(f"{path}/session/{session}")


@asynccontextmanager
async def _answered(seen: Outside, path: str) -> AsyncIterator[Any]:
    """What the agent hears, once the agent's offer has answered the call."""
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        peer.addTrack(Tone())
        await peer.setLocalDescription(await peer.createOffer())
        headers = {"Content-Type": "application/sdp"}
        answer = await seen.voicecloud.post(f"{path}/media", content=peer.localDescription.sdp, headers=headers)
        await peer.setRemoteDescription(RTCSessionDescription(answer.raise_for_status().text, "answer"))
        yield peer.getReceivers()[0].track
    finally:
        await peer.close()


async def _state(seen: Outside, path: str, call_id: str, wanted: str) -> bool | None:
    calls = (await seen.voicecloud.get(path)).raise_for_status().json()["calls"]
    return True if any(one["callId"] == call_id and one["state"] == wanted for one in calls) else None


async def _hears(track: Any, pitch_hz: float) -> bool | None:
    """Whether the strongest frequency of the next half second is this one."""
    frames = [await track.recv() for _ in range(round(LISTENED_S * RATE / FRAME))]
    samples = np.concatenate([frame.to_ndarray().reshape(-1, 2)[:, 0] for frame in frames])
    strength = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return True if abs(float(np.argmax(strength)) * RATE / len(samples) - pitch_hz) < NEAR_HZ else None


async def _heard(seen: Outside, call_id: str) -> bool | None:
    heard = (await seen.voicecloud.get(f"/control/api/calls/{call_id}/heard")).raise_for_status().json()
    return True if abs(heard["Hz"] - AGENT_HZ) < NEAR_HZ else None
