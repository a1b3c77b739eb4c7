"""Pure: what the profile of a callback list says: which callbacks are ours, and when the list is polled (F1)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.callbacks.model import CallbackOutcome
from shared.enreach.model import Callback
from shared.settings.model import CallbackProfile, SyncMethod

CATCH_UP_EVERY = timedelta(hours=1)
OVERDUE_AFTER = timedelta(minutes=5)
OPEN_FOR = timedelta(hours=1)
"""Longer than any callback waits that nothing stands against; what takes longer needs a person to know."""


def refusal(callback: Callback, profile: CallbackProfile | None, now: datetime) -> CallbackOutcome | None:
    """Why a callback is left alone (neither recorded nor closed), or None when it is to be handled."""
    if profile is None or not profile.enabled:
        return CallbackOutcome.NO_PROFILE
    if now - callback.created_at > profile.max_age:
        return CallbackOutcome.TOO_OLD
    return None


def left_alone(callback: Callback, profile: CallbackProfile | None, now: datetime) -> CallbackOutcome | None:
    """Why an open callback is not on its way into Dynamics, or None when it is."""
    if refused := refusal(callback, profile, now):
        return refused
    patience = OPEN_FOR + (timedelta(seconds=profile.interval_s) if profile else timedelta())
    return CallbackOutcome.OVERDUE if now - callback.created_at > patience else None


@dataclass(frozen=True)
class Poll:
    """The last poll of a list: when, why it failed, if it did, and how far back it reached."""

    at: datetime
    fault: str = ""
    max_age: timedelta | None = None


def is_due(profile: CallbackProfile, last: Poll | None, now: datetime) -> bool:
    """Whether to poll now (F1): at once for a list that is new, or whose age limit was raised."""
    if not profile.enabled:
        return False
    if last is None or (last.max_age is not None and profile.max_age > last.max_age):
        return True
    return now - last.at >= _interval(profile, last)


def is_overdue(profile: CallbackProfile, last: Poll | None, now: datetime) -> bool:
    """Whether polling has stood still although nothing is known to hinder it."""
    if not profile.enabled or last is None:
        return False
    return now - last.at > max(OVERDUE_AFTER, 3 * _interval(profile, last))


def _interval(profile: CallbackProfile, last: Poll) -> timedelta:
    """A list fed by webhook alone is read now and then: what came while it was disabled, or we were, waits there.

    After a poll that failed it is read as often as any other.
    """
    if profile.method is SyncMethod.WEBHOOK and not last.fault:
        return max(CATCH_UP_EVERY, timedelta(seconds=profile.interval_s))
    return timedelta(seconds=profile.interval_s)
