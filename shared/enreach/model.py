"""What we read from the voice cloud."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class CallbackList:
    """A list that callbacks are collected on."""

    id: str
    name: str


@dataclass(frozen=True)
class Callback:
    """One callback request. ``caller_number`` is as the network gave it, empty when withheld."""

    id: str
    list_id: str
    is_open: bool
    caller_number: str
    created_at: datetime
    queue_name: str = ""
    note: str = ""


@dataclass(frozen=True)
class CallbackPage:
    """``unreadable``: so many rows lacked what every callback has; ``full``: there may be more."""

    callbacks: Sequence[Callback]
    unreadable: int
    full: bool
