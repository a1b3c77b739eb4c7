"""Authorization requests: checked in the order that keeps answers from going to addresses nobody registered."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from local.entra.clients import known_client
from local.entra.directory import Application, Tenant
from local.entra.errors import OAuthError
from local.entra.scopes import RequestedScope, read_scope

SEPARATORS = {"query": "?", "fragment": "#"}


@dataclass(frozen=True)
class WayBack:
    """Where the answer goes: an address the application has registered."""

    application: Application
    address: str
    separator: str
    state: str

    def with_code(self, code: str) -> str:
        return self._with({"code": code})

    def with_error(self, error: OAuthError) -> str:
        return self._with({"error": error.error, "error_description": str(error)})

    def _with(self, answer: Mapping[str, str]) -> str:
        state = {"state": self.state} if self.state else {}
        return f"{self.address}{self.separator}{urlencode({**answer, **state})}"


@dataclass(frozen=True)
class AuthorizationRequest:
    """What the application asks of the person; ``challenge`` is that of RFC 7636, S256."""

    asked: RequestedScope
    challenge: str
    nonce: str
    prompt: str
    login_hint: str


def way_back(query: Mapping[str, str], directory: Tenant) -> WayBack:
    """Raises OAuthError, which must be shown here: there is no address to go back to."""
    application = known_client(directory, query.get("client_id", ""))
    address = query.get("redirect_uri", "")
    if not application.may_redirect_to(address):
        reason = f"The redirect URI '{address}' does not match those configured for the application."
        raise OAuthError("invalid_request", 50011, reason)
    separator = SEPARATORS.get(query.get("response_mode", "query"))
    if separator is None:
        raise OAuthError("invalid_request", 900145, "The response_mode is not supported.")
    return WayBack(application, address, separator, query.get("state", ""))


def read_wish(query: Mapping[str, str], directory: Tenant) -> AuthorizationRequest:
    """Raises OAuthError, which goes back to the application."""
    if query.get("response_type") != "code":
        raise OAuthError("unsupported_response_type", 700054, "The response_type must be 'code'.")
    challenge = query.get("code_challenge", "")
    if not challenge or query.get("code_challenge_method") != "S256":
        raise OAuthError("invalid_request", 9002325, "Proof Key for Code Exchange with S256 is required.")
    asked = read_scope(query.get("scope", ""), directory)
    return AuthorizationRequest(
        asked, challenge, query.get("nonce", ""), query.get("prompt", ""), query.get("login_hint", "")
    )
