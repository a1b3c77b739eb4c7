"""Who asks: the bearer token checked as Dataverse checks it, mapped to a user, impersonation applied."""

import ssl
from collections.abc import Mapping
from typing import Any, Protocol

import httpx
import jwt

from local.dynamics.data.store import Store
from local.dynamics.data.writing import Caller
from local.dynamics.errors import DataverseError

IMPERSONATION = ("mscrmcallerid", "callerobjectid")


class Keys(Protocol):
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


class Authentication:
    """Bearer tokens for ``audience``, from people and from application users."""

    def __init__(self, store: Store, keys: Keys, audience: str) -> None:
        self._store = store
        self._keys = keys
        self._audience = audience

    async def caller(self, headers: Mapping[str, str]) -> Caller:
        """The caller of a request, header names in lower case. Raises DataverseError 401 or 403."""
        claims = await self._claims(headers.get("authorization", ""))
        user = self._user(claims)
        if user["isdisabled"]:
            raise DataverseError(403, "0x80040225", "The specified user is disabled.")
        return self._impersonated(headers, str(user["systemuserid"]))

    async def _claims(self, authorization: str) -> Mapping[str, Any]:
        scheme, _, token = authorization.partition(" ")
        challenge = {"WWW-Authenticate": f"Bearer authorization_uri=, resource_id={self._audience}"}
        if scheme.lower() != "bearer":
            raise DataverseError(401, "", "The request carries no bearer token.", challenge)
        try:
            key, issuer = await self._keys.key_for(token), await self._keys.issuer()
            claims: Mapping[str, Any] = jwt.decode(
                token, key, algorithms=["RS256"], audience=[self._audience, f"{self._audience}/"], issuer=issuer
            )
        except (jwt.InvalidTokenError, jwt.InvalidKeyError, httpx.HTTPError) as error:
            raise DataverseError(401, "", f"The token is not valid: {error}", challenge) from error
        return claims

    def _user(self, claims: Mapping[str, Any]) -> Mapping[str, Any]:
        column, value = "azureactivedirectoryobjectid", claims.get("oid", "")
        if claims.get("idtyp") == "app":
            column, value = "applicationid", claims.get("appid", "")
        found = self._store.select(self._store.tables["systemuser"], f'"{column}" = ?', [str(value)])
        if not found:
            raise DataverseError(403, "0x80072560", "The user is not a member of the organization.")
        return found[0]

    def _impersonated(self, headers: Mapping[str, str], user_id: str) -> Caller:
        for header, column in zip(IMPERSONATION, ("systemuserid", "azureactivedirectoryobjectid"), strict=True):
            if wanted := headers.get(header):
                users = self._store.tables["systemuser"]
                found = self._store.select(users, f'"{column}" = ?', [wanted.strip("{}").lower()])
                if not found:
                    raise DataverseError(403, "0x80040204", "The user to act on behalf of does not exist.")
                return Caller(str(found[0]["systemuserid"]), on_behalf_by=user_id)
        return Caller(user_id)
