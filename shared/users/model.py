"""A person in both worlds."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class LinkedUser:
    """A Dynamics user with the voice-cloud id and e-mail that the configurator has, empty where not set (J1).

    ``object_id`` is the user's in Entra, empty where unknown.
    """

    id: UUID
    name: str
    voice_user_id: str
    voice_email: str
    mobile_number: str
    object_id: str = ""

    @property
    def syncs_enterprise_calls(self) -> bool:
        """H1: voice-cloud id and e-mail are set, and Dynamics has a mobile number."""
        return bool(self.voice_user_id and self.voice_email and self.mobile_number)


@dataclass(frozen=True)
class Agent:
    """Somebody who is known on both sides: ``id`` is the Dynamics user's, ``voice_id`` the voice-cloud user's."""

    id: str
    voice_id: str
