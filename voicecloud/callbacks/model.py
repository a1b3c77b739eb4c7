"""A callback request and its events. Numbers stay as the network gave them: bad input is not to be hidden."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from shared.clock import to_iso

MAX_NUMBER = 64
MAX_NOTE = 4_000


class CallbackState(StrEnum):
    OPEN = "Open"
    CLOSED = "Closed"


class Reason(StrEnum):
    """Why there is a callback."""

    CALLER_CHOICE = "CallerChoice"
    MISSED_CALL = "MissedCall"
    DROPPED_CALL = "DroppedCall"
    VOICEMAIL = "Voicemail"
    MANUAL = "Manual"


@dataclass(frozen=True)
class CallbackRequest:
    """``caller_number`` is empty when withheld. ``id`` sorts by ``created_at``."""

    id: str
    list_id: str
    caller_number: str
    created_at: datetime
    modified_at: datetime
    reason: Reason = Reason.MANUAL
    note: str = ""
    queue_id: str = ""
    queue_name: str = ""
    call_id: str = ""
    closed_at: datetime | None = None
    closed_by: str = ""
    close_note: str = ""

    @property
    def state(self) -> CallbackState:
        return CallbackState.CLOSED if self.closed_at else CallbackState.OPEN

    def to_json(self) -> dict[str, Any]:
        """The row that the API shows."""
        return {
            "Id": self.id,
            "ListId": self.list_id,
            "State": self.state.value,
            "CallerNumber": self.caller_number,
            "QueueId": self.queue_id or None,
            "QueueName": self.queue_name or None,
            "CreatedTime": to_iso(self.created_at),
            "ModifiedTime": to_iso(self.modified_at),
            "Reason": self.reason.value,
            "Note": self.note,
            "CallId": self.call_id or None,
            "ClosedTime": to_iso(self.closed_at) if self.closed_at else None,
            "ClosedBy": self.closed_by or None,
            "CloseNote": self.close_note or None,
        }


@dataclass(frozen=True)
class NewCallback:
    """What is known when somebody wants to be called back."""

    list_id: str
    caller_number: str
    reason: Reason = Reason.MANUAL
    note: str = ""
    queue_id: str = ""
    queue_name: str = ""
    call_id: str = ""


@dataclass(frozen=True)
class Search:
    """Callbacks of one list, oldest first: created at or after, and before; ``state`` None means any."""

    list_id: str
    state: CallbackState | None
    created_after: datetime | None
    created_before: datetime | None
    max_count: int
