"""Recordings are made in a process of their own, as often as they are asked for."""

import asyncio
import io
from typing import Any

import av
import numpy as np
import pytest

from tests.fixtures.media import pitch_of
from voicecloud.media import tones
from voicecloud.media.mixdown import made
from voicecloud.media.opus import encoded
from voicecloud.media.recording import Recorder
from voicecloud.media.rtp import FRAME, FRAME_S, Packet
from voicecloud.records.audio import NoSound
from voicecloud.settings.media import AudioFormat

LENGTH_S = 2.0
NEAR_HZ = 10.0


def recorded() -> Recorder:
    """The caller at 500 Hz, the user at 900 Hz."""
    recorder = Recorder(0.0)
    for channel, pitch_hz in ((0, 500.0), (1, 900.0)):
        for number, payload in enumerate(encoded(tones.tone(pitch_hz, LENGTH_S))):
            recorder.add(channel, Packet(channel + 1, number, number * FRAME, payload), number * FRAME_S)
    return recorder


def channels_of(file: bytes) -> tuple[Any, int]:
    with av.open(io.BytesIO(file)) as container:
        stream = container.streams.audio[0]
        frames = [
            frame.to_ndarray().reshape(-1, 2).T if frame.format.is_packed else frame.to_ndarray()
            for frame in container.decode(stream)
        ]
        return np.concatenate(frames, axis=1), stream.rate


@pytest.mark.parametrize(("wanted", "kind"), [(AudioFormat.MP3, "audio/mpeg"), (AudioFormat.WAV, "audio/wav")])
async def test_a_file_has_both_parties_in_full_length(wanted: AudioFormat, kind: str) -> None:
    """The same one when it is asked for again, since storage did not take it."""
    recorder = recorded()
    file, content_type = await made(recorder.packets, LENGTH_S, wanted)
    assert content_type == kind
    sound, rate = channels_of(file)
    assert sound.shape[1] / rate == pytest.approx(LENGTH_S, abs=0.1)
    assert [pitch_of(channel, rate) for channel in sound] == [pytest.approx(hz, abs=NEAR_HZ) for hz in (500, 900)]
    assert await made(recorder.packets, LENGTH_S, wanted) == (file, kind)
    recorder.close()


async def test_a_studio_that_fails_says_so() -> None:
    """A failure is not taken for an empty recording."""
    recorder = recorded()
    with pytest.raises(NoSound):
        await made(recorder.packets, float("nan"), AudioFormat.WAV)
    recorder.close()


async def test_a_studio_that_nobody_waits_for_ends() -> None:
    """Shutting down leaves no process behind."""
    recorder = recorded()
    making = asyncio.ensure_future(made(recorder.packets, LENGTH_S, AudioFormat.WAV))
    await asyncio.sleep(0.05)
    making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making
    recorder.close()
