"""What the Web API's refusals mean to us.

Sources: Microsoft, *Compose HTTP requests and handle errors*, *Service protection API limits*, *Web service error
codes*.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from shared.dataverse import names
from shared.errors import Conflict, InvalidInput, Misconfigured, Missing, Throttled, Unavailable, VoiceError
from shared.pauses import retry_after_s

DUPLICATE_KEY = "0x80060892"
DUPLICATE_RECORD = "0x80040237"
VERSION_MISMATCH = "0x80060882"
NOT_FOUND = "0x80040217"
DELTA_EXPIRED = "0x80044352"
REQUEST_TIME_OUT = 408
SAYS_WHAT_IS_THERE = {404, 410, 412}
"""Refusals that work goes by: only Dataverse itself may say that a row is not there, or is there already."""
DEFAULT_PAUSE_S = 5.0
DETAIL_LENGTH = 300
OUR_PREFIX = "voice_"
DUPLICATES = {DUPLICATE_KEY, DUPLICATE_RECORD}

_NUMBER = re.compile(r"(?<![\w-])\+?\d[\d ()]{4,}\d(?![\w-])")
"""A telephone number that a message quotes; the digits of ids and codes touch letters or dashes."""


_COLUMN = re.compile(
    r"(?:Invalid property|undeclared property|property named) '(\w+)'|property '(\w+)' does not exist", re.IGNORECASE
)


class UnknownColumn(InvalidInput):
    """The environment has no such column: it was renamed or deleted, or our solution is not installed."""

    def __init__(self, code: str, message: str, column: str) -> None:
        super().__init__(code, message)
        self.column = column


def refused(status: int, headers: Mapping[str, str], body: str, *, versioned: bool = False) -> VoiceError:
    """The error of a response. ``versioned``: the request named the version of the row it was to change."""
    code, message = _code_and_message(body)
    if status in SAYS_WHAT_IS_THERE and not _is_own(body):
        return Unavailable(
            "dataverse-unavailable", f"something other than Dataverse answered {status}: a proxy, perhaps"
        )
    if status == 429:
        return Throttled("dataverse-throttled", "Dataverse asks for a pause", retry_after_s(headers, DEFAULT_PAUSE_S))
    if status == 410 or code == DELTA_EXPIRED:
        return Missing("delta-expired", "the change history does not reach back that far")
    if status == 412 or code in DUPLICATES:
        return _conflict(code, versioned=versioned)
    if status == 404 or code == NOT_FOUND:
        return Missing("dataverse-missing", message or "Dataverse has no such row")
    if status == 401:
        return Misconfigured("dataverse-unauthorised", "Dataverse does not accept the app's token")
    if status == 403:
        return Misconfigured("dataverse-forbidden", f"the application user lacks a privilege: {message}")
    if 400 <= status < 500 and status != REQUEST_TIME_OUT:
        if (column := _unknown_column(message)) is not None:
            return UnknownColumn("dataverse-column-unknown", f"the environment has no column {column}", column)
        return InvalidInput("dataverse-refused", f"Dataverse refused the request with {status}: {message}")
    return Unavailable("dataverse-unavailable", f"Dataverse answered {status}")


def _conflict(code: str, *, versioned: bool) -> Conflict:
    """Often there is no code with 412: then the condition that was set says which one failed."""
    if code == VERSION_MISMATCH or (versioned and code not in DUPLICATES):
        return Conflict("dataverse-changed", "the row was changed by someone else")
    return Conflict("dataverse-exists", "the row is there already")


def _is_own(body: str) -> bool:
    """Dataverse says in JSON what was wrong; a page of a proxy does not."""
    try:
        return "error" in json.loads(body)
    except (ValueError, TypeError):
        return False


def _code_and_message(body: str) -> tuple[str, str]:
    try:
        error: Mapping[str, Any] = json.loads(body)["error"]
        return str(error.get("code", "")).lower(), _NUMBER.sub("…", str(error.get("message", "")))[:DETAIL_LENGTH]
    except (ValueError, KeyError, TypeError, AttributeError):
        return "", ""


def _unknown_column(message: str) -> str | None:
    """The column of ours that a refusal says it does not know: by its own name, or as a lookup is read or set."""
    named = _COLUMN.search(message)
    name = named[1] or named[2] if named else ""
    as_read = name.removeprefix("_").removesuffix("_value") if name.startswith("_") else name
    column = as_read.removesuffix(names.ACTIVITY_SUFFIX)
    return column if column.startswith(OUR_PREFIX) else None
