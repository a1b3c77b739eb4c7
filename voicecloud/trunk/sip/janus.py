"""Janus' HTTP API: one session, its handles, its events by long poll (Janus documentation, "RESTful web interface")."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import aiohttp

from shared.errors import Unavailable

PLUGIN = "janus.plugin.sip"
ANSWER_S, POLL_S = 10.0, 45.0
"""A long poll of Janus lasts 30 s."""
MOST_EVENTS = 10


@dataclass(frozen=True)
class JanusEvent:
    """What a handle reports. ``name`` is the SIP plugin's event, or Janus' own (``hangup``, ``detached``, ...);
    ``transaction``: the request that it answers, if it does."""

    handle: int
    name: str
    result: Mapping[str, Any]
    sdp: str | None = None
    transaction: str = ""

    @property
    def code(self) -> int:
        """The SIP status in it, 0: none."""
        code = self.result.get("code")
        return code if isinstance(code, int) else 0

    @property
    def headers(self) -> Mapping[str, Any]:
        """Of the SIP request that it reports, as far as they were asked for."""
        return _part(self.result, "headers")


class JanusSession:
    """Raises Unavailable ``sip-unreachable`` whenever Janus is not there or no longer knows the session."""

    def __init__(self, http: aiohttp.ClientSession, url: str, api_secret: str) -> None:
        self._http = http
        self._url = url.rstrip("/")
        self._secret = {"apisecret": api_secret} if api_secret else {}
        self._path = ""

    async def open(self) -> None:
        self._path = f"/{_id_in(await self._post('', {'janus': 'create'}))}"

    async def attach(self) -> int:
        """A new handle, which has one call at a time."""
        return _id_in(await self._post(self._path, {"janus": "attach", "plugin": PLUGIN}))

    async def ask(
        self, handle: int, body: Mapping[str, Any], jsep: Mapping[str, str] | None = None, transaction: str = ""
    ) -> None:
        """A request to the plugin; what comes of it is reported by events, with its ``transaction`` if it answers."""
        message = {"janus": "message", "body": dict(body)} | ({"jsep": dict(jsep)} if jsep else {})
        await self._post(f"{self._path}/{handle}", message, transaction)

    async def events(self) -> AsyncIterator[JanusEvent]:
        """As long as the session lives."""
        while True:
            answer = await self._request("GET", self._path, POLL_S, params={"maxev": str(MOST_EVENTS), **self._secret})
            for one in answer if isinstance(answer, list) else [answer]:
                if not isinstance(one, Mapping) or one.get("janus") in {None, "timeout", "error"}:
                    raise _gone("the session is over")
                if event := _event(one):
                    yield event

    async def close(self) -> None:
        if self._path:
            await self._post(self._path, {"janus": "destroy"})

    async def _post(self, path: str, message: Mapping[str, Any], transaction: str = "") -> Any:
        body = {**message, **self._secret, "transaction": transaction or uuid4().hex}
        answer = await self._request("POST", path, ANSWER_S, json=body)
        if not isinstance(answer, Mapping) or answer.get("janus") in {None, "error"}:
            raise _gone(str(_part(answer, "error").get("reason", "refused")))
        return answer

    async def _request(self, method: str, path: str, within_s: float, **given: Any) -> Any:
        timeout = aiohttp.ClientTimeout(total=within_s)
        try:
            async with self._http.request(method, self._url + path, timeout=timeout, **given) as answer:
                return await answer.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise _gone("no answer") from error


def _event(document: Mapping[str, Any]) -> JanusEvent | None:
    """None for keep-alives and notices about the media."""
    handle, kind = document.get("sender"), document.get("janus")
    if kind == "event" and isinstance(handle, int):
        data = _part(_part(document, "plugindata"), "data")
        error = {"event": "error", "code": data.get("error_code"), "reason": data.get("error")}
        result = _part(data, "result") or error
        sdp, transaction = _part(document, "jsep").get("sdp"), str(document.get("transaction", ""))
        return JanusEvent(handle, str(result.get("event")), result, sdp if isinstance(sdp, str) else None, transaction)
    if kind == "detached" and isinstance(handle, int):
        return JanusEvent(handle, "detached", {})
    return None


def _part(document: object, name: str) -> Mapping[str, Any]:
    """An object in an object; an empty one where there is none, whatever is there instead."""
    found = document.get(name) if isinstance(document, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _id_in(answer: Mapping[str, Any]) -> int:
    found = _part(answer, "data").get("id")
    if not isinstance(found, int):
        raise _gone("an answer that makes no sense")
    return found


def _gone(why: str) -> Unavailable:
    return Unavailable("sip-unreachable", f"Janus: {why}")
