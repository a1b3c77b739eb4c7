"""What goes into and comes out of the Web API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.clock import to_iso


@dataclass(frozen=True)
class WhoAmI:
    """The application user we are in Dynamics."""

    user_id: UUID
    organisation_id: UUID


@dataclass(frozen=True)
class Change:
    """One write of a change set. ``if_none_match="*"`` creates only, ``if_match`` (``*`` or an ETag) updates only.

    ``caller``: the Dynamics user it is done as. ``returning``: the answer holds the row, with its ETag.
    """

    method: str
    path: str
    body: Mapping[str, Any]
    if_match: str | None = None
    if_none_match: str | None = None
    caller: UUID | None = None
    returning: bool = False

    @property
    def headers(self) -> dict[str, str]:
        headers = {
            "If-Match": self.if_match,
            "If-None-Match": self.if_none_match,
            "MSCRMCallerID": str(self.caller) if self.caller else None,
            "Prefer": "return=representation" if self.returning else None,
        }
        return {name: value for name, value in headers.items() if value}


@dataclass(frozen=True)
class ChangePage:
    """A page of change tracking: rows as they are now, ids of deleted ones, and where to go on."""

    records: Sequence[Mapping[str, Any]]
    deleted_ids: Sequence[str]
    next_link: str | None
    delta_link: str | None


def moment(at: datetime) -> str:
    """As Dataverse gives it back: whole seconds."""
    return to_iso(at.replace(microsecond=0)).replace(".000Z", "Z")
