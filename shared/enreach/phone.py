"""The voice cloud's live calls of one user (docs/live-calls.md), as the API user sees them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx

from shared.enreach import names
from shared.enreach.transport import Transport, as_documented, pause_s, refused
from shared.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    Limited,
    Misconfigured,
    Missing,
    Unavailable,
    Unsupported,
    VoiceError,
)

ANSWERS_WITHIN_S = 10.0
"""So much longer than it was asked to wait may the voice cloud take."""


@dataclass(frozen=True)
class OpenSession:
    """``ticket`` opens the event stream at ``events_url``; ``ice_servers`` are as WebRTC wants them; ``state`` as in
    docs/live-calls.md."""

    ticket: str = field(repr=False)
    events_url: str
    ice_servers: tuple[Mapping[str, Any], ...]
    state: Mapping[str, Any]


@dataclass(frozen=True)
class PhoneState:
    """``version`` changes with the document."""

    version: str
    document: Mapping[str, Any]


@dataclass(frozen=True)
class MediaAnswer:
    """The gateway's SDP answer to an offer."""

    media_id: str
    sdp: str


@dataclass(eq=False, repr=False)
class EnreachPhone:
    """Every method raises Unsupported ``live-calls-unavailable`` where the voice cloud has no such API, Limited
    ``phone-throttled``, and else as ``Enreach`` does. Those of a call raise Missing ``call-unknown``, Forbidden
    ``call-foreign``, Conflict ``not-in-this-state`` with its ``state``, InvalidInput ``call-refused``.
    """

    transport: Transport

    async def open(self, user_id: str, session_id: str, can_answer: bool | None = None) -> OpenSession:
        """The web terminal is there from now on; an earlier session of the user ends. One that cannot answer is not
        rung; None: it is not known, which counts as yes."""
        path = _path(names.PHONE_SESSIONS, user=user_id)
        answer = await self._session("POST", path, json={names.SESSION_ID: session_id, **_answering(can_answer)})
        with as_documented():
            row = answer.json()
            return OpenSession(
                ticket=str(row[names.TICKET]),
                events_url=str(row[names.EVENTS_URL]),
                ice_servers=tuple(_ice_server(one) for one in row.get(names.ICE_SERVERS) or ()),
                state=dict(row[names.STATE]),
            )

    async def go_on(self, user_id: str, session_id: str, can_answer: bool | None = None) -> str:
        """A fresh ticket. ``can_answer`` None: as before. Raises Missing ``phone-session-unknown``."""
        path = _path(names.PHONE_SESSION, user=user_id, session=session_id)
        answer = await self._session("PUT", path, json=_answering(can_answer))
        with as_documented():
            return str(answer.json()[names.TICKET])

    async def close(self, user_id: str, session_id: str) -> None:
        """A session that is not there any more is fine."""
        answer = await self.transport.exchange("DELETE", _path(names.PHONE_SESSION, user=user_id, session=session_id))
        if not answer.is_success and answer.status_code != httpx.codes.NOT_FOUND:
            raise _session_refused(answer)

    async def state(self, user_id: str, version: str = "", wait_s: float = 0) -> PhoneState:
        """The state of the user's phone. With a version it waits until it is another one, ``wait_s`` at most."""
        query = {names.STATE_VERSION: version, names.STATE_WAIT: f"{wait_s:g}"} if version else {}
        timeout = httpx.Timeout(wait_s + ANSWERS_WITHIN_S, connect=5.0)
        answer = await self._session("GET", _path(names.PHONE, user=user_id), params=query, timeout=timeout)
        with as_documented():
            document = dict(answer.json())
            return PhoneState(str(document["version"]), document)

    async def dial(self, user_id: str, call_id: str, number: str, caller_number: str | None, keys: str = "") -> None:
        """``keys`` are pressed once it is answered. The same call again changes nothing."""
        body = {names.EVENT_CALL_ID: call_id, names.NUMBER: number}
        if caller_number is not None:
            body[names.CALLER_NUMBER] = caller_number
        if keys:
            body[names.KEYS] = keys
        await self._call("POST", _path(names.PHONE_CALLS, user=user_id), json=body)

    async def command(self, user_id: str, call_id: str, command: str, body: Mapping[str, Any], key: str) -> Any:
        """The call as it is then; the same key again gives the same answer."""
        path = _path(names.PHONE_COMMAND, user=user_id, call=call_id, command=command)
        answer = await self._call("POST", path, json=body, headers={names.IDEMPOTENCY_KEY: key})
        with as_documented():
            return answer.json()[names.STATE]

    async def offer(self, user_id: str, call_id: str, sdp: bytes, *, answers: bool) -> MediaAnswer:
        """Makes or replaces the peer connection of the user's leg. Raises Unavailable ``media-full``."""
        answer = await self._call(
            "POST",
            _path(names.PHONE_MEDIA, user=user_id, call=call_id),
            content=sdp,
            params={} if answers else {names.ANSWER_NOW: "0"},
            headers={"Content-Type": names.SDP_TYPE},
        )
        with as_documented():
            return MediaAnswer(answer.headers[names.MEDIA_ID], answer.text)

    async def withdraw(self, user_id: str, call_id: str, media_id: str) -> None:
        await self._call("DELETE", _path(names.PHONE_MEDIUM, user=user_id, call=call_id, media=media_id))

    async def _session(self, method: str, path: str, **options: Any) -> httpx.Response:
        answer = await self.transport.exchange(method, path, **options)
        if not answer.is_success:
            raise _session_refused(answer)
        return answer

    async def _call(self, method: str, path: str, **options: Any) -> httpx.Response:
        answer = await self.transport.exchange(method, path, **options)
        if not answer.is_success:
            raise _call_refused(answer)
        return answer


