"""The statuses of an agent, in the words of both sides (E1)."""

from dataclasses import dataclass
from enum import StrEnum


class StatusKind(StrEnum):
    """What a status means on either side (E1)."""

    AVAILABLE = "available"
    BUSY = "busy"
    DND = "dnd"
    OFF_WORK = "off_work"
    AWAY = "away"


@dataclass(frozen=True)
class Presence:
    """One of the presences an Omnichannel administrator has set up; its id is what counts."""

    id: str
    kind: StatusKind
    text: str = ""
