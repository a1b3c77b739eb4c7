import pytest

from shared.errors import Limited
from shared.phone.limiter import Limiter


def test_a_burst_passes_and_what_comes_after_waits() -> None:
    """So many at once, then one for each share of a second; the refusal says how long."""
    now = 0.0
    limiter = Limiter(3, 2.0, now=lambda: now)
    for _ in range(3):
        limiter.take("anna")
    with pytest.raises(Limited, match="phone-too-often") as refused:
        limiter.take("anna")
    assert refused.value.retry_after_s == 0.5
    now = 0.5
    limiter.take("anna")
    with pytest.raises(Limited):
        limiter.take("anna")


def test_agents_are_counted_each_by_himself() -> None:
    """A flood of one takes nothing from another."""
    limiter = Limiter(1, 1.0, now=lambda: 0.0)
    limiter.take("anna")
    with pytest.raises(Limited):
        limiter.take("anna")
    limiter.take("david")


def test_refusals_cost_nothing() -> None:
    """Who keeps on asking is let in as soon as who waits."""
    now = 0.0
    limiter = Limiter(1, 1.0, now=lambda: now)
    limiter.take("anna")
    for _ in range(1000):
        with pytest.raises(Limited):
            limiter.take("anna")
    now = 1.0
    limiter.take("anna")
