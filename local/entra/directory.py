"""The people and app registrations of one tenant, from a JSON file."""

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import SplitResult, urlsplit


@dataclass(frozen=True)
class TenantUser:
    """Somebody who can sign in; ``roles`` are the app roles they have been given."""

    object_id: str
    email: str
    name: str
    roles: Sequence[str] = ()

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.name.split()[:2]).upper()


@dataclass(frozen=True)
class Application:
    """An app registration.

    A secret makes it confidential; redirect addresses let people sign in to it from the browser; an identifier address
    and scopes make it an API that others ask tokens for. ``roles`` are those it has been given itself.
    """

    client_id: str
    object_id: str
    name: str
    secret: str = ""
    secret_expired: bool = False
    redirect_uris: Sequence[str] = ()
    identifier_uri: str = ""
    scopes: Sequence[str] = ()
    roles: Sequence[str] = ()

    def knows_secret(self, given: str) -> bool:
        return bool(self.secret) and hmac.compare_digest(self.secret.encode(), given.encode())

    def may_redirect_to(self, address: str) -> bool:
        """Exactly as registered; only the port of localhost is free (RFC 8252 section 7.3)."""
        return any(_same(urlsplit(address), urlsplit(registered)) for registered in self.redirect_uris)

    def may_call_from(self, origin: str) -> bool:
        """Whether a page of this origin is one of the application's own."""
        return self.may_redirect_to(origin) or any(
            _same(urlsplit(origin), urlsplit(address)._replace(path="")) for address in self.redirect_uris
        )


@dataclass(frozen=True)
class Tenant:
    """One tenant."""

    tenant_id: str
    people: Mapping[str, TenantUser] = field(default_factory=dict)
    applications: Mapping[str, Application] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Self:
        document: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        people = [TenantUser(**one) for one in document["people"]]
        applications = [Application(**one) for one in document["applications"]]
        return cls(
            tenant_id=document["tenant_id"],
            people={person.object_id: person for person in people},
            applications={application.client_id: application for application in applications},
        )

    def api(self, address: str) -> Application | None:
        """The registered API with this identifier address or client id."""
        for application in self.applications.values():
            if application.identifier_uri and address in {application.identifier_uri, application.client_id}:
                return application
        return None


def _same(given: SplitResult, registered: SplitResult) -> bool:
    if given.hostname == registered.hostname == "localhost":
        given, registered = (one._replace(netloc="localhost") for one in (given, registered))
    return given == registered
