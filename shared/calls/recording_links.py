"""The link to the recordings on the activity of a call, and how long is waited for them (G2)."""

from datetime import datetime, timedelta
from urllib.parse import quote

from shared.calls.model import CallFacts, RecordingState
from shared.settings.model import CallSync


def recording_url(app_url: str, call_id: str) -> str:
    """A page of ours, which asks who reads it; empty where the app's own address is not set."""
    return f"{app_url.rstrip('/')}/api/recordings/{quote(call_id, safe='')}" if app_url else ""


def recording_state(facts: CallFacts, settings: CallSync, now: datetime) -> RecordingState:
    """How it stands with the recording of a call whose rows are there."""
    if facts.is_recorded:
        return RecordingState.HERE
    if not settings.recordings or not facts.talks:
        return RecordingState.NOT_EXPECTED
    if facts.is_cut_off:
        return RecordingState.CUT_OFF
    if facts.has_all_recordings:
        return RecordingState.NONE_MADE
    limit = timedelta(seconds=settings.recording_limit_s)
    return RecordingState.GIVEN_UP if now - facts.ended_at >= limit else RecordingState.AWAITED
