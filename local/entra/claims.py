"""What Entra writes into its tokens.

Our own APIs get access tokens of version 2; Microsoft's resources, Dataverse among them, those of version 1. Both name
the one issuer of this tenant.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from local.entra.directory import Application, Tenant, TenantUser

ACCESS_S = 3600

Claims = dict[str, object]


@dataclass(frozen=True)
class Resource:
    """Whom a token is for. ``api`` is None for a resource of Microsoft's, named by its address."""

    audience: str
    api: Application | None = None

    @property
    def version(self) -> str:
        return "2.0" if self.api else "1.0"


@dataclass(eq=False, repr=False)
class ClaimsWriter:
    """Claims in one tenant; ``now`` is in seconds since 1970."""

    directory: Tenant
    issuer: str

    def for_application(self, application: Application, resource: Resource, now: int) -> Claims:
        """An application in its own name (client credentials)."""
        return {
            **self._common(now),
            **_client(application, resource),
            "aud": resource.audience,
            "idtyp": "app",
            "oid": application.object_id,
            "sub": application.object_id,
            **({"roles": list(application.roles)} if resource.api and application.roles else {}),
            "ver": resource.version,
        }

    def for_person(
        self, person: TenantUser, application: Application, resource: Resource, scopes: Sequence[str], now: int
    ) -> Claims:
        """A person who uses an application; the roles are those at our API."""
        name = {"preferred_username": person.email} if resource.api else {"upn": person.email}
        return {
            **self._common(now),
            **_client(application, resource),
            **name,
            "aud": resource.audience,
            "name": person.name,
            "oid": person.object_id,
            "scp": " ".join(scopes),
            "sub": _pairwise(person, resource.audience),
            **({"roles": list(person.roles)} if resource.api and person.roles else {}),
            "ver": resource.version,
        }

    def identity(self, person: TenantUser, application: Application, nonce: str, now: int) -> Claims:
        """An id token: who signed in, for the application itself (OpenID Connect Core section 2)."""
        return {
            **self._common(now),
            "aud": application.client_id,
            "name": person.name,
            **({"nonce": nonce} if nonce else {}),
            "oid": person.object_id,
            "preferred_username": person.email,
            **({"roles": list(person.roles)} if person.roles else {}),
            "sub": _pairwise(person, application.client_id),
            "ver": "2.0",
        }

    def _common(self, now: int) -> Claims:
        return {
            "iss": self.issuer,
            "tid": self.directory.tenant_id,
            "iat": now,
            "nbf": now,
            "exp": now + ACCESS_S,
            "uti": secrets.token_urlsafe(16),
        }


def _client(application: Application, resource: Resource) -> Mapping[str, str]:
    """Who asked, and how it proved that: 1 with a secret, 0 a public client."""
    proof = "1" if application.secret else "0"
    if resource.api:
        return {"azp": application.client_id, "azpacr": proof}
    return {"appid": application.client_id, "appidacr": proof}


def _pairwise(person: TenantUser, audience: str) -> str:
    """The same person has another ``sub`` for each audience, so that two of them cannot compare notes."""
    return hashlib.sha256(f"{person.object_id} {audience}".encode()).hexdigest()[:43]
