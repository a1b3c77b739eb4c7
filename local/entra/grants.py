"""The three ways to a token: client credentials, authorization code with PKCE, refresh token."""

import base64
import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from local.entra.claims import ACCESS_S, ClaimsWriter
from local.entra.clients import Form, proven_client, required
from local.entra.directory import Application, Tenant, TenantUser
from local.entra.errors import OAuthError
from local.entra.keys import SigningKeys
from local.entra.scopes import DEFAULT, RequestedScope, find_resource, read_scope

CODE_S = 600
REFRESH_S = 24 * 3600
"""A refresh token of a single-page application ends a day after the sign-in, however often it was exchanged."""

Answer = dict[str, object]


@dataclass(frozen=True)
class GrantedSignIn:
    """What somebody agreed to on the sign-in page. ``until``: when the code or refresh token of it ends."""

    person: TenantUser
    application: Application
    redirect_uri: str
    asked: RequestedScope
    nonce: str
    challenge: str
    until: float = 0.0


class Grants:
    """The token endpoint of one tenant, without its HTTP. Codes and refresh tokens live in memory."""

    def __init__(
        self, directory: Tenant, keys: SigningKeys, issuer: str, clock: Callable[[], float] = time.time
    ) -> None:
        self._directory = directory
        self._keys = keys
        self._claims = ClaimsWriter(directory, issuer)
        self._clock = clock
        self._codes: dict[str, GrantedSignIn] = {}
        self._redeemed: set[str] = set()
        self._refresh: dict[str, GrantedSignIn] = {}
        self._by_name: dict[str, Callable[[Form], Answer]] = {
            "client_credentials": self._for_application,
            "authorization_code": self._for_code,
            "refresh_token": self._for_refresh,
        }

    def token(self, form: Form) -> Answer:
        """The answer to a form of the token endpoint. Raises OAuthError."""
        grant = self._by_name.get(required(form, "grant_type"))
        if grant is None:
            raise OAuthError("unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
        return grant(form)

    def new_code(self, sign_in: GrantedSignIn) -> str:
        """A code that is good for one exchange within ten minutes."""
        code = secrets.token_urlsafe(32)
        self._codes[code] = replace(sign_in, until=self._clock() + CODE_S)
        return code

    def _for_application(self, form: Form) -> Answer:
        application = proven_client(self._directory, form, needs_secret=True)
        scope = required(form, "scope")
        address, _, permission = scope.rpartition("/")
        if permission != DEFAULT:
            reason = f"The provided value for scope {scope} is not valid: it must be a resource with /.default."
            raise OAuthError("invalid_scope", 1002012, reason)
        claims = self._claims.for_application(application, find_resource(address, self._directory), self._now())
        return {"token_type": "Bearer", **_lifetime(), "access_token": self._keys.sign(claims)}

    def _for_code(self, form: Form) -> Answer:
        """Who knows the verifier of the challenge gets the tokens, once (RFC 7636 section 4.6)."""
        application = proven_client(self._directory, form)
        sign_in = self._redeem(required(form, "code"))
        if sign_in.application != application or form.get("redirect_uri") != sign_in.redirect_uri:
            raise OAuthError("invalid_grant", 500112, "The client or its reply address is not the one of the code.")
        if _challenge(form.get("code_verifier", "")) != sign_in.challenge:
            raise OAuthError("invalid_grant", 501481, "The Code_Verifier does not match the code_challenge.")
        return self._for_person(replace(sign_in, until=self._clock() + REFRESH_S))

    def _redeem(self, code: str) -> GrantedSignIn:
        if code in self._redeemed:
            raise OAuthError("invalid_grant", 54005, "OAuth2 Authorization code was already redeemed.")
        sign_in = self._codes.pop(code, None)
        if sign_in is None or sign_in.until < self._clock():
            raise OAuthError("invalid_grant", 70008, "The provided authorization code has expired or is not known.")
        self._redeemed.add(code)
        return sign_in

    def _for_refresh(self, form: Form) -> Answer:
        """New tokens, also for another resource; the refresh token given is used up."""
        application = proven_client(self._directory, form)
        sign_in = self._refresh.pop(required(form, "refresh_token"), None)
        if sign_in is None or sign_in.application != application:
            raise OAuthError("invalid_grant", 9002313, "The refresh token is malformed or was used before.")
        if sign_in.until < self._clock():
            raise OAuthError("invalid_grant", 700084, "The refresh token of the single-page app has expired.")
        if scope := form.get("scope"):
            asked = read_scope(scope, self._directory)
            sign_in = replace(sign_in, asked=replace(asked, openid=asked.openid | sign_in.asked.openid))
        return self._for_person(replace(sign_in, nonce=""))

    def _for_person(self, sign_in: GrantedSignIn) -> Answer:
        person, application, asked, now = sign_in.person, sign_in.application, sign_in.asked, self._now()
        access = self._claims.for_person(person, application, asked.resource, asked.permissions, now)
        answer: Answer = {
            "token_type": "Bearer",
            "scope": asked.granted(),
            **_lifetime(),
            "access_token": self._keys.sign(access),
        }
        if "offline_access" in asked.openid:
            refresh = secrets.token_urlsafe(48)
            self._refresh[refresh] = sign_in
            answer["refresh_token"] = refresh
        if "openid" in asked.openid:
            answer["id_token"] = self._keys.sign(self._claims.identity(person, application, sign_in.nonce, now))
        return answer

    def _now(self) -> int:
        return int(self._clock())


def _lifetime() -> Answer:
    return {"expires_in": ACCESS_S, "ext_expires_in": ACCESS_S}


def _challenge(verifier: str) -> str:
    """RFC 7636 section 4.2, S256."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
