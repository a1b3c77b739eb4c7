"""Sound for simulated recordings: each party hums on a channel of its own, in turns. 8 kHz, as telephones have."""

import math
import sys
from array import array
from functools import cache

from voicecloud.records.audio import Sound

RATE = 8_000
TURN_S = 2.5
LONGEST_S = 20.0
CALLER_HZ, AGENT_HZ = 220.0, 330.0
LOUDNESS = 6_000


def conversation(duration_s: float) -> Sound:
    """At most ``LONGEST_S`` of a call of ``duration_s``: the caller on the left channel, the agent on the right."""
    frames = int(min(duration_s, LONGEST_S) * RATE)
    turns = [_turn(CALLER_HZ, 0), _turn(AGENT_HZ, 1)]
    samples = array("h")
    turn = 0
    while len(samples) < frames * 2:
        samples.extend(turns[turn % 2])
        turn += 1
    samples = samples[: frames * 2]
    if sys.byteorder == "big":
        samples.byteswap()
    return Sound(RATE, samples.tobytes())


@cache
def _turn(pitch_hz: float, channel: int) -> array[int]:
    """One party speaks, the other is silent."""
    samples = array("h", bytes(int(TURN_S * RATE) * 4))
    for at in range(int(TURN_S * RATE)):
        syllable = abs(math.sin(math.pi * 3 * at / RATE))
        samples[at * 2 + channel] = int(LOUDNESS * syllable * math.sin(2 * math.pi * pitch_hz * at / RATE))
    return samples
