"""What the Web API's refusals mean to us.

Sources: Microsoft, *Compose HTTP requests and handle errors*, *Service protection API limits*, *Web service error
codes*.
"""

import json
from collections.abc import Mapping
from typing import Any

from shared.errors import Conflict, InvalidInput, Misconfigured, Missing, Throttled, Unavailable, VoiceError

DUPLICATE_KEY = "0x80060892"
DUPLICATE_RECORD = "0x80040237"
VERSION_MISMATCH = "0x80060882"
NOT_FOUND = "0x80040217"
DELTA_EXPIRED = "0x80072504"
DEFAULT_PAUSE_S = 5.0
DETAIL_LENGTH = 300


def refused(status: int, headers: Mapping[str, str], body: str) -> VoiceError:
    """The error of a response; the texts Dataverse gives never hold column values, so they may be shown."""
    code, message = _code_and_message(body)
    if status == 429:
        return Throttled("dataverse-throttled", "Dataverse asks for a pause", _pause_s(headers))
    if status == 412 or code in {DUPLICATE_KEY, DUPLICATE_RECORD}:
        if code == VERSION_MISMATCH:
            return Conflict("dataverse-changed", "the row was changed by someone else")
        return Conflict("dataverse-exists", "the row is there already")
    if status == 404 or code == NOT_FOUND:
        return Missing("dataverse-missing", message or "Dataverse has no such row")
    if status == 410 or code == DELTA_EXPIRED:
        return Missing("delta-expired", "the change history does not reach back that far")
    if status == 401:
        return Misconfigured("dataverse-unauthorised", "Dataverse does not accept the app's token")
    if status == 403:
        return Misconfigured("dataverse-forbidden", f"the application user lacks a privilege: {message}")
    if status < 500:
        return InvalidInput("dataverse-refused", f"Dataverse refused the request with {status}: {message}")
    return Unavailable("dataverse-unavailable", f"Dataverse answered {status}")


def _code_and_message(body: str) -> tuple[str, str]:
    try:
        error: Mapping[str, Any] = json.loads(body)["error"]
        return str(error.get("code", "")).lower(), str(error.get("message", ""))[:DETAIL_LENGTH]
    except (ValueError, KeyError, TypeError, AttributeError):
        return "", ""


def _pause_s(headers: Mapping[str, str]) -> float:
    given = headers.get("Retry-After") or headers.get("retry-after") or ""
    return float(given) if given.replace(".", "", 1).isdigit() else DEFAULT_PAUSE_S
