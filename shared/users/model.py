"""A person in both worlds."""

from dataclasses import dataclass
from uuid import UUID

from shared.errors import Misconfigured


class ColumnMissing(Misconfigured):
    """Dynamics lacks a column that says who is who, or whose calls are written: nothing is decided without it."""


def column_missing(column: str) -> ColumnMissing:
    cure = "create it as infra/dynamics/columns.json has it, and publish"
    return ColumnMissing("user-column-missing", f"Dynamics lacks systemuser.{column}: {cure}")


@dataclass(frozen=True)
class LinkedUser:
    """A Dynamics user with the voice-cloud id and e-mail that the configurator has, empty where not set (J1).

    ``object_id`` is the user's in Entra, empty where unknown. ``voice_email``: None while Dynamics lacks the column.
    """

    id: UUID
    name: str
    voice_user_id: str
    voice_email: str | None
    mobile_number: str
    object_id: str = ""

    @property
    def syncs_enterprise_calls(self) -> bool:
        """H1: voice-cloud id and e-mail are set, and Dynamics has a mobile number."""
        return bool(self.voice_user_id and self.voice_email and self.mobile_number)

    @property
    def may_sync_enterprise_calls(self) -> bool:
        """Whether they do by all that is known: an e-mail that cannot be read rules nobody out."""
        return self.syncs_enterprise_calls or bool(
            self.voice_user_id and self.voice_email is None and self.mobile_number
        )


@dataclass(frozen=True)
class Agent:
    """Somebody who is known on both sides: ``id`` is the Dynamics user's, ``voice_id`` the voice-cloud user's."""

    id: str
    voice_id: str
