"""What is kept of one agent's status. Moments are aware UTC datetimes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.statuses import Presence, StatusKind

QUEUE = "presence"
RECONCILE = "voice.presence.reconcile"
"""The event type that asks to reconcile one agent: ``{agent}`` or ``{user}``. All else is read from both sides."""
CALL = "voice.presence.call"
"""A call of an agent began or ended, or the agent's phone says that it goes on: see ``CallNews``."""
CHANGED = "voice.presence.changed"
"""Dynamics reports a presence: see ``PresenceNews``."""


class Side(StrEnum):
    PHONE = "phone"
    OMNICHANNEL = "omnichannel"


@dataclass(frozen=True)
class PresenceShown:
    """What Omnichannel shows of an agent, since when and by whom (``AGENT``, ``SYSTEM``); ``at`` None: never set."""

    presence: Presence
    at: datetime | None = None
    by: str = ""


@dataclass(frozen=True)
class Availability:
    """What holds at the voice cloud. ``event_id`` is empty where nothing was ever set; ``ends_at`` None: until changed.

    ``status`` is the name that people know it by.
    """

    event_id: str
    kind: StatusKind
    status: str = ""
    note: str = ""
    since: datetime | None = None
    ends_at: datetime | None = None


class CallStep(StrEnum):
    STARTED = "started"
    GOES_ON = "goes_on"
    """The agent's phone says so: from then on it must go on saying so."""
    ENDED = "ended"


@dataclass(frozen=True)
class CallNews:
    """``sequence`` orders what happens to one call: its end has a higher one than what went on before; 0: unknown."""

    call_id: str
    step: CallStep
    sequence: int
    at: datetime


@dataclass(frozen=True)
class PresenceNews:
    """A presence that Dynamics reported; ``at`` is when it was set, None where that is left as it was."""

    presence_id: str
    at: datetime | None
    by: str = ""


@dataclass(frozen=True)
class AgentCall:
    """A call an agent is in until the lease runs out, or (``ended``) was in: kept to know late news by.

    ``by_phone``: the phone reports that it goes on, so that its silence ends it.
    """

    sequence: int
    lease_until: datetime
    by_phone: bool = False
    ended: bool = False


class Purpose(StrEnum):
    """Why a side is written."""

    MIRROR = "mirror"
    IN_CALL = "in-call"
    RESTORE = "restore"
    REPAIR = "repair"
    """Gives back what somebody had chosen in the instant before we wrote over it."""


@dataclass(frozen=True)
class Write:
    """One write that was decided on; exactly one of ``presence`` and ``kind`` is set, by side.

    ``cause`` names the change it answers: no change has two writes on one side. ``decided_at`` is our time,
    ``caused_at`` the change's. ``held_until``: nobody else does it before. ``tried``: it may have been carried out;
    ``doubtful``: so it may by an earlier try.
    """

    side: Side
    purpose: Purpose
    cause: str
    decided_at: datetime
    caused_at: datetime
    held_until: datetime
    presence: Presence | None = None
    kind: StatusKind | None = None
    tried: bool = True
    doubtful: bool = False


@dataclass(frozen=True)
class Episode:
    """From the first ring or dial to the end of the last call.

    ``before``: what Omnichannel goes back to, None once a person or the system has taken over. ``is_set``: our
    do-not-disturb is there.
    """

    before: Presence | None
    is_set: bool = False


@dataclass(frozen=True)
class WriteFault:
    """Why a side could not be written: an error code of ours, since when, how often."""

    side: Side
    code: str
    since: datetime
    times: int = 1


@dataclass(frozen=True)
class AgentState:
    """One agent. ``phone`` and ``omnichannel`` are what was last dealt with, None before the first reconciliation.

    ``written``: the last write on Omnichannel that was carried out, and what was there before it, by which late news
    of what it wrote over is recognised. ``abandoned``: a write of which a try may come through late, as it is no
    longer wanted, or was done by another try. ``presence_before_timed_status``: the presence that a status with an end
    has covered.
    ``reported``: what a phone has said of Omnichannel and is not reconciled yet. ``last_user_change_at``: the newest
    change by a person or the system that was reconciled; ``changes`` counts them. ``signs_in``: a phone was opened, and
    both sides are not reconciled yet.
    """

    phone: Availability | None = None
    omnichannel: PresenceShown | None = None
    calls: Mapping[str, AgentCall] = field(default_factory=dict)
    episode: Episode | None = None
    pending: tuple[Write, ...] = ()
    written: Write | None = None
    overwritten_at: datetime | None = None
    abandoned: Write | None = None
    presence_before_timed_status: Presence | None = None
    faults: tuple[WriteFault, ...] = ()
    reported: PresenceShown | None = None
    last_user_change_at: datetime | None = None
    changes: int = 0
    signs_in: bool = False
    etag: str | None = field(default=None, compare=False)

    @property
    def in_call(self) -> bool:
        return any(not call.ended for call in self.calls.values())

    def pending_on(self, side: Side) -> Write | None:
        return next((write for write in self.pending if write.side is side), None)
