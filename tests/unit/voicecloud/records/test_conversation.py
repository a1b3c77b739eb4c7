"""Sound of simulated recordings."""

from array import array

from voicecloud.records.conversation import LONGEST_S, RATE, conversation


def test_each_party_has_a_channel_of_its_own() -> None:
    """First the caller is heard on the left, then the agent on the right, never both."""
    sound = conversation(5.0)
    assert (sound.rate, sound.frames) == (8_000, 40_000)
    samples = array("h", sound.samples)
    left, right = samples[::2], samples[1::2]
    assert any(left[:20_000])
    assert not any(right[:20_000])
    assert any(right[20_000:])
    assert not any(left[20_000:])


def test_long_calls_are_cut() -> None:
    """An hour of humming is spared."""
    assert conversation(3_600.0).frames == LONGEST_S * RATE
