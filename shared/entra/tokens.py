"""Access tokens for the systems we call (design.md rule 11): by client secret, or by managed identity in Azure."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self

import msal
import requests
from azure.core.credentials import AccessToken
from requests.adapters import HTTPAdapter

from shared.errors import Misconfigured, Unavailable

RENEW_BEFORE_S = 300
REQUEST_TIME_OUT_S = 10


class _Application(Protocol):
    """Either kind of msal application."""

    def __call__(self, resource: str) -> dict[str, Any]: ...


@dataclass(frozen=True)
class _Token:
    text: str
    expires_at: float


class TokenSource:
    """Tokens by resource, kept in memory until five minutes before they expire; one request at a time per resource."""

    def __init__(self, application: Callable[[], _Application], clock: Callable[[], float] = time.time) -> None:
        self._make = application
        self._clock = clock
        self._application: _Application | None = None
        self._tokens: dict[str, _Token] = {}
        self._flights: dict[str, asyncio.Task[_Token]] = {}

    @classmethod
    def from_settings(cls, environ: Mapping[str, str]) -> Self:
        """By ``ENTRA_AUTHORITY``, ``ENTRA_CLIENT_ID`` and ``ENTRA_CLIENT_SECRET``; without a secret by identity."""
        secret = environ.get("ENTRA_CLIENT_SECRET")
        if not secret:
            return cls.of_identity(environ)
        for name in ("ENTRA_AUTHORITY", "ENTRA_CLIENT_ID"):
            if not environ.get(name):
                raise Misconfigured("app-setting-missing", f"the app setting {name} is not set")
        return cls(lambda: _client_secret(environ["ENTRA_AUTHORITY"], environ["ENTRA_CLIENT_ID"], secret))

    @classmethod
    def of_identity(cls, environ: Mapping[str, str]) -> Self:
        """The app's managed identity: the system-assigned one, or the one that ``AZURE_CLIENT_ID`` names."""
        return cls(lambda: _managed_identity(environ.get("AZURE_CLIENT_ID")))

    async def token(self, resource: str) -> str:
        """An access token for ``resource`` (an address, without a slash at its end).

        Raises Misconfigured ``entra-refused``, Unavailable ``entra-unavailable``.
        """
        return (await self.expiring(resource))[0]

    async def expiring(self, resource: str) -> tuple[str, float]:
        """As ``token``, with the time it expires at, in seconds since 1970."""
        kept = self._tokens.get(resource)
        if kept is None or kept.expires_at - RENEW_BEFORE_S < self._clock():
            kept = await self._fetched(resource)
        return kept.text, kept.expires_at

    async def check(self, resource: str) -> None:
        """Asks for a token as if none was kept. Raises as ``token``."""
        await asyncio.to_thread(self._answer, self._make, resource)

    def forget(self, resource: str, refused: str) -> None:
        """Drops a token that was refused, and msal's application, whose own cache would give it again.

        Many requests may have been refused with the same token: what was fetched since the first of them stays.
        """
        kept = self._tokens.get(resource)
        if kept and kept.text == refused:
            del self._tokens[resource]
            self._application = None

    async def _fetched(self, resource: str) -> _Token:
        """Who asks while a request is on its way waits for that one, and shares its failure too."""
        flight = self._flights.get(resource)
        if flight is None:
            flight = self._flights[resource] = asyncio.create_task(self._fetch(resource))
            flight.add_done_callback(lambda _: self._flights.pop(resource))
        return await asyncio.shield(flight)

    async def _fetch(self, resource: str) -> _Token:
        token = await asyncio.to_thread(self._ask, resource)
        self._tokens[resource] = token
        return token

    def _ask(self, resource: str) -> _Token:
        return self._answer(self._kept, resource)

    def _kept(self) -> _Application:
        self._application = self._application or self._make()
        return self._application

    def _answer(self, application: Callable[[], _Application], resource: str) -> _Token:
        try:
            answer = application()(resource)
        except requests.RequestException as error:
            raise Unavailable("entra-unavailable", "the token service does not answer") from error
        except ValueError as error:  # msal: what the authority or the identity endpoint said cannot be used
            raise Misconfigured(
                "entra-refused", "the token service's answer cannot be used: check ENTRA_AUTHORITY"
            ) from error
        if "access_token" not in answer:
            reason = _reason(answer)
            raise Misconfigured("entra-refused", f"the token service refused the app's credentials: {reason}")
        return _Token(answer["access_token"], self._clock() + int(answer["expires_in"]))


def _reason(answer: Mapping[str, Any]) -> str:
    """Entra's number for what is wrong, such as AADSTS7000215; its text may name what it was given."""
    numbers = answer.get("error_codes")
    return f"AADSTS{numbers[0]}" if numbers else str(answer.get("error", "unknown"))


@dataclass(eq=False, repr=False)
class ResourceCredential:
    """The same tokens in the form the Azure SDKs ask for them."""

    tokens: TokenSource

    async def get_token(self, *scopes: str, **_options: Any) -> AccessToken:
        """``scopes`` holds one ``{resource}/.default``."""
        text, expires_at = await self.tokens.expiring(scopes[0].removesuffix("/.default"))
        return AccessToken(text, int(expires_at))

    async def close(self) -> None:
        """Nothing is held open."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _client_secret(authority: str, client_id: str, secret: str) -> _Application:
    application = msal.ConfidentialClientApplication(
        client_id,
        client_credential=secret,
        authority=authority,
        instance_discovery=False,
        timeout=REQUEST_TIME_OUT_S,
    )
    return lambda resource: application.acquire_token_for_client([f"{resource}/.default"])


def _managed_identity(client_id: str | None) -> _Application:
    identity = (
        msal.UserAssignedManagedIdentity(client_id=client_id) if client_id else msal.SystemAssignedManagedIdentity()
    )
    http = requests.Session()
    for scheme in ("http://", "https://"):
        http.mount(scheme, _Bounded())
    application = msal.ManagedIdentityClient(identity, http_client=http)
    return lambda resource: application.acquire_token_for_client(resource=resource)


class _Bounded(HTTPAdapter):
    """Ends requests in time: msal sets no limit for those to the identity endpoint."""

    def send(  # type: ignore[override]  # the arguments of ``requests`` are passed by name
        self, request: Any, *, timeout: Any = None, **options: Any
    ) -> requests.Response:
        return super().send(request, timeout=timeout or REQUEST_TIME_OUT_S, **options)
