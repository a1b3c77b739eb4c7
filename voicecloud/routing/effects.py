"""What the platform wants done: commands to the runtime, carried out in the order given.

Media rules: ``Play`` on a leg replaces what it plays; ``Bridge`` ends playing on both legs; ``EndLeg`` ends all of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from voicecloud.vocabulary.calls import CallEvent, CallHistory, Terminal


class OfferKind(StrEnum):
    POOL = "pool"
    DIRECT = "direct"
    CONSULT = "consult"


@dataclass(frozen=True, slots=True)
class RingUser:
    """Let the user's ``terminals`` ring for this leg. Routing itself ends the ringing after ``timeout_s``.

    ``pool_id`` is set when the call comes through a pool (C5); ``caller_number`` None is a withheld number.
    ``simulated``: there is no real telephone among them, a guest plays who answers.
    """

    call_id: str
    leg_id: str
    user_id: str
    terminals: tuple[Terminal, ...]
    caller_number: str | None
    pool_id: str | None
    kind: OfferKind
    timeout_s: float
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class CallNumber:
    """Call an outside number for this leg; report ``FarAnswered`` or ``FarRefused``. Given up after ``timeout_s``."""

    call_id: str
    leg_id: str
    number: str
    caller_number: str | None
    timeout_s: float


@dataclass(frozen=True, slots=True)
class EndLeg:
    """Stop ringing, hang up, take the leg down. ``reason`` is an ``EndReason`` or ``RejectReason`` value."""

    call_id: str
    leg_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Play:
    """Play an announcement to this leg. ``duration_s`` None loops it until replaced (music, ring back tone)."""

    call_id: str
    leg_id: str
    prompt_id: str
    duration_s: float | None = None


@dataclass(frozen=True, slots=True)
class Bridge:
    """Connect the voices of two legs; with ``record`` they are recorded, one channel each. ``users``: whose legs they
    are, of those that are users of ours."""

    call_id: str
    leg_a: str
    leg_b: str
    record: bool
    users: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Unbridge:
    """Separate two legs; their recording stops."""

    call_id: str
    leg_a: str
    leg_b: str


@dataclass(frozen=True, slots=True)
class RecordVoicemail:
    """Record what the party on this leg says, at most ``max_s``; routing ends the leg then."""

    call_id: str
    leg_id: str
    max_s: float


@dataclass(frozen=True, slots=True)
class AskRouting:
    """Ask the smart routing endpoint and report ``RoutingAnswered``; routing goes on without it after ``timeout_s``."""

    call_id: str
    endpoint: str
    target_id: str | None
    a_number: str | None
    b_number: str
    timeout_s: float
    extra: Mapping[str, str | bool] = field(default_factory=dict)


class CallbackSource(StrEnum):
    CHOSEN = "chosen"
    MISSED = "missed"
    VOICEMAIL = "voicemail"


@dataclass(frozen=True, slots=True)
class RequestCallback:
    """Put a request on a callback list. A call makes at most one; a voicemail's recording follows as the call's."""

    call_id: str
    list_id: str
    pool_id: str
    number: str
    source: CallbackSource
    at: datetime


@dataclass(frozen=True, slots=True)
class Note:
    """An event of a call's history, to be stored and sent to webhooks and streams, in ``sequence`` order."""

    event: CallEvent


@dataclass(frozen=True, slots=True)
class FinishCall:
    """The call is over: its whole history, exactly once for every call."""

    history: CallHistory


@dataclass(frozen=True, slots=True)
class UserChanged:
    """The user's status may look different now: ask ``Platform.user_status``."""

    user_id: str


@dataclass(frozen=True, slots=True)
class PoolChanged:
    """The pool's figures may look different now: ask ``Platform.pool_figures``."""

    pool_id: str


type Effect = (
    RingUser
    | CallNumber
    | EndLeg
    | Play
    | Bridge
    | Unbridge
    | RecordVoicemail
    | AskRouting
    | RequestCallback
    | Note
    | FinishCall
    | UserChanged
    | PoolChanged
)
