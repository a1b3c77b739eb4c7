"""The people and applications of the tenant, from a JSON file."""

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Person:
    """Somebody who can sign in; ``roles`` are the app roles he has been given."""

    object_id: str
    email: str
    name: str
    roles: Sequence[str] = ()


@dataclass(frozen=True)
class Application:
    """An app registration. A secret makes it confidential; redirect addresses let people sign in to it."""

    client_id: str
    object_id: str
    name: str
    secret: str = ""
    redirect_uris: Sequence[str] = ()
    scopes: Sequence[str] = ()

    def knows_secret(self, given: str) -> bool:
        return bool(self.secret) and hmac.compare_digest(self.secret.encode(), given.encode())


@dataclass(frozen=True)
class Directory:
    """One tenant."""

    tenant_id: str
    people: Mapping[str, Person] = field(default_factory=dict)
    applications: Mapping[str, Application] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> "Directory":
        document: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        people = [Person(**one) for one in document["people"]]
        applications = [Application(**one) for one in document["applications"]]
        return cls(
            tenant_id=document["tenant_id"],
            people={person.object_id: person for person in people},
            applications={application.client_id: application for application in applications},
        )
