import asyncio

import pytest

from shared.dataverse.gate import Gate
from shared.errors import Throttled


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_no_more_pass_at_once_than_the_gate_is_wide() -> None:
    """Whoever comes too many waits for one to leave."""
    gate, inside, most = Gate(concurrent=3), 0, 0

    async def request() -> None:
        nonlocal inside, most
        async with gate.passage():
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(request() for _ in range(20)))
    assert most == 3


async def test_a_closed_gate_turns_away_at_once_with_the_time_left() -> None:
    """Asking during a pause would lengthen it, so nothing is sent and the caller hears when to come back."""
    clock = Clock()
    gate = Gate(monotonic=clock)
    gate.close_for(30)
    clock.now += 12
    with pytest.raises(Throttled) as turned_away:
        async with gate.passage():
            pass
    assert (turned_away.value.code, turned_away.value.retry_after_s) == ("dataverse-throttled", 18)
    clock.now += 18
    async with gate.passage():
        pass


async def test_a_shorter_pause_does_not_cut_a_longer_one() -> None:
    """Of several pauses asked for, the last to end counts."""
    clock = Clock()
    gate = Gate(monotonic=clock)
    gate.close_for(30)
    gate.close_for(5)
    clock.now += 10
    with pytest.raises(Throttled):
        async with gate.passage():
            pass


async def test_who_waits_when_the_gate_closes_is_turned_away() -> None:
    """A pause that is asked for while requests queue up holds for them, too."""
    gate, leave = Gate(concurrent=1), asyncio.Event()

    async def throttled() -> None:
        async with gate.passage():
            await leave.wait()
            gate.close_for(30)

    async def waiting() -> None:
        async with gate.passage():
            raise AssertionError("passed a closed gate")

    first, second = asyncio.create_task(throttled()), asyncio.create_task(waiting())
    await asyncio.sleep(0)
    leave.set()
    await first
    with pytest.raises(Throttled):
        await second
