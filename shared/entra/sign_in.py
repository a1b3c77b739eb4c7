"""What a browser needs to sign a person in: OIDC authorization code with PKCE, as a public client."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from shared.entra.access import SCOPE
from shared.errors import Misconfigured


@dataclass(frozen=True)
class SignIn:
    """``authority`` is the address browsers reach Entra at, ``client_id`` the web phone's app registration."""

    authority: str
    client_id: str
    scope: str

    @classmethod
    def from_settings(cls, environ: Mapping[str, str]) -> Self:
        """By ``PHONE_CLIENT_ID``, and ``PHONE_AUTHORITY`` where browsers go another way than ``ENTRA_AUTHORITY``."""
        if not environ.get("PHONE_CLIENT_ID"):
            raise Misconfigured("app-setting-missing", "the app setting PHONE_CLIENT_ID is not set")
        authority = environ.get("PHONE_AUTHORITY") or environ.get("ENTRA_AUTHORITY", "")
        scope = f"api://{environ.get('ENTRA_CLIENT_ID', '')}/{SCOPE}"
        return cls(authority.rstrip("/"), environ["PHONE_CLIENT_ID"], scope)

    @property
    def origin(self) -> str:
        parts = urlsplit(self.authority)
        return f"{parts.scheme}://{parts.netloc}"

    def to_json(self) -> dict[str, str]:
        return {"authority": self.authority, "clientId": self.client_id, "scope": f"openid profile {self.scope}"}
