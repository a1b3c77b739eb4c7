"""How fast routing is."""

import secrets

from lab.day.simulation import Simulation
from tests.bench.conftest import Figures

LIMIT_S = 10.0


def test_a_day_of_ten_thousand_calls(figures: Figures) -> None:
    """A day is simulated with every invariant checked after every event."""
    result = Simulation(calls=10_000, seed=secrets.randbelow(1_000_000)).run()
    day, took_s = f"a day of {result.calls:,} calls, {result.events:,} events", result.elapsed_s
    figures(day, f"{took_s:.1f} s", f"{LIMIT_S:.0f} s", met=took_s < LIMIT_S)
