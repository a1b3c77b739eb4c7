import pytest

from shared.errors import Limited
from shared.phone.limiter import ALLOWED, MOST, Budget, Limiter, Limits


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


def test_each_agent_is_counted_alone() -> None:
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


def test_who_asks_for_lists_too_often_can_still_answer_and_stay() -> None:
    """Commands, signs of life and reading are counted apart."""
    limits = Limits(now=lambda: 0.0)
    for _ in range(ALLOWED[Budget.READS][0]):
        limits.take(Budget.READS, "anna")
    with pytest.raises(Limited):
        limits.take(Budget.READS, "anna")
    limits.take(Budget.COMMANDS, "anna")
    limits.take(Budget.HEARTBEATS, "anna")


def test_agents_who_ask_no_more_are_forgotten() -> None:
    """The memory of a limiter does not grow with everybody who ever asked."""
    now = 0.0
    limiter = Limiter(2, 1.0, now=lambda: now)
    for number in range(MOST):
        limiter.take(str(number))
    now = 10.0
    limiter.take("anna")
    assert len(limiter._buckets) == 1
