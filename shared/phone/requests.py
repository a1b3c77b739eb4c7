"""Pure: what phones send, read and checked. Every function raises InvalidInput ``malformed-phone-request``."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from shared.enreach import names
from shared.errors import InvalidInput, Missing
from shared.numbers.dialling import Dialled, dialled
from shared.outside import OWN_ID, is_call_id
from shared.text import cleaned

_MEDIA_ID = re.compile(r"[0-9A-Za-z_.~-]{1,128}")
_KEY = re.compile(r"[!-~]{1,128}")
_KEYS = re.compile(r"[0-9A-D*#]{1,32}")
MAX_CLIENT = 200
MAX_NUMBER = 128
MAX_SDP = 32 * 1024
"""Bytes; an offer of one audio stream has about four thousand."""

PLAIN_COMMANDS = {"answer", "decline", "hangup", "hold", "resume", "complete", "cancel"}


def text_object(body: object) -> Mapping[str, Any]:
    if not isinstance(body, Mapping):
        raise _malformed("a JSON object is expected")
    return body


def session_id(given: object) -> str:
    if not isinstance(given, str) or not re.fullmatch(OWN_ID, given):
        raise _malformed("sessionId is a UUID of the phone's own making")
    return given


def named_session(header: str | None) -> str:
    """Of the header ``Phone-Session``. Raises InvalidInput ``phone-session-missing`` too."""
    if not header:
        raise InvalidInput("phone-session-missing", "the header Phone-Session names the phone's session")
    return session_id(header)


def claim(document: Mapping[str, Any]) -> str:
    """Which page claims a session: an id of its own making, or empty."""
    given = document.get("claim")
    return "" if given is None else session_id(given)


def client(given: object) -> str:
    """How a phone describes itself, shown to who opens another one."""
    return cleaned(given)[:MAX_CLIENT] if isinstance(given, str) else ""


def can_answer(document: Mapping[str, Any]) -> bool | None:
    """Whether the phone has a microphone to answer with; None where it does not say."""
    return None if document.get("canAnswer") is None else flag(document, "canAnswer")


def dynamics_user(document: Mapping[str, Any]) -> UUID | None:
    """The user of the Dynamics that the phone is a panel of, in braces or not; None for a phone by itself."""
    given = document.get("dynamicsUser")
    try:
        return None if given is None else UUID(str(given))
    except ValueError:
        raise _malformed("dynamicsUser is the GUID of a user of Dynamics") from None


def flag(document: Mapping[str, Any], name: str, default: bool | None = None) -> bool:
    value = document.get(name, default)
    if not isinstance(value, bool):
        raise _malformed(f"{name} is true or false")
    return value


def call_id(given: object) -> str:
    if not isinstance(given, str) or not is_call_id(given):
        raise _malformed("callId is a UUID")
    return given


def media_id(given: str) -> str:
    if not _MEDIA_ID.fullmatch(given):
        raise _malformed("this is no id of a peer connection")
    return given


def number(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    text = cleaned(value).strip() if isinstance(value, str) else ""
    if not text or len(text) > MAX_NUMBER:
        raise _malformed(f"{name} is a number to call, or user:… or pool:… with an id")
    return text


def idempotency_key(header: str | None) -> str:
    """Raises InvalidInput ``idempotency-key-missing`` too."""
    if not header:
        raise InvalidInput("idempotency-key-missing", "a command has an Idempotency-Key, the same when it is repeated")
    if not _KEY.fullmatch(header):
        raise _malformed("an Idempotency-Key has 1 to 128 visible characters")
    return header


def called(text: str, region: str | None) -> Dialled:
    """What is to be called: somebody by id, or one number, with the keys of its extension.

    Raises InvalidInput ``number-ambiguous`` with ``numbers`` to choose from, and ``number-unreadable``, too.
    """
    return Dialled(text) if text.startswith(("user:", "pool:")) else dialled(text, region)


def command(name: str, body: object, region: str | None = None) -> Mapping[str, Any]:
    """The body of a command as the voice cloud takes it. Raises Missing ``command-unknown`` too."""
    if name in PLAIN_COMMANDS:
        return {}
    document = text_object(body)
    if name == "mute":
        return {names.MUTED: flag(document, "muted")}
    if name == "recording":
        return {names.PAUSED: flag(document, "paused")}
    if name in {"transfer", "consult"}:
        return {names.TO: _sent_to(number(document, "to"), region)}
    if name == "keys":
        return {names.KEYS: _keys(document.get("keys"))}
    raise Missing("command-unknown", "there is no such command")


def sdp(content_type: str, body: bytes) -> bytes:
    """An SDP offer. Raises InvalidInput ``sdp-expected`` or ``sdp-too-long``."""
    if content_type.partition(";")[0].strip().lower() != names.SDP_TYPE:
        raise InvalidInput("sdp-expected", f"an offer is sent as {names.SDP_TYPE}")
    if len(body) > MAX_SDP:
        raise InvalidInput("sdp-too-long", f"an offer has {MAX_SDP} bytes at most")
    if not body.startswith(b"v=0"):
        raise InvalidInput("sdp-expected", "this is no session description")
    return body


def _sent_to(text: str, region: str | None) -> str:
    """Raises InvalidInput ``number-extension``: nobody would press its keys."""
    found = called(text, region)
    if found.keys:
        raise InvalidInput("number-extension", "a call cannot be sent to an extension: only what is dialled has one")
    return found.number


def _keys(given: object) -> str:
    if not isinstance(given, str) or not _KEYS.fullmatch(given.upper()):
        raise _malformed("keys are 1 to 32 of 0-9, A-D, * and #")
    return given.upper()


def _malformed(wanted: str) -> InvalidInput:
    return InvalidInput("malformed-phone-request", wanted)
