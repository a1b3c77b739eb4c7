"""Planned traffic is random, plausible and repeatable."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

from lab.day.traffic import TrafficModel, planned_calls

MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
MODEL = TrafficModel({"+358910000001": 3.0, "+358910000002": 1.0}, calls_per_day=5_000.0, seed=7)
DAY = [call for call in islice(planned_calls(MODEL, MIDNIGHT), 6_000) if call.at < MIDNIGHT + timedelta(days=1)]


def test_the_same_seed_gives_the_same_calls() -> None:
    """Another seed gives other calls."""
    assert list(islice(planned_calls(MODEL, MIDNIGHT), len(DAY))) == DAY
    assert next(planned_calls(replace(MODEL, seed=8), MIDNIGHT)) != DAY[0]


def test_calls_come_in_order_and_in_the_expected_number() -> None:
    """Within five standard deviations of a Poisson process."""
    assert all(first.at < second.at for first, second in pairwise(DAY))
    assert abs(len(DAY) - 5_000) < 5 * 5_000**0.5
    assert [call.number for call in DAY] == list(range(1, len(DAY) + 1))


def test_the_office_hours_are_busier_than_the_night() -> None:
    """Ten o'clock has more calls than three at night."""
    by_hour = [sum(call.at.hour == hour for call in DAY) for hour in range(24)]
    assert by_hour[10] > 10 * by_hour[3]


def test_numbers_patience_and_talk_follow_the_model() -> None:
    """Shares and averages are near what was asked for."""
    share = sum(call.b_number == "+358910000001" for call in DAY) / len(DAY)
    patience = sum(call.patience_s for call in DAY) / len(DAY)
    talk = sorted(call.talk_s for call in DAY)[len(DAY) // 2]
    assert abs(share - 0.75) < 0.05
    assert abs(patience / MODEL.patience_mean_s - 1) < 0.1
    assert abs(talk / MODEL.talk_median_s - 1) < 0.1
    assert any(call.a_number is None for call in DAY)
