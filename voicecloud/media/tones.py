"""Sound that is made, not recorded: tones of the network, music, a voice-like hum. 16 bit, 48 kHz, one channel."""

from collections.abc import Callable, Sequence

import numpy as np

from voicecloud.media.rtp import CLOCK_RATE

type Wave = np.ndarray[tuple[int], np.dtype[np.float64]]

LOUDNESS = 6_000
EDGE_S = 0.01
"""Sounds swell and fade this long: without it each would click."""
RING_BACK_HZ, RING_BACK_ON_S, RING_BACK_OFF_S = 425.0, 1.0, 4.0
"""ETSI TR 101 041-2: what most of Europe hears."""
COMFORT_HZ, COMFORT_ON_S, COMFORT_OFF_S = 350.0, 0.12, 1.88
MUSIC: Sequence[tuple[float, float]] = (
    *((261.6, 0.5), (329.6, 0.5), (392.0, 0.5), (523.3, 0.75), (440.0, 0.25)),
    *((349.2, 0.5), (440.0, 0.5), (392.0, 1.0), (0.0, 0.5)),
)
"""Hertz and seconds of each note; 0 is a rest."""
CHIME: Sequence[tuple[float, float]] = ((659.3, 0.25), (523.3, 0.35), (0.0, 0.4))


def tone(pitch_hz: float, length_s: float) -> bytes:
    return _made(length_s, lambda at_s: np.sin(2 * np.pi * pitch_hz * at_s))


def silence(length_s: float) -> bytes:
    return bytes(2 * round(length_s * CLOCK_RATE))


def melody(notes: Sequence[tuple[float, float]]) -> bytes:
    return b"".join(tone(pitch, length) if pitch else silence(length) for pitch, length in notes)


def voice(pitch_hz: float, length_s: float) -> bytes:
    """A hum in syllables, by whose pitch one voice is told from another."""
    return _made(length_s, lambda at_s: np.abs(np.sin(3 * np.pi * at_s)) * np.sin(2 * np.pi * pitch_hz * at_s))


def ring_back() -> bytes:
    return tone(RING_BACK_HZ, RING_BACK_ON_S) + silence(RING_BACK_OFF_S)


def comfort() -> bytes:
    """Says that the line is still there while the other party comes back."""
    return tone(COMFORT_HZ, COMFORT_ON_S) + silence(COMFORT_OFF_S)


def _made(length_s: float, wave: Callable[[Wave], Wave]) -> bytes:
    """``wave`` gives -1 to 1 for moments in seconds."""
    at = np.arange(round(length_s * CLOCK_RATE), dtype=np.float64)
    edge = np.minimum(1.0, np.minimum(at, len(at) - at) / (EDGE_S * CLOCK_RATE))
    return np.round(LOUDNESS * edge * wave(at / CLOCK_RATE)).astype("<i2").tobytes()
