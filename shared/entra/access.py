"""Checks the access tokens that people's browsers send us (design.md rule 11; RFC 7519, OpenID Connect Discovery)."""

import asyncio
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Self

import httpx
import jwt

from shared.errors import Forbidden, Misconfigured, Unauthorised, Unavailable

ALGORITHMS = ["RS256"]
LEEWAY_S = 60.0
REFRESH_EVERY_S = 300.0
"""How often a key that is not known makes us ask the issuer again, at most."""
SCOPE = "Voice.Use"
VOICE_USER = "Voice.User"


@dataclass(frozen=True)
class Person:
    """Who is asking: ``object_id`` is his in Entra and in Dynamics, ``roles`` are the app roles he has been given."""

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
        self._asked_at: float | None = None
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
                options={"require": ["exp", "iss", "aud"]},
            )
        except jwt.InvalidTokenError as error:
            raise _invalid() from error
        return _person(claims, self._authority)

    async def voice_user(self, authorization: str | None) -> Person:
        """As ``person``, for somebody who may use the phone. Raises Forbidden ``role-missing`` too."""
        person = await self.person(authorization)
        require_role(person, VOICE_USER)
        return person

    async def _key(self, token: str) -> jwt.PyJWK:
        try:
            kid = str(jwt.get_unverified_header(token).get("kid"))
        except jwt.InvalidTokenError as error:
            raise _invalid() from error
        if kid not in self._keys:
            await self._refresh(kid)
        if kid not in self._keys:
            raise _invalid()
        return self._keys[kid]

    async def _refresh(self, kid: str) -> None:
        async with self._asking:
            now = self._clock()
            if kid in self._keys or (self._asked_at is not None and now - self._asked_at < REFRESH_EVERY_S):
                return
            discovered = await self._get(f"{self._authority}/v2.0/.well-known/openid-configuration")
            try:
                keys = jwt.PyJWKSet.from_dict(await self._get(str(discovered["jwks_uri"])))
                self._issuer = str(discovered["issuer"])
            except (jwt.PyJWTError, KeyError) as error:
                raise Unavailable("entra-unavailable", "Entra ID's answer lacks what it should hold") from error
            self._keys = {str(key.key_id): key for key in keys.keys}
            self._asked_at = now

    async def _get(self, url: str) -> dict[str, Any]:
        try:
            answer = await self._http.get(url)
            document: dict[str, Any] = answer.raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise Unavailable("entra-unavailable", "Entra ID does not answer") from error
        return document


def _person(claims: Mapping[str, Any], authority: str) -> Person:
    """A person who uses our API by an application: application tokens have no scope and are refused."""
    if claims.get("tid") != authority.rpartition("/")[2] or SCOPE not in str(claims.get("scp", "")).split():
        raise _invalid()
    return Person(
        object_id=str(claims.get("oid") or ""),
        name=str(claims.get("name") or ""),
        username=str(claims.get("preferred_username") or ""),
        roles=frozenset(claims.get("roles") or ()),
    )


def _invalid() -> Unauthorised:
    return Unauthorised("token-invalid", "the access token is not valid for this app, or has expired")
