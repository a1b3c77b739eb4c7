from copy import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from shared.callbacks.model import CallbackOutcome
from shared.callbacks.profiles import Poll, is_due, is_overdue, left_alone, refusal
from shared.enreach.model import Callback
from shared.settings.model import CallbackProfile, SyncMethod

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
PROFILE = CallbackProfile("L1", UUID(int=1), age_value=2, age_unit="hours", interval_s=60)
CALLBACK = Callback("c1", "L1", is_open=True, caller_number="", created_at=NOW - timedelta(hours=1))


def test_a_callback_is_handled_when_its_list_has_an_enabled_profile() -> None:
    """Without a profile, or with a disabled one, a callback is left alone."""
    assert refusal(CALLBACK, PROFILE, NOW) is None
    assert refusal(CALLBACK, None, NOW) is CallbackOutcome.NO_PROFILE
    assert refusal(CALLBACK, replace(PROFILE, enabled=False), NOW) is CallbackOutcome.NO_PROFILE


def test_a_callback_older_than_the_age_limit_is_left_alone() -> None:
    """The limit itself is still young enough."""
    assert refusal(replace(CALLBACK, created_at=NOW - timedelta(hours=2)), PROFILE, NOW) is None
    assert (
        refusal(replace(CALLBACK, created_at=NOW - timedelta(hours=2, seconds=1)), PROFILE, NOW)
        is CallbackOutcome.TOO_OLD
    )


def test_a_polled_list_is_due_after_its_interval() -> None:
    """A list is polled at once when new, then once per interval, whether by polling alone or as a safety net."""
    for method in (SyncMethod.POLLING, SyncMethod.WEBHOOK_AND_POLLING):
        profile = replace(PROFILE, method=method)
        assert is_due(profile, None, NOW)
        assert not is_due(profile, Poll(NOW - timedelta(seconds=59)), NOW)
        assert is_due(profile, Poll(NOW - timedelta(seconds=60)), NOW)


def test_a_webhook_list_is_polled_now_and_then() -> None:
    """What waited while its webhook did not work is fetched: at once after a fault, hourly otherwise."""
    profile = replace(PROFILE, method=SyncMethod.WEBHOOK)
    assert is_due(profile, None, NOW)
    assert is_due(profile, Poll(NOW - timedelta(minutes=5), "voicecloud-unavailable"), NOW)
    assert not is_due(profile, Poll(NOW - timedelta(minutes=59)), NOW)
    assert is_due(profile, Poll(NOW - timedelta(hours=1)), NOW)


@pytest.mark.parametrize("fault", ["", "voicecloud-unavailable"])
def test_a_list_whose_age_limit_was_raised_is_polled_at_once(fault: str) -> None:
    """The same limit or a lower one shows no callback that the last poll has not."""
    for before, is_raised in ((timedelta(hours=1), True), (PROFILE.max_age, False), (timedelta(hours=3), False)):
        assert is_due(PROFILE, Poll(NOW, fault, before), NOW) is is_raised


def test_a_webhook_list_with_a_long_interval_is_polled_by_that() -> None:
    """Not hourly."""
    profile = replace(PROFILE, method=SyncMethod.WEBHOOK, interval_s=7200.0)
    assert not is_due(profile, Poll(NOW - timedelta(seconds=7199)), NOW)
    assert is_due(profile, Poll(NOW - timedelta(seconds=7200)), NOW)


@pytest.mark.parametrize(
    ("age", "outcome"),
    [
        (timedelta(hours=1, seconds=60), None),
        (timedelta(hours=1, seconds=61), CallbackOutcome.OVERDUE),
        (timedelta(hours=2), CallbackOutcome.OVERDUE),
        (timedelta(hours=2, seconds=1), CallbackOutcome.TOO_OLD),
    ],
)
def test_an_open_callback_is_overdue_an_hour_after_its_list_was_to_be_polled(
    age: timedelta, outcome: CallbackOutcome | None
) -> None:
    """Unless it is too old to be handled at all, or nobody handles its list."""
    callback = replace(CALLBACK, created_at=NOW - age)
    assert left_alone(callback, PROFILE, NOW) is outcome
    assert left_alone(callback, None, NOW) is CallbackOutcome.NO_PROFILE


@pytest.mark.parametrize(("interval_s", "patience_s"), [(60.0, 300), (100.0, 300), (101.0, 303), (600.0, 1800)])
def test_a_list_is_overdue_after_three_intervals_or_five_minutes(interval_s: float, patience_s: float) -> None:
    """Whichever is longer, and not before it is over."""
    profile = replace(PROFILE, interval_s=interval_s)
    assert not is_overdue(profile, Poll(NOW - timedelta(seconds=patience_s)), NOW)
    assert is_overdue(profile, Poll(NOW - timedelta(seconds=patience_s + 1)), NOW)


def test_a_list_that_nobody_polls_is_overdue() -> None:
    """Three intervals and at least five minutes without a poll are worth a look by the operator."""
    assert not is_overdue(PROFILE, None, NOW)
    assert not is_overdue(PROFILE, Poll(NOW - timedelta(minutes=5)), NOW)
    assert is_overdue(PROFILE, Poll(NOW - timedelta(minutes=6)), NOW)
    assert not is_overdue(replace(PROFILE, enabled=False), Poll(NOW - timedelta(days=1)), NOW)
    assert not is_overdue(replace(PROFILE, interval_s=3600.0), Poll(NOW - timedelta(hours=2)), NOW)


def test_a_disabled_profile_is_never_polled() -> None:
    """Switching a profile off stops its polling."""
    assert not is_due(replace(PROFILE, enabled=False), None, NOW)
