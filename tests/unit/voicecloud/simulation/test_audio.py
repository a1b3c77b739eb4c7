"""Sound of simulated recordings."""

import io
import wave
from array import array

from voicecloud.simulation import audio


def test_each_party_has_a_channel_of_its_own() -> None:
    """First the caller is heard on the left, then the agent on the right, never both."""
    with wave.open(io.BytesIO(audio.conversation(5.0))) as sound:
        assert (sound.getnchannels(), sound.getframerate(), sound.getnframes()) == (2, 8_000, 40_000)
        samples = array("h", sound.readframes(40_000))
    left, right = samples[::2], samples[1::2]
    assert any(left[:20_000])
    assert not any(right[:20_000])
    assert any(right[20_000:])
    assert not any(left[20_000:])


def test_long_calls_are_cut() -> None:
    """An hour of humming is spared."""
    with wave.open(io.BytesIO(audio.conversation(3_600.0))) as sound:
        assert sound.getnframes() == audio.LONGEST_S * audio.RATE
