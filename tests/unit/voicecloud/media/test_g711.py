"""G.711 at the edge: what it makes of sound, of losses, and of telephones with ways of their own."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from tests.fixtures.media import loudness_of, pitch_of
from voicecloud.media import g711, opus
from voicecloud.media.rtp import FRAME, Packet

KINDS = list(g711.LAWS)
PITCH_HZ = 440.0
LOUD = 8_000


def spoken(kind: str, length: int = g711.STEP, count: int = 50) -> list[Packet]:
    """A telephone's packets of a tone."""
    times = np.arange(length * count) / g711.RATE
    tone = (LOUD * np.sin(2 * np.pi * PITCH_HZ * times)).astype(np.int16)
    octets = g711._compress(g711.LAWS[kind])[tone.view(np.uint16)].tobytes()
    return [Packet(1, n, n * length, octets[n * length : (n + 1) * length]) for n in range(count)]


def heard(packets: Sequence[Packet]) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    decoder = opus.Decoder()
    return np.frombuffer(b"".join(decoder.decode(one.payload) for one in packets), np.int16)


def through(decoder: g711.TelephoneDecoder, packets: Sequence[Packet]) -> list[Packet]:
    return [made for packet in packets for made in decoder.take(packet)]


@pytest.mark.parametrize("kind", KINDS)
def test_each_octet_is_the_nearest_to_its_own_level(kind: str) -> None:
    """Expanding and compressing again changes no level; no level is farther off than its step is wide."""
    expand, compress = g711._expand(g711.LAWS[kind]), g711._compress(g711.LAWS[kind])
    assert (expand[compress[expand.view(np.uint16)]] == expand).all()
    levels = np.arange(-32_000, 32_000, 7, dtype=np.int16)
    errors = np.abs(expand[compress[levels.view(np.uint16)]].astype(int) - levels)
    assert (errors <= np.maximum(16, np.abs(levels.astype(int)) / 16)).all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_tone_goes_through_both_ways(kind: str) -> None:
    """Pitch and loudness stay what they are, from a telephone to Opus and back."""
    made = through(g711.TelephoneDecoder(kind), spoken(kind))
    assert [one.sequence for one in made] == list(range(50))
    assert {after.timestamp - before.timestamp for before, after in pairwise(made)} == {FRAME}
    assert abs(pitch_of(heard(made), opus.RATE) - PITCH_HZ) < 5
    encoder = g711.TelephoneEncoder(kind)
    said = [one for packet in made for one in encoder.say(packet.payload, packet.sequence, packet.timestamp)]
    assert [timestamp for _, _, timestamp in said] == [number * g711.STEP for number in range(50)]
    octets = np.frombuffer(b"".join(payload for payload, _, _ in said), np.uint8)
    sound = g711._expand(g711.LAWS[kind])[octets]
    assert abs(pitch_of(sound, g711.RATE) - PITCH_HZ) < 5
    assert loudness_of(sound) == pytest.approx(LOUD / 2**0.5, rel=0.3)


@pytest.mark.parametrize("length", [80, 160, 240, 480])
def test_any_length_of_packets_becomes_twenty_milliseconds(length: int) -> None:
    """Telephones send 10, 20, 30 or 60 ms at a time: nothing is lost, nothing doubled."""
    made = through(g711.TelephoneDecoder(KINDS[0]), spoken(KINDS[0], length, 48))
    assert len(made) == length * 48 // g711.STEP
    assert [one.timestamp for one in made] == [number * FRAME for number in range(len(made))]
    assert abs(pitch_of(heard(made), opus.RATE) - PITCH_HZ) < 5


