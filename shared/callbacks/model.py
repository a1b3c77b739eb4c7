"""A callback request on its way from the voice cloud into Dynamics (F1-F4, K6)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.clock import to_iso

SUBJECT = "Callback Request"
CLOSE_NOTE = "Handled by D365"
QUEUE = "callbacks"
REQUESTED = "voice.callback.requested"
"""The event type of the ``callbacks`` queue: ``{list_id, callback_id, webhook?}``. Everything else is read from the
source."""


class CallbackStage(StrEnum):
    """How far one callback has come. Each is reached only after what it names has been done."""

    CLAIMED = "claimed"
    """Its place among the caller's requests is decided: an activity of its own, or a repeat of an open one."""
    RECORDED = "recorded"
    """Dynamics has it."""
    CLOSED = "closed"
    """The voice cloud has it closed: nothing is left to do."""


@dataclass(frozen=True)
class CallbackRecord:
    """The row of one callback.

    ``activity_id``: the phonecall it is or is counted on. ``repeat``: it is counted on an earlier request.
    """

    callback_id: str
    activity_id: UUID
    repeat: bool
    stage: CallbackStage
    requested_at: datetime
    etag: str | None = None


@dataclass(frozen=True)
class OpenRequest:
    """The activity that collects a caller's requests while it is open; ``recorded``: Dynamics has it."""

    activity_id: UUID
    recorded: bool
    claimed_at: datetime
    etag: str | None = None


class CallbackOutcome(StrEnum):
    """What became of one message, as logged."""

    CREATED = "created"
    COUNTED = "counted on an open request"
    FINISHED_BEFORE = "finished before"
    CLOSED_AGAIN = "closed again at the voice cloud"
    CLOSED_ELSEWHERE = "closed elsewhere"
    GONE = "gone from the voice cloud"
    NO_PROFILE = "no enabled profile for its list"
    TOO_OLD = "older than the age limit"
    LEFT_TO_POLLING = "left to polling, by which alone its list is read"
    OVERDUE = "open for more than an hour although its profile takes it"


@dataclass(frozen=True)
class LeftCallback:
    """An open callback that is not on its way into Dynamics, and why."""

    callback_id: str
    list_id: str
    list_name: str
    created_at: datetime
    reason: CallbackOutcome

    def to_json(self) -> dict[str, object]:
        """Without the caller's number: for lists that people print."""
        return {
            "callbackId": self.callback_id,
            "listId": self.list_id,
            "list": self.list_name,
            "createdAt": to_iso(self.created_at),
            "reason": self.reason,
        }
