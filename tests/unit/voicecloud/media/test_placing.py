"""Where packets belong: by their timestamps, and by those that came without delay."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicecloud.media.placing import OFF, Arrival, places
from voicecloud.media.rtp import CLOCK_RATE, FRAME

WRAP = 1 << 32


def stream(delays: Iterable[int], source: int = 1, start: int = 0, ahead: int = 0) -> list[Arrival]:
    """Packets of 20 ms, each later than it should be by so many ticks; timestamps begin at ``start``."""
    return [
        Arrival(source, (start + number * FRAME) % WRAP, number * FRAME + delay + ahead)
        for number, delay in enumerate(delays)
    ]


@given(st.lists(st.integers(0, 4 * CLOCK_RATE), max_size=150), st.integers(0, WRAP - 1))
def test_delays_shift_nothing(delays: Sequence[int], start: int) -> None:
    """However long, in whatever order: as long as some packets come in time."""
    found = places(stream([*delays, *[0] * 60], start=start))
    assert found[-60:] == [number * FRAME for number in range(len(delays), len(delays) + 60)]
    steady = [place for place, delay in zip(found, delays, strict=False) if delay < CLOCK_RATE // 2]
    assert steady == sorted(steady)


@pytest.mark.parametrize("stood_s", [6, 8, 30])
def test_a_process_that_stood_still_for_long_shifts_nothing(stood_s: int) -> None:
    """Of what came meanwhile only the first five seconds are kept: those too stand where they were said."""
    late = [max(0, stood_s * 50 - number) * FRAME for number in range(stood_s * 50)]
    arrivals = stream([*[0] * 100, *late, *[0] * 100])
    kept = [*arrivals[: 100 + min(250, stood_s * 50)], *arrivals[100 + stood_s * 50 :]]
    assert places(kept) == [one.timestamp for one in kept]


def test_a_packet_that_overtakes_a_burst_is_no_new_beginning() -> None:
    """A stall of three seconds ends in disorder."""
    delays = [0] * 100 + [(150 - number) * FRAME for number in range(150)] + [0] * 100
    arrivals = stream(delays)
    arrivals.insert(160, arrivals.pop(250))
    assert places(arrivals) == [one.timestamp for one in arrivals]


def test_jitter_moves_no_packet() -> None:
    """All stay exactly as far apart as they were said."""
    found = places(stream([number * 7_919 % 2_400 for number in range(600)]))
    assert {later - earlier for earlier, later in pairwise(found)} == {FRAME}


@pytest.mark.parametrize("jump", [5 * CLOCK_RATE, -5 * CLOCK_RATE, 1 << 30, -(1 << 30)])
def test_a_source_that_counts_anew_goes_on_where_it_is(jump: int) -> None:
    """Nothing before it moves, nothing after it."""
    before, after = stream([0] * 100), stream([0] * 100, start=(100 * FRAME + jump) % WRAP, ahead=100 * FRAME)
    assert places(before + after) == [number * FRAME for number in range(200)]


def test_a_clock_that_stands_still_in_silence_is_followed() -> None:
    """Some telephones do not count while they say nothing."""
    before, after = stream([0] * 100), stream([0] * 100, start=100 * FRAME, ahead=200 * FRAME)
    assert places(before + after) == [
        *(number * FRAME for number in range(100)),
        *(number * FRAME for number in range(200, 300)),
    ]


@pytest.mark.parametrize("share", [1.0001, 0.9999])
def test_a_clock_that_is_not_ours_stays_near(share: float) -> None:
    """A drift of 0.01 percent would be 360 ms an hour; it is corrected for hours."""
    arrivals = [Arrival(1, number * FRAME % WRAP, round(number * FRAME * share)) for number in range(0, 200_000, 10)]
    found = places(arrivals)
    assert max(abs(place - one.arrived) for place, one in zip(found, arrivals, strict=True)) <= OFF + FRAME


def test_two_sources_have_nothing_in_common() -> None:
    """Also where the packets of one come after the first of the other."""
    old, new = stream([0] * 50), stream([0] * 50, source=2, start=WRAP - 7, ahead=40 * FRAME)
    mixed = sorted(old + new, key=lambda one: one.arrived)
    assert places(mixed) == [one.arrived for one in mixed]


def test_nothing_is_nowhere() -> None:
    """An empty recording has no packets to place."""
    assert places([]) == []
