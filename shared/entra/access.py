"""Checks the access tokens that people's browsers send us (design.md rule 11; RFC 7519, OpenID Connect Discovery)."""

import asyncio
import math
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import jwt

from shared.errors import Forbidden, Misconfigured, Unauthorised, Unavailable

ALGORITHMS = ["RS256"]
LEEWAY_S = 60.0
REFRESH_EVERY_S = 300.0
"""How often a key that is not known makes us ask the issuer again, at most."""
AWAY_S = 10.0
"""How long an issuer that did not answer is left alone."""
FRESH_S = 86_400.0
"""After that keys are read again even if all are known: one that was withdrawn counts no longer."""
SCOPE = "Voice.Use"
VOICE_USER = "Voice.User"


@dataclass(frozen=True)
class Person:
    """Who is asking: ``object_id`` (a UUID) is his in Entra and in Dynamics, ``roles`` are his app roles."""

    object_id: str
    name: str
    username: str
    roles: frozenset[str]


def require_role(person: Person, role: str) -> None:
    """Raises Forbidden ``role-missing`` (A5)."""
    if role not in person.roles:
        raise Forbidden("role-missing", f"the role {role} is needed; an administrator gives it in Entra ID")


class AccessTokens:
    """The tenant's signing keys, kept; one request at a time asks for new ones."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        authority: str,
        audiences: Collection[str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = http
        self._authority = authority.rstrip("/")
        self._audiences = list(audiences)
        self._clock = clock
        self._asking = asyncio.Lock()
        self._ask_again_at = self._fresh_until = -math.inf
        self._failure: Unavailable | None = None
        self._issuer = ""
        self._keys: dict[str, jwt.PyJWK] = {}

    @classmethod
    def from_settings(cls, environ: Mapping[str, str], http: httpx.AsyncClient) -> Self:
        """Tokens for ``ENTRA_CLIENT_ID``, issued by ``ENTRA_AUTHORITY``."""
        for name in ("ENTRA_AUTHORITY", "ENTRA_CLIENT_ID"):
            if not environ.get(name):
                raise Misconfigured("app-setting-missing", f"the app setting {name} is not set")
        client_id = environ["ENTRA_CLIENT_ID"]
        return cls(http, authority=environ["ENTRA_AUTHORITY"], audiences=(client_id, f"api://{client_id}"))

    async def person(self, authorization: str | None) -> Person:
        """Who an ``Authorization`` header speaks for.

        Raises Unauthorised ``token-missing`` or ``token-invalid``, Unavailable ``entra-unavailable``.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthorised("token-missing", "an access token is needed")
        key = await self._key(token)
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                audience=self._audiences,
                issuer=self._issuer,
                leeway=LEEWAY_S,
                options={"require": ["exp", "iss", "aud", "tid", "oid"]},
            )
        except jwt.InvalidTokenError as error:
            raise _invalid() from error
        return _person(claims, self._issuer)

    async def voice_user(self, authorization: str | None) -> Person:
        """As ``person``, for somebody who may use the phone. Raises Forbidden ``role-missing`` too."""
        person = await self.person(authorization)
        require_role(person, VOICE_USER)
        return person

    async def _key(self, token: str) -> jwt.PyJWK:
        try:
            kid = str(jwt.get_unverified_header(token).get("kid", ""))
        except jwt.InvalidTokenError as error:
            raise _invalid() from error
        if kid not in self._keys or self._clock() >= self._fresh_until:
            await self._refresh()
        if kid in self._keys:
            return self._keys[kid]
        if self._failure is not None:
            raise Unavailable(self._failure.code, self._failure.message) from self._failure
        raise _invalid()

    async def _refresh(self) -> None:
        """Reads the keys unless that was done lately; those known stay while the issuer is away."""
        async with self._asking:
            if self._clock() < self._ask_again_at:
                return
            try:
                await self._read()
            except Unavailable as error:
                self._failure, pause_s = error, AWAY_S
            else:
                self._failure, pause_s = None, REFRESH_EVERY_S
                self._fresh_until = self._clock() + FRESH_S
            self._ask_again_at = self._clock() + pause_s

    async def _read(self) -> None:
        discovered = await self._get(f"{self._authority}/v2.0/.well-known/openid-configuration")
        try:
            published = jwt.PyJWKSet.from_dict(await self._get(str(discovered["jwks_uri"])))
            self._issuer = str(discovered["issuer"])
        except (jwt.PyJWTError, KeyError, TypeError, AttributeError) as error:
            raise Unavailable("entra-unavailable", "Entra ID's answer lacks what it should hold") from error
        self._keys = {key.key_id: key for key in published.keys if key.key_id}

    async def check(self) -> None:
        """Reads the keys as if none were kept, and keeps those there are. Raises Unavailable ``entra-unavailable``."""
        discovered = await self._get(f"{self._authority}/v2.0/.well-known/openid-configuration")
        if not (await self._get(str(discovered.get("jwks_uri")))).get("keys"):
            raise Unavailable("entra-unavailable", "Entra ID names no keys")

    async def _get(self, url: str) -> dict[str, Any]:
        try:
            answer = await self._http.get(url)
            document: dict[str, Any] = answer.raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise Unavailable("entra-unavailable", "Entra ID does not answer") from error
        return document


def _person(claims: Mapping[str, Any], issuer: str) -> Person:
    """A person of the issuer's tenant who uses our API by an application.

    Application tokens have no scope and are refused. So is who cannot be named: nobody's rights would be asked for.
    """
    tenant = urlsplit(issuer).path.strip("/").partition("/")[0]
    if not tenant or claims["tid"] != tenant or SCOPE not in str(claims.get("scp", "")).split():
        raise _invalid()
    try:
        object_id = UUID(str(claims["oid"]))
    except ValueError as error:
        raise _invalid() from error
    return Person(
        object_id=str(object_id),
        name=str(claims.get("name") or ""),
        username=str(claims.get("preferred_username") or ""),
        roles=frozenset(claims.get("roles") or ()),
    )


def _invalid() -> Unauthorised:
    return Unauthorised("token-invalid", "the access token is not valid for this app, or has expired")
