"""Sound for simulated recordings: each party hums on a channel of its own, in turns. WAV, 8 kHz, 16 bit, stereo."""

import io
import math
import wave
from array import array
from functools import cache

RATE = 8_000
TURN_S = 2.5
LONGEST_S = 20.0
CALLER_HZ, AGENT_HZ = 220.0, 330.0
LOUDNESS = 6_000
CONTENT_TYPE = "audio/wav"


def conversation(duration_s: float) -> bytes:
    """At most ``LONGEST_S`` of a call of ``duration_s``: the caller on the left channel, the agent on the right."""
    frames = int(min(duration_s, LONGEST_S) * RATE)
    turns = [_turn(CALLER_HZ, 0), _turn(AGENT_HZ, 1)]
    samples = array("h")
    turn = 0
    while len(samples) < frames * 2:
        samples.extend(turns[turn % 2])
        turn += 1
    return _wav(samples[: frames * 2])


@cache
def _turn(pitch_hz: float, channel: int) -> array[int]:
    """One party speaks, the other is silent."""
    samples = array("h", bytes(int(TURN_S * RATE) * 4))
    for at in range(int(TURN_S * RATE)):
        syllable = abs(math.sin(math.pi * 3 * at / RATE))
        samples[at * 2 + channel] = int(LOUDNESS * syllable * math.sin(2 * math.pi * pitch_hz * at / RATE))
    return samples


def _wav(samples: array[int]) -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return written.getvalue()
