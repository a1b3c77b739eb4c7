"""Who is signed in, and what they may do (A5)."""

from dataclasses import dataclass

from shared.errors import Forbidden

VOICE_USER = "Voice.User"


@dataclass(frozen=True)
class Person:
    """Who is asking: ``object_id`` (a UUID) is theirs in Entra and in Dynamics, ``roles`` are their app roles."""

    object_id: str
    name: str
    username: str
    roles: frozenset[str]


def require_role(person: Person, role: str) -> None:
    """Raises Forbidden ``role-missing`` (A5)."""
    if role not in person.roles:
        raise Forbidden("role-missing", f"the role {role} is needed; an administrator gives it in Entra ID")
