"""Sound made of packets: whole, in place, concealed where packets are missing."""

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fixtures.media import loudness_of, pitch_of
from voicecloud.media import recording, tones
from voicecloud.media.opus import RATE, Decoder, encoded
from voicecloud.media.recording import Recorder
from voicecloud.media.rtp import FRAME, FRAME_S, SILENCE, Packet

NEAR_HZ = 8.0
SAID = encoded(tones.tone(500, 3.0))
START = 0xFFFF_8000
"""Time stamps begin anywhere: here they overflow soon."""

Samples = "np.ndarray[Any, np.dtype[np.int16]]"


def packet(number: int, payload: bytes | None = None, source: int = 1) -> Packet:
    stamp = (START + number * FRAME) & 0xFFFFFFFF
    return Packet(source, number & 0xFFFF, stamp, SAID[number % len(SAID)] if payload is None else payload)


def channels(recorder: Recorder, length_s: float) -> Any:
    samples = np.frombuffer(recorder.sound(length_s).samples, dtype="<i2").reshape(-1, 2)
    recorder.close()
    return samples[:, 0], samples[:, 1]


def holes(sound: Any) -> int:
    """Blocks of 20 ms without sound."""
    return sum(loudness_of(block) < 200 for block in sound[: len(sound) // 320 * 320].reshape(-1, 320))


def test_each_party_is_on_its_channel() -> None:
    """Each channel begins when its party began to speak."""
    recorder = Recorder(100.0)
    for number in range(50):
        recorder.add(0, packet(number), 100.0 + number * FRAME_S)
        recorder.add(1, packet(number, source=2), 100.5 + number * FRAME_S)
    left, right = channels(recorder, 1.5)
    assert len(left) == round(1.5 * RATE)
    assert pitch_of(left[:RATE], RATE) == pytest.approx(500, abs=NEAR_HZ)
    assert loudness_of(right[: RATE // 2 - 100]) == 0
    assert loudness_of(left[RATE + 400 :]) == 0
    assert holes(right[RATE // 2 + 400 : RATE + 3_000]) == 0


@pytest.mark.parametrize("missing", [{20}, {20, 21}, {20, 21, 22}, {10, 20, 30, 40}])
def test_missing_packets_are_concealed(missing: set[int]) -> None:
    """The sound goes on as before, and nothing after it moves."""
    recorder = Recorder(0.0)
    for number in set(range(60)) - missing:
        recorder.add(0, packet(number), number * FRAME_S)
    left, _ = channels(recorder, 60 * FRAME_S)
    assert holes(left[800:]) == 0
    assert pitch_of(left, RATE) == pytest.approx(500, abs=NEAR_HZ)


def test_a_long_gap_is_silence() -> None:
    """As on hold: nobody shall hear what was not said."""
    recorder = Recorder(0.0)
    for number in (*range(20), *range(60, 80)):
        recorder.add(0, packet(number), number * FRAME_S)
    left, _ = channels(recorder, 1.6)
    assert loudness_of(left[RATE * 22 // 50 : RATE * 59 // 50]) == 0
    assert holes(left[RATE * 61 // 50 : RATE * 79 // 50]) == 0


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(30)))
def test_the_order_of_arrival_means_nothing(order: list[int]) -> None:
    """Late packets stand where they belong, doubled ones once."""
    straight, shuffled = Recorder(0.0), Recorder(0.0)
    for number in range(30):
        straight.add(0, packet(number), number * FRAME_S)
    shuffled.add(0, packet(0), 0.0)
    for number in order:
        shuffled.add(0, packet(number), number * FRAME_S)
    assert np.array_equal(channels(straight, 0.6)[0], channels(shuffled, 0.6)[0])


def test_another_peer_of_the_party_goes_on_where_it_is() -> None:
    """Its time stamps have nothing to do with those before (K1)."""
    recorder = Recorder(0.0)
    for number in range(25):
        recorder.add(1, packet(number), number * FRAME_S)
    for number in range(25):
        recorder.add(1, packet(number + 90_000, source=9), 1.0 + number * FRAME_S)
    _, right = channels(recorder, 1.5)
    assert holes(right[400 : RATE // 2 - 400]) == 0
    assert loudness_of(right[RATE // 2 + 2_000 : RATE - 100]) == 0
    assert holes(right[RATE + 400 : -400]) == 0


@pytest.mark.parametrize(
    ("gap", "late"), [(range(50, 125), {0}), (range(50, 125), {0, 1}), (range(20), {0}), (range(50, 250), {0, 1})]
)
def test_what_comes_late_in_a_burst_shifts_nothing(gap: range, late: set[int]) -> None:
    """A network that stalls for 1.5 s, or a process that stands still for 4 s: then all of it comes at once."""
    recorder, began = Recorder(0.0), 300
    for number in range(400):
        for channel in (0, 1):
            arrives = gap[-1] + 1 if channel in late and number in gap else number
            payload = None if number >= began else SILENCE
            recorder.add(channel, packet(number, payload, source=channel + 1), arrives * FRAME_S)
    for sound in channels(recorder, 400 * FRAME_S):
        onset_s = int(np.argmax(np.abs(sound) > 2_000)) / RATE
        assert onset_s == pytest.approx(began * FRAME_S, abs=0.02)


def test_what_is_paused_or_muted_is_silent() -> None:
    """Nothing of a pause is kept at all (K9)."""
    recorder = Recorder(0.0)
    for number in range(75):
        recorder.is_paused = 25 <= number < 50
        recorder.add(0, packet(number), number * FRAME_S)
        recorder.add(1, packet(number, SILENCE, source=2), number * FRAME_S)
    left, right = channels(recorder, 1.5)
    assert loudness_of(left[RATE // 2 + 100 : RATE - 100]) == 0
    assert holes(left[RATE + 400 :]) == 0
    assert loudness_of(right) < 5


def test_packets_beyond_the_end_or_before_the_beginning_are_left_out() -> None:
    """The recording is as long as it says."""
    recorder = Recorder(10.0)
    recorder.add(0, packet(100), 10.0)
    recorder.add(0, packet(60), 10.0)
    recorder.add(0, packet(149), 10.98)
    left, _ = channels(recorder, 0.5)
    assert len(left) == RATE // 2


@given(st.binary(max_size=80))
def test_nonsense_is_no_sound_and_no_harm(payload: bytes) -> None:
    """Whoever sends it: the rest of the recording is made."""
    decoder = Decoder()
    decoder.decode(payload)
    decoder.conceal(payload)


def test_an_empty_recording_is_silent() -> None:
    """It has the length that it should have."""
    left, right = channels(Recorder(0.0), 2.0)
    assert len(left) == 2 * RATE
    assert not left.any()
    assert not right.any()


class FullDisk(io.BytesIO):
    """Takes some, then no more."""

    def write(self, entry: Any) -> int:
        if self.tell() > 2_000:
            super().write(entry[:20])
            raise OSError(28, "No space left on device")
        return super().write(entry)

    def rollover(self) -> None:
        """Is as good as a file."""


def test_a_full_disk_ends_the_recording_and_not_the_call() -> None:
    """What was recorded until then is heard."""
    recorder = Recorder(0.0)
    recorder._file = FullDisk()  # type: ignore[assignment]
    for number in range(100):
        recorder.add(0, packet(number), number * FRAME_S)
    left, _ = channels(recorder, 2.0)
    assert holes(left[400:4_000]) == 0
    assert loudness_of(left[-RATE:]) == 0


def test_a_long_recording_lies_in_a_file() -> None:
    """Not in memory: an hour of two voices is some 60 MB."""
    recorder = Recorder(0.0)
    for number in range(recording.IN_MEMORY // 60):
        recorder.add(0, packet(number), number * FRAME_S)
    assert recorder._file._rolled  # type: ignore[attr-defined]
    recorder.close()
