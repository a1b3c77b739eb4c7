"""What we read from the voice cloud."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class CallbackListName:
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


@dataclass(frozen=True)
class CallRow:
    """One row of ``/calls``: what a call was for one user. A call may have several, one for each time it rang somebody.

    ``is_work`` False: private or unclassified; then nothing that says who called whom is kept (H3). Durations are
    seconds; ``wait_s`` is None for a call that came through no pool. ``has_all_recordings``: none will come beside
    those named, as far as the voice cloud knows.
    """

    id: str
    call_id: str
    user_id: str
    is_work: bool
    modified_at: datetime
    started_at: datetime
    ended_at: datetime | None
    answered_at: datetime | None = None
    is_outgoing: bool = False
    a_number: str = ""
    b_number: str = ""
    pool: str = ""
    terminal: str = ""
    duration_s: int = 0
    wait_s: int | None = None
    arrived_at: datetime | None = None
    first_answered_at: datetime | None = None
    recording_ids: tuple[str, ...] = ()
    has_all_recordings: bool = False
    reject_reason: str = ""
    end_reason: str = ""


@dataclass(frozen=True)
class CallPage:
    """``unreadable``: so many rows lacked what every call has; ``full``: the window holds more than was given."""

    rows: Sequence[CallRow]
    unreadable: int
    full: bool


@dataclass(frozen=True)
class RecordingLink:
    """Where a recording's audio is for a while: ``url`` is relative to the API and needs no other credentials."""

    id: str
    call_id: str
    content_type: str
    duration_s: float
    url: str


@dataclass(frozen=True)
class VoiceUser:
    """A user of the voice cloud; ``name`` is the sign-in name, an e-mail address."""

    id: str
    name: str


@dataclass(frozen=True)
class AvailabilityEvent:
    """What holds for a user: ``id`` is empty where nothing was ever set, ``ends_at`` None where it holds until changed.

    ``type_id`` is a number of the voice cloud's own.
    """

    id: str
    type_id: int
    note: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True)
class MemberPool:
    """A pool a user is a member of; ``is_active``: the user takes its calls."""

    id: str
    name: str
    is_active: bool


@dataclass(frozen=True)
class VoicePerson:
    """A user of the voice cloud as colleagues see them; numbers are empty where there are none."""

    id: str
    name: str
    work_number: str
    mobile_number: str


@dataclass(frozen=True)
class PoolRow:
    """A pool with its live figures (C7)."""

    id: str
    name: str
    numbers: tuple[str, ...]
    is_open: bool
    serving: int
    free: int
    active_agents: int
    active_calls: int
    queue_length: int
    longest_wait_s: int
    on_wrap_up: int


@dataclass(frozen=True)
class PoolAgent:
    """A member of a pool. ``status``: the name of what they have set; ``has_phone``: a telephone of theirs can ring."""

    user_id: str
    name: str
    is_active: bool
    skill: int
    status: str
    is_talking: bool
    has_phone: bool = True


@dataclass(frozen=True)
class HistoryRow:
    """A call as a line of a history: a user's own, private ones too, or a pool's. It is shown to who had the call,
    and neither kept nor logged (H3). ``result`` is of pools' calls."""

    call_id: str
    started_at: datetime
    is_outgoing: bool
    is_answered: bool
    number: str
    pool: str
    pool_id: str
    duration_s: int
    is_work: bool
    is_recorded: bool
    is_declined: bool = False
    result: str = ""
