"""Timers without a clock."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from voicecloud.routing.state.timers import CallTimers

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def at(seconds: int) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_timers_fire_in_the_order_they_are_due() -> None:
    """Each timer fires at its own moment, none before it."""
    timers = CallTimers()
    timers.set(("b",), at(2))
    timers.set(("a",), at(1))
    assert timers.next_due() == at(1)
    assert timers.pop(at(0)) is None
    assert [timers.pop(at(5)), timers.pop(at(5)), timers.pop(at(5))] == [(at(1), ("a",)), (at(2), ("b",)), None]


def test_setting_a_key_again_moves_its_timer() -> None:
    """There is one per key."""
    timers = CallTimers()
    timers.set(("a",), at(1))
    timers.set(("a",), at(3))
    assert timers.pop(at(2)) is None
    assert timers.pop(at(3)) == (at(3), ("a",))


def test_a_cancelled_timer_does_not_fire() -> None:
    """Cancelling what is not set is nothing."""
    timers = CallTimers()
    timers.set(("a",), at(1))
    timers.cancel(("a",))
    timers.cancel(("b",))
    assert timers.next_due() is None
    assert not timers.is_set(("a",))


ORDERS = st.lists(st.tuples(st.integers(0, 20), st.none() | st.integers(0, 1_000)), max_size=3_000)


@given(ORDERS)
def test_timers_agree_with_a_plain_table(orders: list[tuple[int, int | None]]) -> None:
    """Whatever is set and cancelled, what fires is what a dictionary would have, in order of time."""
    timers, table = CallTimers(), dict[str, datetime]()
    for key, seconds in orders:
        if seconds is None:
            timers.cancel((str(key),))
            table.pop(str(key), None)
        else:
            timers.set((str(key),), at(seconds))
            table[str(key)] = at(seconds)
    fired = []
    while found := timers.pop(at(1_000)):
        fired.append(found)
    assert sorted((moment, key[0]) for moment, key in fired) == sorted((moment, key) for key, moment in table.items())
    assert [moment for moment, _ in fired] == sorted(table.values())
