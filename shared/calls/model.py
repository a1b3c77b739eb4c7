"""A call, and how far its activity has come. Moments are aware UTC datetimes, durations whole seconds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from shared.identity.model import Customer
from shared.outside import OWN_ID
from shared.users.model import LinkedUser

QUEUE = "calls"
CHECK = "voice.call.check"
"""The event type that asks to reconcile a call: ``{call_id, attempt}``. Everything else is read from the source."""
RECEIVED = "voice.call.received"
"""Something happened to a call that came through a pool: see ``PoolCallEvent``."""

WEB = "web"
"""The terminal that is our web phone."""

DELETED = "deleted by a person"


class PoolCallEventKind(StrEnum):
    """What we follow of a call while it goes on."""

    ARRIVED = "arrived"
    ANSWERED = "answered"
    TRANSFERRED = "transferred"
    ENDED = "ended"


@dataclass(frozen=True)
class PoolCallEvent:
    """One thing that happened to a pool's call. ``sequence`` orders the events of a call, however they arrive."""

    call_id: str
    sequence: int
    kind: PoolCallEventKind
    at: datetime
    number: str
    pool: str
    user_id: str = ""
    terminal: str = ""


@dataclass(frozen=True)
class Talk:
    """A user who talked: from when to when, and through what."""

    user_id: str
    since: datetime
    until: datetime
    terminal: str


@dataclass(frozen=True)
class CallFacts:
    """What is known of one call for its activity, from events or from the voice cloud's rows.

    ``number``: the other party's, as the network gave it, empty when withheld. ``users``: those it rang or who dialled,
    in order; ``talks``: those of them who talked. ``is_final``: from rows, which are right and complete.
    ``dialler``: of an internal call, the user who made it; else empty. ``is_cut_off``: the voice cloud died in it.
    ``has_all_recordings``: the voice cloud says that none will come beside those it has named.
    """

    call_id: str
    is_outgoing: bool
    number: str
    users: tuple[str, ...]
    talks: tuple[Talk, ...]
    terminals: frozenset[str]
    started_at: datetime
    ended_at: datetime
    duration_s: int
    pool: str = ""
    arrived_at: datetime | None = None
    first_answered_at: datetime | None = None
    wait_s: int | None = None
    is_recorded: bool = False
    is_final: bool = False
    result: str = ""
    dialler: str = ""
    is_cut_off: bool = False
    has_all_recordings: bool = False

    @property
    def last_users(self) -> Sequence[str]:
        """Who was with the other party to the end, after all transfers (K5), then who was before them; of an unanswered
        call, who tried last. Of an internal call, who made it comes first; of two who ended at once, who had it first:
        the other party had left during the question to a colleague."""
        talks = sorted(sorted(self.talks, key=lambda talk: talk.since), key=lambda talk: talk.until, reverse=True)
        users = [talk.user_id for talk in talks] or self.users[::-1]
        return tuple(dict.fromkeys([self.dialler, *users] if self.dialler else users))


class Edit(Struct, frozen=True):
    """Which state of the agent's notes a page of the phone has sent: ``number`` counts up on one page."""

    page: Annotated[str, Meta(pattern=OWN_ID, description="an id of the page's own making")]
    number: Annotated[int, Meta(ge=0, lt=2**31, description="a count")]

    def is_older(self, than: "Edit | None") -> bool:
        """Of two pages nobody knows."""
        return than is not None and self.page == than.page and self.number < than.number


@dataclass(frozen=True)
class PhoneNote:
    """What an agent's phone has reported about a call: the notes, the customer picked (D6), which callback request it
    answers (F8). ``agent`` is the agent's object id, ``began_at`` when the first report came, ``edit`` what the notes
    are of."""

    agent: str
    began_at: datetime
    notes: str = ""
    customer: Customer | None = None
    callback_request: UUID | None = None
    edit: Edit | None = None


@dataclass(frozen=True)
class AgentNotes:
    """What counts of all that phones have noted, see ``rules.agent_notes``; ``is_from_phone``: any at all."""

    notes: str = ""
    customer: Customer | None = None
    callback_request: UUID | None = None
    is_from_phone: bool = False


class Origin(StrEnum):
    """Why a call has an activity."""

    PHONE = "phone"
    ATTEMPT = "attempt"
    ENTERPRISE = "enterprise"


class RecordingState(StrEnum):
    """How it stands with a call's recording; all but the first end the waiting for it."""

    AWAITED = "awaited"
    HERE = "here"
    NOT_EXPECTED = "no recording is expected"
    CUT_OFF = "the voice cloud was cut off in the call"
    NONE_MADE = "the voice cloud has made none"
    GIVEN_UP = "none has come in time"


class ActivityStage(StrEnum):
    """How far the activity of a call has come. Each is reached only after what it names has been done."""

    NONE = "none"
    """Nothing is in Dynamics (yet)."""
    OPEN = "open"
    COMPLETED = "completed"
    """Completed by us."""
    FINAL = "final"
    """Nothing more will be written: a person completed or deleted it."""
    REMOVED = "removed"
    """The call is no longer work (H3)."""


@dataclass(frozen=True)
class ActivityProgress:
    """The activity of a call as we left it.

    ``written``: what we wrote last, by column. ``intended``: what we were about to write since, each time the process
    may have died. A column that holds anything else was changed by a person and is in ``left_alone`` from then on.
    ``version``: the row's ETag after our last write.
    ``customer``, ``users``: who was identified (D6) and who had a part in it, by voice-cloud id, as they were when they
    were written: what becomes of their rows in Dynamics later changes no call of the past.
    ``rows_at``: the newest change among the voice cloud's rows that were taken into account. ``verdict``: why there
    is no activity, or who made it so. ``recording``: see ``RecordingState``; empty until the call's rows were seen.
    """

    stage: ActivityStage = ActivityStage.NONE
    verdict: str = ""
    version: str = ""
    written: Mapping[str, Any] = field(default_factory=dict)
    intended: tuple[Mapping[str, Any], ...] = ()
    left_alone: frozenset[str] = frozenset()
    customer: Customer | None = None
    users: Mapping[str, LinkedUser] = field(default_factory=dict)
    rows_at: datetime | None = None
    recording: str = ""
    etag: str | None = field(default=None, compare=False)

    @property
    def has_activity(self) -> bool:
        return self.stage in {ActivityStage.OPEN, ActivityStage.COMPLETED, ActivityStage.FINAL}

    @property
    def is_deleted(self) -> bool:
        """Whether somebody has deleted its activity, as far as we know."""
        return self.stage is ActivityStage.FINAL and self.verdict == DELETED

    @property
    def may_have_activity(self) -> bool:
        """Also when we were about to write one, or have removed one while somebody else was writing."""
        return self.has_activity or self.stage is ActivityStage.REMOVED or bool(self.intended)


@dataclass(frozen=True)
class CallMemory:
    """Everything we keep of one call."""

    call_id: str
    progress: ActivityProgress = field(default_factory=ActivityProgress)
    phones: Sequence[PhoneNote] = ()
    events: Sequence[PoolCallEvent] = ()
