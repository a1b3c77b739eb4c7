"""Pure decisions about callbacks: which are ours to handle, and when a list is due to be polled."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.callbacks.model import Outcome
from shared.enreach.model import Callback
from shared.settings.model import CallbackProfile, SyncMethod


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
    """Whether to poll now (F1). A list fed by webhook alone is polled until that went well once: what waited there."""
    if not profile.enabled:
        return False
    if last is None:
        return True
    if profile.method is SyncMethod.WEBHOOK and not last.fault:
        return False
    return now - last.at >= timedelta(seconds=profile.interval_s)
