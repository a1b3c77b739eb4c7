"""The forms recordings are kept in."""

import io
import math
import sys
from array import array

import av
import pytest

from voicecloud.records.audio import Sound, encoded
from voicecloud.records.conversation import RATE, TURN_S, conversation
from voicecloud.settings.media import AudioFormat

TYPES = {AudioFormat.MP3: "audio/mpeg", AudioFormat.OPUS: "audio/ogg", AudioFormat.WAV: "audio/wav"}
EDGE_S = 0.3


def decoded(file: bytes) -> array[int]:
    """16 bit samples of two channels in turn."""
    resampler = av.AudioResampler("s16", "stereo", RATE)
    samples = array("h")
    with av.open(io.BytesIO(file)) as container:
        for frame in container.decode(audio=0):
            for part in resampler.resample(frame):
                samples.frombytes(bytes(part.planes[0])[: part.samples * 4])
    return samples


def loudness(samples: array[int], channel: int, turn: int) -> float:
    """Of one channel in the middle of a turn."""
    first, last = (int((turn * TURN_S + at) * RATE) for at in (EDGE_S, TURN_S - EDGE_S))
    heard = samples[first * 2 + channel : last * 2 : 2]
    return math.sqrt(sum(one * one for one in heard) / len(heard))


@pytest.mark.parametrize("wanted", AudioFormat)
def test_the_parties_are_on_channels_of_their_own(wanted: AudioFormat) -> None:
    """Decoded again, each is heard in turn on one channel alone, for as long as they spoke."""
    assert sys.byteorder == "little"
    file, content_type = encoded(conversation(4 * TURN_S), wanted)
    assert content_type == TYPES[wanted]
    samples = decoded(file)
    assert len(samples) / 2 / RATE == pytest.approx(4 * TURN_S, abs=0.1)
    for turn in range(4):
        speaks, listens = turn % 2, 1 - turn % 2
        assert loudness(samples, speaks, turn) > 100 * max(1, loudness(samples, listens, turn))


@pytest.mark.parametrize("wanted", AudioFormat)
def test_a_call_of_no_length_has_a_file_too(wanted: AudioFormat) -> None:
    """Who hangs up at once leaves an empty recording, not an error."""
    assert isinstance(encoded(Sound(RATE, b""), wanted)[0], bytes)
