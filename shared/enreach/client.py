"""A client of EnreachAPI: discovery, HTTP Basic with a secret key, and the resources we use."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import quote

import httpx

from shared.clock import from_iso
from shared.enreach import names
from shared.enreach.model import Callback, CallbackList, CallbackPage
from shared.errors import InvalidInput, Misconfigured, Missing, Throttled, Unavailable, VoiceError
from shared.text import cleaned

DEFAULT_PAUSE_S = 5.0


class Enreach:
    """The API user's view of the voice cloud.

    Every method raises Misconfigured ``voicecloud-unauthorised`` or ``voicecloud-forbidden``, Throttled
    ``voicecloud-throttled``, Unavailable ``voicecloud-unavailable`` or ``voicecloud-malformed``, InvalidInput
    ``voicecloud-refused``. After Unavailable a callback may have been closed.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        username: str,
        secret_key: str = "",
        password: str = "",
        url: str = "",
        discovery_url: str = "",
    ) -> None:
        self._http = http
        self._username = username
        self._secret_key = secret_key
        self._password = password
        self._url = url.rstrip("/")
        self._discovery_url = discovery_url
        self._entering = asyncio.Lock()

    @classmethod
    def from_settings(cls, environ: Mapping[str, str], http: httpx.AsyncClient) -> Self:
        """From the ``VOICECLOUD_…`` app settings: an address or a discovery address, a secret key or a password."""
        settings = {
            "username": environ.get("VOICECLOUD_USERNAME", ""),
            "secret_key": environ.get("VOICECLOUD_SECRET_KEY", ""),
            "password": environ.get("VOICECLOUD_PASSWORD", ""),
            "url": environ.get("VOICECLOUD_URL", ""),
            "discovery_url": environ.get("VOICECLOUD_DISCOVERY_URL", ""),
        }
        if not settings["username"] or not (settings["url"] or settings["discovery_url"]):
            raise Misconfigured("app-setting-missing", "VOICECLOUD_USERNAME and an address are not set")
        return cls(http, **settings)

    async def me(self) -> str:
        """The API user's id."""
        row = await self._get(names.ME)
        with _as_documented():
            return str(row[names.ID])

    async def callback_lists(self) -> list[CallbackList]:
        rows = await self._get(names.CALLBACK_LISTS)
        with _as_documented():
            return [CallbackList(str(row[names.ID]), str(row.get(names.NAME, ""))) for row in _listed(rows)]

    async def callbacks(self, list_id: str, created_after: datetime, limit: int) -> CallbackPage:
        """Up to ``limit`` open callbacks of a list, oldest first, left at or after a moment (whole seconds)."""
        query = {
            names.LIST_ID: list_id,
            names.STATE: names.STATE_OPEN,
            names.CREATED_AFTER: created_after.astimezone(UTC).strftime(names.QUERY_TIME_FORMAT),
            names.MAX_COUNT: str(limit),
        }
        answer = await self._get(names.CALLBACKS, query)
        with _as_documented():
            rows = _listed(answer)
        readable = [callback for row in rows if (callback := _callback_or_none(row))]
        return CallbackPage(readable, len(rows) - len(readable), full=len(rows) >= limit)

    async def callback(self, callback_id: str) -> Callback:
        """Raises Missing ``voicecloud-missing`` when there is no such callback."""
        row = await self._get(_path(names.CALLBACK, callback_id))
        with _as_documented():
            return _to_callback(row)

    async def close_callback(self, callback_id: str, note: str) -> None:
        """Closes a callback with a note. One that is closed or gone already is fine."""
        try:
            await self._send("POST", _path(names.CLOSE_CALLBACK, callback_id), json={names.NOTE: note})
        except Missing:
            return
        except InvalidInput:
            if (await self.callback(callback_id)).is_open:
                raise

    async def _get(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        answer = await self._send("GET", path, params=query)
        with _as_documented():
            return answer.json()

    async def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request; a secret key that is refused is renewed once, where a password allows it."""
        await self._enter()
        used = self._secret_key
        answer = await self._request(method, self._url + path, auth=(self._username, used), **options)
        if answer.status_code == 401 and self._password:
            await self._renew(used)
            answer = await self._request(method, self._url + path, auth=(self._username, self._secret_key), **options)
        if not answer.is_success:
            raise _refused(answer)
        return answer

    async def _enter(self) -> None:
        if self._url and self._secret_key:
            return
        async with self._entering:
            self._url = self._url or await self._discover()
            if not self._secret_key:
                await self._authenticate()

    async def _renew(self, used: str) -> None:
        async with self._entering:
            if self._secret_key == used:
                await self._authenticate()

    async def _discover(self) -> str:
        answer = await self._request("GET", self._discovery_url, params={names.DISCOVERY_PARAMETER: self._username})
        if not answer.is_success:
            raise _refused(answer)
        with _as_documented():
            if found := answer.json():
                return str(found[0][names.DISCOVERY_ENDPOINT]).rstrip("/")
        raise Misconfigured("voicecloud-unauthorised", "the voice cloud does not know VOICECLOUD_USERNAME")

    async def _authenticate(self) -> None:
        if not self._password:
            raise Misconfigured("app-setting-missing", "neither VOICECLOUD_SECRET_KEY nor VOICECLOUD_PASSWORD is set")
        path = names.AUTHENTICATE.format(username=quote(self._username, safe=""))
        body = {names.USER_NAME: self._username, names.PASSWORD: self._password}
        answer = await self._request("POST", self._url + path, json=body)
        if not answer.is_success:
            raise _refused(answer)
        with _as_documented():
            self._secret_key = str(answer.json()[names.SECRET_KEY])

    async def _request(self, method: str, url: str, **options: Any) -> httpx.Response:
        try:
            return await self._http.request(method, url, headers=names.SERIALIZER_HEADER, **options)
        except (httpx.RequestError, httpx.InvalidURL) as error:
            raise Unavailable("voicecloud-unavailable", "the voice cloud does not answer") from error


@contextmanager
def _as_documented() -> Iterator[None]:
    """Around the reading of an answer that may lack what every such answer has."""
    try:
        yield
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise Unavailable("voicecloud-malformed", "the voice cloud's answer lacks what it should hold") from error


def _listed(answer: Any) -> list[Any]:
    if not isinstance(answer, list):
        raise TypeError(answer)
    return answer


def _path(template: str, callback_id: str) -> str:
    return template.format(id=quote(callback_id, safe=""))


def _refused(answer: httpx.Response) -> VoiceError:
    status = answer.status_code
    if status == 401:
        return Misconfigured("voicecloud-unauthorised", "the voice cloud refused the API user's secret key or password")
    if status == 403:
        return Misconfigured("voicecloud-forbidden", "the API user lacks a right at the voice cloud")
    if status == 404:
        return Missing("voicecloud-missing", "the voice cloud has no such thing")
    if status == 429:
        return Throttled("voicecloud-throttled", "the voice cloud asks for a pause", _pause_s(answer))
    if 400 <= status < 500 and status != httpx.codes.REQUEST_TIMEOUT:
        return InvalidInput("voicecloud-refused", f"the voice cloud refused the request with {status}")
    return Unavailable("voicecloud-unavailable", f"the voice cloud answered {status}")


def _pause_s(answer: httpx.Response) -> float:
    given = answer.headers.get("Retry-After", "")
    return float(given) if given.isdigit() else DEFAULT_PAUSE_S


def _callback_or_none(row: Any) -> Callback | None:
    try:
        with _as_documented():
            return _to_callback(row)
    except Unavailable:
        return None


def _to_callback(row: Mapping[str, Any]) -> Callback:
    return Callback(
        id=str(row[names.ID]),
        list_id=str(row[names.LIST_ID]),
        is_open=row[names.STATE] == names.STATE_OPEN,
        caller_number=cleaned(str(row.get(names.CALLER_NUMBER) or "")),
        created_at=from_iso(row[names.CREATED_TIME]),
        queue_name=cleaned(str(row.get(names.QUEUE_NAME) or "")),
        note=cleaned(str(row.get(names.NOTE) or "")),
    )
