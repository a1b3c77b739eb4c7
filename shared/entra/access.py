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

from shared.entra.roles import VOICE_USER, Person, require_role
from shared.errors import Misconfigured, Throttled, Unauthorised, Unavailable

ALGORITHMS = ["RS256"]
LEEWAY_S = 60.0
PAUSE_S = 10.0
"""The least time between two readings of the issuer's keys, whoever causes them and however they end."""
LONGEST_PAUSE_S = 60.0
"""A key that the issuer did not have is asked for again after ``PAUSE_S``, then twice as long each time, up to this: a
rotation may be under way. All keys that are not known share one reading in ``PAUSE_S``."""
MOST_UNKNOWN, LONGEST_KID = 1000, 256
FRESH_S = 86_400.0
"""After that a known key counts only once the issuer has been read again: one that was withdrawn is gone then."""
AHEAD_S = 3600.0
"""So long before that the keys are read in the background, while the known ones serve."""
SCOPE = "Voice.Use"


@dataclass(frozen=True)
class _Unknown:
    """A key that the issuer did not have: refused without another reading ``until`` then."""

    until: float
    pause_s: float


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
        self._reading: asyncio.Task[None] | None = None
        self._ask_again_at = self._fresh_until = -math.inf
        self._unknown: dict[str, _Unknown] = {}
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

        Raises Unauthorised ``token-missing`` or ``token-invalid``, Unavailable ``entra-unavailable``; Throttled with
        that code where it is known when to come back.
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
        except (jwt.InvalidTokenError, ValueError, OverflowError, RecursionError) as error:
            raise _invalid() from error
        return _person(claims, self._issuer)

    async def voice_user(self, authorization: str | None) -> Person:
        """As ``person``, for somebody who may use the phone. Raises Forbidden ``role-missing`` too."""
        person = await self.person(authorization)
        require_role(person, VOICE_USER)
        return person

    async def _key(self, token: str) -> jwt.PyJWK:
        """A known key is never waited for but when it is a day old. A key that is not known is asked for, ever more
        rarely; what strangers invent delays a key that is really new by ``PAUSE_S`` at most."""
        kid, now = _kid(token), self._clock()
        if kid not in self._keys:
            await self._ask_for(kid)
        elif now >= self._fresh_until:
            await self._refresh()
        elif now >= self._fresh_until - AHEAD_S:
            self._flight()
        if kid in self._keys:
            return self._keys[kid]
        raise _invalid()

    async def _ask_for(self, kid: str) -> None:
        """Raises Unauthorised for a key the issuer did not have lately, Throttled while it may not be asked yet."""
        now = self._clock()
        if kid in self._unknown and now < self._unknown[kid].until:
            raise _invalid()
        if self._reading is None and now < self._ask_again_at:
            failure = self._failure or Unavailable("entra-unavailable", "a key that is not known yet is asked for soon")
            raise Throttled(failure.code, failure.message, self._ask_again_at - now)
        await self._refresh()
        if self._failure is not None:
            raise Unavailable(self._failure.code, self._failure.message) from self._failure
        if kid not in self._keys:
            self._miss(kid)

    def _miss(self, kid: str) -> None:
        """Counted once a reading, however many have waited for it."""
        now, before = self._clock(), self._unknown.get(kid)
        if before and now < before.until:
            return
        self._unknown.pop(kid, None)
        while len(self._unknown) >= MOST_UNKNOWN:
            self._unknown.pop(next(iter(self._unknown)))
        pause_s = min(before.pause_s * 2, LONGEST_PAUSE_S) if before else PAUSE_S
        self._unknown[kid] = _Unknown(now + pause_s, pause_s)

    async def _refresh(self) -> None:
        """Reads the keys unless that was done lately; those known stay while the issuer is away."""
        if flight := self._flight():
            await asyncio.shield(flight)

    def _flight(self) -> asyncio.Task[None] | None:
        """The reading under way: a new one where none is and the pause is over."""
        if self._reading is None and self._clock() >= self._ask_again_at:
            self._reading = asyncio.create_task(self._read_once())
        return self._reading

    async def _read_once(self) -> None:
        try:
            await self._read()
        except Unavailable as error:
            self._failure = error
        else:
            self._failure = None
            self._fresh_until = self._clock() + FRESH_S
        finally:
            self._ask_again_at = self._clock() + PAUSE_S
            self._reading = None

    async def _read(self) -> None:
        discovered = await self._get(f"{self._authority}/v2.0/.well-known/openid-configuration")
        try:
            published = jwt.PyJWKSet.from_dict(await self._get(str(discovered["jwks_uri"])))
            self._issuer = str(discovered["issuer"])
        except (jwt.PyJWTError, KeyError, TypeError, AttributeError, ValueError) as error:
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
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError) as error:
            raise Unavailable("entra-unavailable", "Entra ID does not answer") from error
        return document


def _kid(token: str) -> str:
    """The key a token names. What is no token is refused in whatever way it is none."""
    try:
        kid = jwt.get_unverified_header(token).get("kid")
    except (jwt.InvalidTokenError, ValueError, RecursionError) as error:
        raise _invalid() from error
    if not isinstance(kid, str) or not 0 < len(kid) <= LONGEST_KID:
        raise _invalid()
    return kid


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
        roles=_texts(claims.get("roles")),
    )


def _texts(claim: object) -> frozenset[str]:
    """A claim that is a list of texts; anything else grants nothing."""
    return frozenset(one for one in claim if isinstance(one, str)) if isinstance(claim, list) else frozenset()


def _invalid() -> Unauthorised:
    return Unauthorised("token-invalid", "the access token is not valid for this app, or has expired")
