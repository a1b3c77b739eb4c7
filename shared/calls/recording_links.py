"""The stable address of a call's recordings, as it stands on the activity (G2)."""

from urllib.parse import quote


def recording_url(app_url: str, call_id: str) -> str:
    """A page of ours, which asks who reads it; empty where the app's own address is not set."""
    return f"{app_url.rstrip('/')}/api/recordings/{quote(call_id, safe='')}" if app_url else ""
