"""Access tokens for the systems we call (design.md rule 11): by client secret, or by managed identity in Azure."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self

import msal
import requests
from azure.core.credentials import AccessToken

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

    def __init__(self, application: Callable[[], _Application]) -> None:
        self._make = application
        self._application: _Application | None = None
        self._tokens: dict[str, _Token] = {}
        self._locks: dict[str, asyncio.Lock] = {}

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
        return (await self._token(resource)).text

    def forget(self, resource: str) -> None:
        """Drops a token that was refused, and msal's application, whose own cache would give it again."""
        self._tokens.pop(resource, None)
        self._application = None

    async def _token(self, resource: str) -> _Token:
        async with self._locks.setdefault(resource, asyncio.Lock()):
            kept = self._tokens.get(resource)
            if kept is None or kept.expires_at - RENEW_BEFORE_S < time.time():
                kept = await asyncio.to_thread(self._ask, resource)
                self._tokens[resource] = kept
            return kept

    def _ask(self, resource: str) -> _Token:
        try:
            self._application = self._application or self._make()
            answer = self._application(resource)
        except requests.RequestException as error:
            raise Unavailable("entra-unavailable", "the token service does not answer") from error
        except ValueError as error:  # msal: the authority's configuration could not be read
            raise Misconfigured("entra-refused", "ENTRA_AUTHORITY is not a token authority") from error
        if "access_token" not in answer:
            code = str(answer.get("error_codes") or answer.get("error") or "unknown")
            raise Misconfigured("entra-refused", f"the token service refused the app's credentials: {code}")
        return _Token(answer["access_token"], time.time() + int(answer["expires_in"]))


class ResourceCredential:
    """The same tokens in the form the Azure SDKs ask for them."""

    def __init__(self, tokens: TokenSource) -> None:
        self._tokens = tokens

    async def get_token(self, *scopes: str, **_options: Any) -> AccessToken:
        """``scopes`` holds one ``{resource}/.default``."""
        token = await self._tokens._token(scopes[0].removesuffix("/.default"))  # noqa: SLF001 (the same module)
        return AccessToken(token.text, int(token.expires_at))

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
    application = msal.ManagedIdentityClient(identity, http_client=requests.Session())
    return lambda resource: application.acquire_token_for_client(resource=resource)
