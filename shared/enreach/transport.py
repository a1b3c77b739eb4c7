"""How EnreachAPI is reached: discovery, HTTP Basic with a secret key, and what its refusals mean."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self
from urllib.parse import quote

import httpx

from shared.enreach import names
from shared.errors import InvalidInput, Misconfigured, Missing, Throttled, Unavailable, VoiceError
from shared.pauses import retry_after_s

DEFAULT_PAUSE_S = 5.0


class Transport:
    """The API user's way in. ``get`` and ``send`` raise as ``Enreach`` says."""

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

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        answer = await self.send("GET", path, params=query)
        with as_documented():
            return answer.json()

    async def fetch(self, link: str, headers: Mapping[str, str]) -> httpx.Response:
        """What a link relative to the API leads to; the link's own token is all the credentials it needs."""
        await self._enter()
        answer = await self._request("GET", f"{self._url}/{link.lstrip('/')}", headers=headers)
        if not answer.is_success:
            raise refused(answer)
        return answer

    async def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request that is to succeed."""
        answer = await self.exchange(method, path, **options)
        if not answer.is_success:
            raise refused(answer)
        return answer

    async def exchange(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request and its answer, whatever it is; a secret key that is refused is renewed once, where a password
        allows it. Raises Unavailable ``voicecloud-unavailable``, and what signing in raises."""
        await self._enter()
        used = self._secret_key
        answer = await self._request(method, self._url + path, auth=(self._username, used), **options)
        if answer.status_code == 401 and self._password:
            await self._renew(used)
            answer = await self._request(method, self._url + path, auth=(self._username, self._secret_key), **options)
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
            raise refused(answer)
        with as_documented():
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
            raise refused(answer)
        with as_documented():
            self._secret_key = str(answer.json()[names.SECRET_KEY])

    async def _request(self, method: str, url: str, **options: Any) -> httpx.Response:
        try:
            headers = {**names.SERIALIZER_HEADER, **options.pop("headers", {})}
            return await self._http.request(method, url, headers=headers, **options)
        except (httpx.RequestError, httpx.InvalidURL) as error:
            raise Unavailable("voicecloud-unavailable", "the voice cloud does not answer") from error


@contextmanager
def as_documented() -> Iterator[None]:
    """Around the reading of an answer that may lack what every such answer has."""
    try:
        yield
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise Unavailable("voicecloud-malformed", "the voice cloud's answer lacks what it should hold") from error


def refused(answer: httpx.Response) -> VoiceError:
    """What an answer means that is no success."""
    status = answer.status_code
    if status == 401:
        return Misconfigured("voicecloud-unauthorised", "the voice cloud refused the API user's secret key or password")
    if status == 403:
        return Misconfigured("voicecloud-forbidden", "the API user lacks a right at the voice cloud")
    if status == 404:
        return Missing("voicecloud-missing", "the voice cloud has no such thing")
    if status == 429:
        return Throttled("voicecloud-throttled", "the voice cloud asks for a pause", pause_s(answer))
    if 400 <= status < 500 and status != httpx.codes.REQUEST_TIMEOUT:
        return InvalidInput("voicecloud-refused", f"the voice cloud refused the request with {status}")
    return Unavailable("voicecloud-unavailable", f"the voice cloud answered {status}")


def pause_s(answer: httpx.Response) -> float:
    """How long the voice cloud asks to wait."""
    return retry_after_s(answer.headers, DEFAULT_PAUSE_S)
