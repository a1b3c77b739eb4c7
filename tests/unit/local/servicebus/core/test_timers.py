"""The timer heap and the clocks."""

import pytest

from local.servicebus.core.clock import ShiftedClock, SystemClock, VirtualClock, system_ms
from local.servicebus.core.timers import COMPACT_ABOVE, Timers


def test_timers_run_in_the_order_they_are_due() -> None:
    """Earliest first, and within a millisecond in the order they were set; not before their time."""
    timers, ran = Timers(), list[str]()
    for due_ms, name in ((20, "c"), (10, "a"), (10, "b"), (30, "late")):
        timers.at(due_ms, lambda name=name: ran.append(name))
    while timers.run_one(25):
        pass
    assert ran == ["a", "b", "c"]
    assert timers.next_due_ms() == 30


def test_a_cancelled_timer_does_not_run() -> None:
    """Cancelling twice or too late does nothing."""
    timers, ran = Timers(), list[str]()
    timer = timers.at(10, lambda: ran.append("x"))
    timer.cancel()
    timer.cancel()
    assert timers.next_due_ms() is None
    done = timers.at(10, lambda: ran.append("y"))
    assert timers.run_one(10)
    done.cancel()
    assert ran == ["y"]


def test_cancelled_timers_do_not_pile_up() -> None:
    """The heap is rebuilt when most of it is cancelled."""
    timers = Timers()
    keep = timers.at(1_000_000, lambda: None)
    for number in range(3 * COMPACT_ABOVE):
        timers.at(number, lambda: None).cancel()
    assert len(timers) <= COMPACT_ABOVE + 2
    assert timers.next_due_ms() == keep.due_ms


def test_clocks_move_as_they_promise() -> None:
    """The system's not at all, the virtual one only when told, the shifted one also by itself; none goes back."""
    with pytest.raises(ValueError, match="cannot be moved"):
        SystemClock().move_to(0)
    virtual = VirtualClock(5)
    virtual.move_to(7)
    assert virtual.now_ms() == 7
    with pytest.raises(ValueError, match="back"):
        virtual.move_to(6)
    shifted = ShiftedClock()
    assert abs(shifted.now_ms() - system_ms()) < 1_000
    shifted.move_to(shifted.now_ms() + 60_000)
    shifted.move_to(0)
    assert 59_000 < shifted.now_ms() - system_ms() <= 60_000
