"""What phones may say: numbers, targets, keys and switches, or InvalidInput."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from shared.clock import Clock
from shared.errors import InvalidInput
from shared.numbers.dialling import LONGEST_KEYS, Dialled, dialled
from voicecloud.organisation.service import Directory
from voicecloud.phone.memory import KEPT_FOR
from voicecloud.routing.model import Target, TargetKind

_KEYS = re.compile(r"[0-9*#A-D]{1,32}")
_EXTENSION = re.compile(rf"[0-9*#A-D,]{{1,{LONGEST_KEYS}}}")
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


def extension(given: object) -> str:
    """Keys to be pressed when who is called has answered; a comma is a pause of two seconds."""
    if given is None or given == "":
        return ""
    if not isinstance(given, str) or not _EXTENSION.fullmatch(given):
        raise InvalidInput("field-value", f"Keys are up to {LONGEST_KEYS} of 0-9, *, #, A-D and commas")
    return given


def target(body: Mapping[str, Any], directory: Directory) -> Target:
    to = body.get("To")
    if not isinstance(to, str) or not to:
        raise InvalidInput("field-value", "To is a number, user:<id> or pool:<id>")
    kind, _, row_id = to.partition(":")
    if kind in _KINDS and row_id:
        return Target(_KINDS[kind], row_id)
    found = number(to, directory)
    if found.keys:
        raise InvalidInput("number-extension", "a call cannot be sent to an extension: only what is dialled has one")
    return Target(TargetKind.NUMBER, found.number)


def number(text: str, directory: Directory) -> Dialled:
    """A number in any spelling with the keys of its extension; a user's or pool's by its id.

    Raises InvalidInput ``number-ambiguous`` or ``number-unreadable``, Missing too.
    """
    kind, _, row_id = text.partition(":")
    if kind == "user" and row_id:
        found = Dialled(directory.user(row_id).work_number)
    elif kind == "pool" and row_id:
        found = Dialled(next(iter(directory.queue(row_id).numbers), ""))
    else:
        found = dialled(text, directory.organisation.region)
    if not _DIALLED.fullmatch(found.number):
        raise InvalidInput("number-unreadable", "this is no number that can be called")
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
