"""Who asks: the bearer token checked as Dataverse checks it, mapped to a user, impersonation applied."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import httpx
import jwt

from local.dynamics.data.model import Caller
from local.dynamics.data.store import Store
from local.dynamics.errors import DataverseError, lacks_privilege
from local.dynamics.privileges import ACT_FOR_OTHERS, Privileges

IMPERSONATION = {"callerobjectid": "azureactivedirectoryobjectid", "mscrmcallerid": "systemuserid"}
"""Headers that name the user to act for, and the column each is compared with; the first is preferred."""


class SigningKeySource(Protocol):
    """Finds the key that signed a token."""

    async def key_for(self, token: str) -> Any: ...

    async def issuer(self) -> str: ...


class PublishedKeys:
    """The keys an authority publishes, read once and again when a token names an unknown one."""

    def __init__(self, authority: str, tls: ssl.SSLContext | bool = True) -> None:
        self._http = httpx.AsyncClient(verify=tls, timeout=5)
        self._discovery = f"{authority.rstrip('/')}/v2.0/.well-known/openid-configuration"
        self._document: Mapping[str, Any] = {}
        self._keys: dict[str, Any] = {}

    async def issuer(self) -> str:
        if not self._document:
            self._document = (await self._http.get(self._discovery)).raise_for_status().json()
        return str(self._document["issuer"])

    async def key_for(self, token: str) -> Any:
        kid = jwt.get_unverified_header(token).get("kid")
        if kid not in self._keys:
            await self.issuer()
            published = (await self._http.get(self._document["jwks_uri"])).raise_for_status().json()
            self._keys = {one["kid"]: jwt.PyJWK(one).key for one in published["keys"]}
        if kid not in self._keys:
            raise jwt.InvalidKeyError("the token is signed with an unknown key")
        return self._keys[kid]

    async def close(self) -> None:
        await self._http.aclose()


class GivenKeys:
    """One public key of one issuer, known beforehand."""

    def __init__(self, issuer: str, key: Any) -> None:
        self._issuer = issuer
        self._key = key

    async def issuer(self) -> str:
        return self._issuer

    async def key_for(self, _token: str) -> Any:
        return self._key


@dataclass(eq=False, repr=False)
class Authentication:
    """Bearer tokens for ``audience``, from people and from application users."""

    store: Store
    keys: SigningKeySource
    audience: str
    privileges: Privileges

    async def caller(self, headers: Mapping[str, str]) -> Caller:
        """The caller of a request, header names in lower case. Raises DataverseError 401 or 403."""
        claims = await self._claims(headers.get("authorization", ""))
        user = self._user(claims)
        _check_enabled(user)
        return self.impersonated(headers, Caller(str(user["systemuserid"])))

    def impersonated(self, headers: Mapping[str, str], caller: Caller) -> Caller:
        """The user that the headers name, otherwise the caller as is. Acting for oneself is not impersonation.

        A part of a batch may name another user than the batch. Raises DataverseError 403 without the privilege, and
        for a user who is unknown or disabled.
        """
        own_id = caller.on_behalf_by or caller.user_id
        for header, column in IMPERSONATION.items():
            if wanted := headers.get(header):
                if not self.privileges.has(own_id, ACT_FOR_OTHERS):
                    raise lacks_privilege(own_id, ACT_FOR_OTHERS)
                found = self._find(column, wanted.strip("{}"))
                if found is None:
                    raise _stranger()
                _check_enabled(found)
                other = str(found["systemuserid"])
                return Caller(other, on_behalf_by=own_id if other != own_id else None)
        return caller

    async def _claims(self, authorization: str) -> Mapping[str, Any]:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise await self._challenge("The request carries no bearer token.")
        try:
            key, issuer = await self.keys.key_for(token), await self.keys.issuer()
            claims: Mapping[str, Any] = jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                audience=[self.audience, f"{self.audience}/"],
                issuer=issuer,
                options={"require": ["exp", "nbf", "aud", "iss"]},
            )
        except (jwt.InvalidTokenError, jwt.InvalidKeyError) as error:
            raise await self._challenge(f"The token is not valid: {error}.") from error
        except httpx.HTTPError as error:
            raise DataverseError(503, "", "The authority's keys cannot be read.") from error
        return claims

    async def _challenge(self, message: str) -> DataverseError:
        try:
            authority = (await self.keys.issuer()).removesuffix("/v2.0")
        except httpx.HTTPError:
            authority = ""
        challenge = f"Bearer authorization_uri={authority}/oauth2/authorize, resource_id={self.audience}/"
        return DataverseError(401, "", message, {"WWW-Authenticate": challenge})

    def _user(self, claims: Mapping[str, Any]) -> Mapping[str, Any]:
        """The user of a person's ``oid``, or the application user of an application's ``appid`` or ``azp``."""
        column, value = "azureactivedirectoryobjectid", claims.get("oid")
        if claims.get("idtyp") == "app" or "scp" not in claims:
            column, value = "applicationid", claims.get("appid") or claims.get("azp")
        found = self._find(column, str(value or ""))
        if found is None:
            raise _stranger()
        return found

    def _find(self, column: str, value: str) -> Mapping[str, Any] | None:
        found = self.store.select(self.store.tables["systemuser"], f'"{column}" = ?', [value.lower()])
        return found[0] if found else None


def _stranger() -> DataverseError:
    return DataverseError(403, "0x80072560", "The user is not a member of the organization.")


def _check_enabled(user: Mapping[str, Any]) -> None:
    if user["isdisabled"]:
        raise DataverseError(403, "0x80040225", f"The specified user(Id = {user['systemuserid']}) is disabled.")
