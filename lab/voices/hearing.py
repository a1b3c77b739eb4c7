"""Pure: how loud something is, and at which pitch."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from voicecloud.media import opus

FULL_SCALE = 32_768.0
SILENCE_DB = -96.0
"""What 16 bit cannot tell from nothing."""


@dataclass(frozen=True)
class Sounding:
    """``loudness_db`` below full scale (root mean square), ``pitch_hz`` of the strongest frequency, 0 in silence."""

    loudness_db: float
    pitch_hz: float


NOTHING = Sounding(SILENCE_DB, 0.0)


def sounding(packets: Iterable[bytes]) -> Sounding:
    """Of Opus packets one after another."""
    decoder = opus.Decoder()
    samples = np.frombuffer(b"".join(decoder.decode(one) for one in packets), dtype=np.int16).astype(np.float64)
    if not samples.any():
        return NOTHING
    loudness_db = 20 * np.log10(np.sqrt(np.mean(samples**2)) / FULL_SCALE)
    strength = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    pitch_hz = float(np.argmax(strength) * opus.RATE / len(samples))
    return Sounding(max(SILENCE_DB, float(loudness_db)), pitch_hz)
