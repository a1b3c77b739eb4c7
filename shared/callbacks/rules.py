"""Pure decisions about callbacks: which are ours to handle, and when a list is due to be polled."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.callbacks.model import Outcome
from shared.enreach.model import Callback
from shared.settings.model import CallbackProfile, SyncMethod

CATCH_UP_EVERY = timedelta(hours=1)
OVERDUE_AFTER = timedelta(minutes=5)


def refusal(callback: Callback, profile: CallbackProfile | None, now: datetime) -> Outcome | None:
    """Why a callback is left alone (neither recorded nor closed), or None when it is to be handled."""
    if profile is None or not profile.enabled:
        return Outcome.NO_PROFILE
    if now - callback.created_at > profile.max_age:
        return Outcome.TOO_OLD
    return None


@dataclass(frozen=True)
class Poll:
    """The last poll of a list: when, and why it failed, if it did."""

    at: datetime
    fault: str = ""


def is_due(profile: CallbackProfile, last: Poll | None, now: datetime) -> bool:
    """Whether to poll now (F1)."""
    if not profile.enabled:
        return False
    return last is None or now - last.at >= _interval(profile, last)


def is_overdue(profile: CallbackProfile, last: Poll | None, now: datetime) -> bool:
    """Whether polling has stood still although nothing is known to hinder it."""
    if not profile.enabled or last is None:
        return False
    return now - last.at > max(OVERDUE_AFTER, 3 * _interval(profile, last))


def _interval(profile: CallbackProfile, last: Poll) -> timedelta:
    """A list fed by webhook alone is looked at now and then: what came while it was disabled, or we were, waits there.

    After a poll that failed it is looked at as often as any other.
    """
    if profile.method is SyncMethod.WEBHOOK and not last.fault:
        return max(CATCH_UP_EVERY, timedelta(seconds=profile.interval_s))
    return timedelta(seconds=profile.interval_s)
