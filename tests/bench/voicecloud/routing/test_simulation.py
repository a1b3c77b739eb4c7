"""How fast routing is."""

import secrets

from voicecloud.routing.simulation import Simulation

LIMIT_S = 10.0


def test_a_day_of_ten_thousand_calls_takes_less_than_ten_seconds() -> None:
    """With every invariant checked after every event."""
    result = Simulation(calls=10_000, seed=secrets.randbelow(1_000_000)).run()
    print(f"seed {result.seed}: {result.calls} calls, {result.events} events in {result.elapsed_s:.1f} s")
    assert result.elapsed_s < LIMIT_S
