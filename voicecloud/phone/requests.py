"""What phones may say: numbers, targets, keys and switches, or InvalidInput."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from shared.clock import Clock
from shared.errors import InvalidInput
from shared.numbers import to_e164
from voicecloud.organisation.service import Directory
from voicecloud.phone.memory import KEPT_FOR
from voicecloud.routing.model import Target, TargetKind

_KEYS = re.compile(r"[0-9*#A-D]{1,32}")
_BETWEEN = re.compile(r"[\s().-]")
_DIALLED = re.compile(r"\+?[0-9*#]{1,20}")
"""Short and service numbers too (112, 1001, *21#); nothing that could be read as an address (RFC 3261, 19.1)."""
_KINDS = {"user": TargetKind.USER, "pool": TargetKind.POOL}
_NEW_WITHIN_S = KEPT_FOR.total_seconds() / 2
"""So that an id is remembered for as long as it could be taken for a new one."""


def flag(body: Mapping[str, Any], name: str) -> bool:
    value = body.get(name)
    if not isinstance(value, bool):
        raise InvalidInput("field-value", f"{name} is true or false")
    return value


def keys(body: Mapping[str, Any]) -> str:
    given = body.get("Keys")
    if not isinstance(given, str) or not _KEYS.fullmatch(given):
        raise InvalidInput("field-value", "Keys are 1 to 32 of 0-9, *, # and A-D")
    return given


def target(body: Mapping[str, Any], directory: Directory) -> Target:
    to = body.get("To")
    if not isinstance(to, str) or not to:
        raise InvalidInput("field-value", "To is a number, user:<id> or pool:<id>")
    kind, _, row_id = to.partition(":")
    if kind in _KINDS and row_id:
        return Target(_KINDS[kind], row_id)
    return Target(TargetKind.NUMBER, number(to, directory))


def number(text: str, directory: Directory) -> str:
    """A number in any spelling; a user's or pool's by its id. Raises InvalidInput ``number``, Missing too."""
    kind, _, row_id = text.partition(":")
    if kind == "user" and row_id:
        found: str | None = directory.user(row_id).work_number
    elif kind == "pool" and row_id:
        found = next(iter(directory.queue(row_id).numbers), None)
    else:
        found = to_e164(text, directory.organisation.region) or _BETWEEN.sub("", text)
    if not found or not _DIALLED.fullmatch(found):
        raise InvalidInput("number", "this is no number that can be called")
    return found


def check_call_id(call_id: str, clock: Clock) -> None:
    """Ids of calls hold the moment they were made (RFC 9562, section 5.7): records are kept by it."""
    try:
        made = UUID(call_id)
    except ValueError:
        made = None
    made_s = (made.int >> 80) / 1000 if made else 0.0
    if made is None or made.version != 7 or abs(made_s - clock().timestamp()) > _NEW_WITHIN_S:
        raise InvalidInput("call-id", "CallId is a UUID of version 7 made now")
