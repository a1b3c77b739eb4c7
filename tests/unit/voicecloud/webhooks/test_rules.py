"""Back-off of webhooks."""

from datetime import UTC, datetime, timedelta

import pytest

from voicecloud.webhooks import rules

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(("attempts", "expected_s"), [(1, 1), (2, 2), (5, 16), (20, 300), (2000, 300)])
def test_pauses_double_up_to_the_longest(attempts: int, expected_s: float) -> None:
    """Each failure doubles the pause until the longest one."""
    assert rules.pause_s(attempts, 300, 0.0) == expected_s


def test_jitter_only_shortens() -> None:
    """Jitter takes at most a fifth away."""
    assert rules.pause_s(1, 300, 1.0) == pytest.approx(0.8)


def test_given_up_when_too_old() -> None:
    """A delivery is given up at its age limit, not before."""
    assert rules.given_up(NOON, NOON + timedelta(seconds=60), 60)
    assert not rules.given_up(NOON, NOON + timedelta(seconds=59), 60)
