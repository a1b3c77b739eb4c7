"""What Entra writes into tokens: for applications (client credentials) and for people (authorization code + PKCE)."""

import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

from local.entra.directory import Application, Directory, Person
from local.entra.keys import SigningKeys

ACCESS_S = 3600
CODE_S = 300
REFRESH_S = 24 * 3600


class OAuthError(Exception):
    """RFC 6749 section 5.2; ``number`` is Entra's own (AADSTS)."""

    def __init__(self, error: str, number: int, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.status = status
        self.body = {
            "error": error,
            "error_description": f"AADSTS{number}: {description}",
            "error_codes": [number],
            "trace_id": str(uuid4()),
            "correlation_id": str(uuid4()),
        }


@dataclass(frozen=True)
class SignIn:
    """What a person agreed to on the sign-in page; exchanged for tokens once."""

    person: Person
    application: Application
    redirect_uri: str
    scope: str
    nonce: str
    challenge: str
    expires_at: float


class Tokens:
    """Grants of one tenant."""

    def __init__(self, directory: Directory, keys: SigningKeys, issuer: str) -> None:
        self._directory = directory
        self._keys = keys
        self._issuer = issuer
        self._codes: dict[str, SignIn] = {}
        self._refresh: dict[str, SignIn] = {}

    def for_application(self, form: Mapping[str, str]) -> dict[str, object]:
        """Client credentials for ``{resource}/.default``. Raises OAuthError."""
        application = self._application(form)
        if not application.knows_secret(form.get("client_secret", "")):
            raise OAuthError("invalid_client", 7000215, "Invalid client secret provided.", 401)
        scope = form.get("scope", "")
        if not scope.endswith("/.default"):
            raise OAuthError("invalid_scope", 1002012, "The provided value for scope is not valid: use /.default.")
        claims = {
            "aud": scope.removesuffix("/.default"),
            "appid": application.client_id,
            "azp": application.client_id,
            "oid": application.object_id,
            "sub": application.object_id,
            "idtyp": "app",
        }
        return {"token_type": "Bearer", "expires_in": ACCESS_S, "access_token": self._sign(claims)}

    def new_code(self, sign_in: SignIn) -> str:
        code = secrets.token_urlsafe(32)
        self._codes[code] = sign_in
        return code

    def for_code(self, form: Mapping[str, str]) -> dict[str, object]:
        """Exchanges a code, once, for who knows the verifier of its challenge (RFC 7636). Raises OAuthError."""
        application = self._application(form)
        sign_in = self._codes.pop(form.get("code", ""), None)
        if sign_in is None or sign_in.expires_at < time.time() or sign_in.application != application:
            raise OAuthError("invalid_grant", 70008, "The provided authorization code has expired or was used.")
        if form.get("redirect_uri") != sign_in.redirect_uri:
            raise OAuthError("invalid_grant", 50011, "The redirect URI does not match the one of the request.")
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != sign_in.challenge:
            raise OAuthError("invalid_grant", 501481, "The code verifier does not match the challenge.")
        return self._for_person(sign_in)

    def for_refresh(self, form: Mapping[str, str]) -> dict[str, object]:
        """A refresh token is good for one more exchange. Raises OAuthError."""
        application = self._application(form)
        sign_in = self._refresh.pop(form.get("refresh_token", ""), None)
        if sign_in is None or sign_in.expires_at < time.time() or sign_in.application != application:
            raise OAuthError("invalid_grant", 700082, "The refresh token has expired.")
        return self._for_person(sign_in)

    def _for_person(self, sign_in: SignIn) -> dict[str, object]:
        person, application = sign_in.person, sign_in.application
        common = {
            "oid": person.object_id,
            "sub": person.object_id,
            "name": person.name,
            "preferred_username": person.email,
        }
        own = [
            scope for scope in sign_in.scope.split() if scope not in {"openid", "profile", "email", "offline_access"}
        ]
        audience = own[0].rpartition("/")[0] if own else application.client_id
        access = {
            **common,
            "aud": audience,
            "azp": application.client_id,
            "scp": " ".join(scope.rpartition("/")[2] for scope in own),
            "roles": list(person.roles),
        }
        refresh = secrets.token_urlsafe(32)
        self._refresh[refresh] = SignIn(**{**vars(sign_in), "expires_at": time.time() + REFRESH_S})
        return {
            "token_type": "Bearer",
            "scope": sign_in.scope,
            "expires_in": ACCESS_S,
            "access_token": self._sign(access),
            "refresh_token": refresh,
            "id_token": self._sign({**common, "aud": application.client_id, "nonce": sign_in.nonce}),
        }

    def _application(self, form: Mapping[str, str]) -> Application:
        application = self._directory.applications.get(form.get("client_id", ""))
        if application is None:
            raise OAuthError("unauthorized_client", 700016, "The application was not found in the tenant.")
        return application

    def _sign(self, claims: Mapping[str, object]) -> str:
        now = int(time.time())
        common = {
            "iss": self._issuer,
            "tid": self._directory.tenant_id,
            "ver": "2.0",
            "iat": now,
            "nbf": now,
            "exp": now + ACCESS_S,
            "uti": secrets.token_urlsafe(12),
        }
        return self._keys.sign({**common, **claims})