def test_what_is_lost_before_us_is_missing_after_us() -> None:
    """Its number and time are left out, so that whoever hears it conceals it; what comes late or twice is dropped."""
    packets = spoken(KINDS[0])
    made = through(
        g711.TelephoneDecoder(KINDS[0]), [*packets[:10], *packets[13:20], packets[12], packets[19], *packets[20:]]
    )
    assert [one.sequence for one in made] == [*range(10), *range(13, 50)]
    assert [one.timestamp // FRAME for one in made] == [*range(10), *range(13, 50)]


def test_a_pause_is_no_loss() -> None:
    """A telephone that says nothing in silence: time passes, no number is missing."""
    packets = spoken(KINDS[0])
    later = [Packet(1, one.sequence, one.timestamp + g711.RATE, one.payload) for one in packets[10:]]
    made = through(g711.TelephoneDecoder(KINDS[0]), [*packets[:10], *later])
    assert [one.sequence for one in made] == list(range(50))
    assert made[10].timestamp - made[9].timestamp == FRAME + 6 * g711.RATE


def test_a_telephone_that_counts_anew_is_shown_to_do_so() -> None:
    """Another source, or a leap of its clock: the numbers leap too, which says that nothing was lost."""
    packets = spoken(KINDS[0])
    other = [Packet(2, one.sequence + 7_000, one.timestamp + 99, one.payload) for one in packets]
    made = through(g711.TelephoneDecoder(KINDS[0]), [*packets, *other])
    assert made[50].sequence - made[49].sequence == 1 + g711.LEAP


@pytest.mark.parametrize("leap", [-20_000, -101, 20_000])
def test_a_telephone_whose_numbers_alone_leap_is_heard(leap: int) -> None:
    """Its time goes on: it is not waited for until its numbers are where they were."""
    packets = spoken(KINDS[0])
    later = [Packet(1, (one.sequence + leap) & 0xFFFF, one.timestamp, one.payload) for one in packets[10:]]
    made = through(g711.TelephoneDecoder(KINDS[0]), [*packets[:10], *later])
    assert len(made) == 50


def test_what_is_lost_before_a_telephone_is_concealed_for_it() -> None:
    """Each missing packet is made up, with its number and time; one that comes after that is dropped."""
    made = through(g711.TelephoneDecoder(KINDS[0]), spoken(KINDS[0]))
    encoder = g711.TelephoneEncoder(KINDS[0])
    order = [*made[:10], *made[13:20], made[12], *made[20:]]
    said = [one for packet in order for one in encoder.say(packet.payload, packet.sequence, packet.timestamp)]
    assert [sequence for _, sequence, _ in said] == list(range(50))
    assert [timestamp for _, _, timestamp in said] == [number * g711.STEP for number in range(50)]
    octets = np.frombuffer(b"".join(payload for payload, _, _ in said), np.uint8)
    sound = g711._expand(g711.LAWS[KINDS[0]])[octets]
    assert loudness_of(sound[10 * g711.STEP : 13 * g711.STEP]) > LOUD / 8


def test_numbers_and_times_go_over_their_end() -> None:
    """Sixteen and thirty-two bits begin again without anything being lost."""
    encoder, silence = g711.TelephoneEncoder(KINDS[0]), opus.encoded(b"\0" * 2 * FRAME)[0]
    begin = 2**32 - 5 * FRAME
    said = [
        one for n in range(10) for one in encoder.say(silence, (65_530 + n) & 0xFFFF, (begin + n * FRAME) & 0xFFFFFFFF)
    ]
    assert [sequence for _, sequence, _ in said] == [(65_530 + n) & 0xFFFF for n in range(10)]
    assert {(after[2] - before[2]) & 0xFFFFFFFF for before, after in pairwise(said)} == {g711.STEP}


def test_a_key_has_a_number_and_no_sound() -> None:
    """What is said after it is not concealed for it."""
    made = through(g711.TelephoneDecoder(KINDS[0]), spoken(KINDS[0]))
    encoder = g711.TelephoneEncoder(KINDS[0])
    assert len(list(encoder.say(made[0].payload, 0, 0))) == 1
    assert encoder.key(1, FRAME) == g711.STEP
    assert [one[1:] for one in encoder.say(made[2].payload, 2, 2 * FRAME)] == [(2, 2 * g711.STEP)]
