"""Pure: where in a recording each packet belongs, by its timestamp and by when the packets of its source arrived.

Within a source timestamps tell how far packets are apart; arrival tells where all of them are. No packet comes early,
many come late: a network that stalls or a process that stands still delays them. So the least delay of a while counts.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from voicecloud.media.rtp import CLOCK_RATE

WHILE = 10 * CLOCK_RATE
"""Ticks in which at least one packet comes without delay."""
RECENT = 60 * CLOCK_RATE
"""Ticks; a stall is shorter, so that packets from before it are among the recent ones."""
AHEAD = CLOCK_RATE
"""So much earlier than the recent ones no packet can be: its source starts counting again."""
OFF = CLOCK_RATE // 5
"""What is farther off than this is moved; less is the network's, or a clock's that runs a little fast or slow."""
_WRAP, _HALF = 1 << 32, 1 << 31


@dataclass(frozen=True, slots=True)
class Arrival:
    """``timestamp`` as the source counts, ``arrived`` in ticks from the beginning of the recording."""

    source: int
    timestamp: int
    arrived: int


def places(arrivals: Sequence[Arrival]) -> list[int]:
    """Ticks from the beginning, for each packet of one party in the order of arrival; negative before it."""
    found = [0] * len(arrivals)
    by_source: dict[int, list[int]] = {}
    for number, arrival in enumerate(arrivals):
        by_source.setdefault(arrival.source, []).append(number)
    for numbers in by_source.values():
        of_source = [arrivals[number] for number in numbers]
        for number, place in zip(numbers, _of_one_source(of_source), strict=True):
            found[number] = place
    return found


def _of_one_source(arrivals: Sequence[Arrival]) -> Iterator[int]:
    shifts = _shifts(arrivals)
    shift: int | None = None
    for arrival, own, least in zip(arrivals, shifts, _least(arrivals, shifts), strict=True):
        if shift is None or abs(least - shift) > OFF:
            shift = least
        yield arrival.arrived - (own - shift)


def _shifts(arrivals: Sequence[Arrival]) -> list[int]:
    """Of each packet, how much later it came than its timestamp says: numbers that never begin again at 0."""
    found: list[int] = []
    last = 0
    for arrival in arrivals:
        step = (arrival.arrived - arrival.timestamp - last + _HALF) % _WRAP - _HALF
        last += step
        found.append(last)
    return found


def _least(arrivals: Sequence[Arrival], shifts: Sequence[int]) -> list[int]:
    """Of each packet, the least shift from it on, for a while or until its source starts counting again."""
    found = list(shifts)
    coming: deque[int] = deque()
    ends = _ends(arrivals, shifts)
    for number in range(len(shifts) - 1, -1, -1):
        if number in ends:
            coming.clear()
        while coming and shifts[coming[-1]] >= shifts[number]:
            coming.pop()
        coming.append(number)
        while arrivals[coming[0]].arrived - arrivals[number].arrived > WHILE:
            coming.popleft()
        found[number] = shifts[coming[0]]
    return found


def _ends(arrivals: Sequence[Arrival], shifts: Sequence[int]) -> set[int]:
    """The last packets before the source starts counting again."""
    recent: deque[int] = deque()
    found = set()
    for number, shift in enumerate(shifts):
        while recent and arrivals[number].arrived - arrivals[recent[0]].arrived > RECENT:
            recent.popleft()
        if recent and shift < shifts[recent[0]] - AHEAD:
            found.add(number - 1)
            recent.clear()
        while recent and shifts[recent[-1]] >= shift:
            recent.pop()
        recent.append(number)
    return found