def _session_refused(answer: httpx.Response) -> VoiceError:
    """Only our voice cloud gives a code, by which an unknown user or session differs from an unknown path."""
    match answer.status_code, _code(answer):
        case 404, names.UNKNOWN_SESSION:
            return Missing("phone-session-unknown", "the voice cloud does not know this session any more")
        case 404, names.UNKNOWN_USER:
            return Misconfigured("voicecloud-user-unknown", "the voice cloud has no user with the id that Dynamics has")
        case ((404 | 405 | 501), _):
            return Unsupported("live-calls-unavailable", "the voice cloud behind this app has no live calls")
        case 429, _:
            return _throttled(answer)
    return refused(answer)


def _call_refused(answer: httpx.Response) -> VoiceError:
    code = _code(answer)
    match answer.status_code, code:
        case 403, names.FOREIGN_USER:
            return refused(answer)
        case 403, _:
            return Forbidden("call-foreign", "this is not your call")
        case 404, (names.UNKNOWN_CALL | names.UNKNOWN_LEG | names.UNKNOWN_MEDIA | ""):
            return Missing("call-unknown", "there is no such call, or it is over")
        case 409, _:
            details = {"state": _document(answer).get(names.STATE), "reason": code}
            return Conflict("not-in-this-state", "the call's state does not allow it", details)
        case 429, _:
            return _throttled(answer)
        case 503, names.MEDIA_FULL:
            return Unavailable("media-full", "no more calls can be carried now")
        case ((400 | 404 | 413 | 415 | 422), _):
            return InvalidInput("call-refused", "the voice cloud cannot do this with the call", {"reason": code})
    return refused(answer)


def _throttled(answer: httpx.Response) -> VoiceError:
    return Limited("phone-throttled", "the voice cloud asks for a pause", pause_s(answer))


def _code(answer: httpx.Response) -> str:
    return str(_document(answer).get(names.ERROR_CODE) or "")


def _document(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        document = answer.json()
    except ValueError:
        return {}
    return document if isinstance(document, Mapping) else {}


def _answering(can_answer: bool | None) -> Mapping[str, bool]:
    return {} if can_answer is None else {names.CAN_ANSWER: can_answer}


def _ice_server(row: Mapping[str, Any]) -> Mapping[str, Any]:
    shown = {"urls": row[names.ICE_URLS]}
    if row.get(names.ICE_USER_NAME):
        shown |= {"username": row[names.ICE_USER_NAME], "credential": row.get(names.ICE_CREDENTIAL, "")}
    return shown


def _path(template: str, **parts: str) -> str:
    return template.format(**{name: quote(part, safe="") for name, part in parts.items()})
