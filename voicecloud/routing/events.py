"""What the platform can be given: commands (imperative; may be refused) and facts (past tense; never refused).

A command that the state forbids raises ``shared.errors.Conflict`` or ``Missing`` and changes nothing. A fact about
something that is over already is ignored: on a network it is merely late. Call ids are made by the sender; leg ids are
made here (``<call id>:<n>``, the first leg is 1) and travel in the effects.
"""

from dataclasses import dataclass, field
from datetime import datetime

from voicecloud.routing.model import Configuration, Member, Target
from voicecloud.vocabulary.availability import AvailabilityClass
from voicecloud.vocabulary.calls import Terminal


@dataclass(frozen=True, slots=True)
class CallArrived:
    """Fact: somebody outside calls ``b_number``. ``a_number`` None: withheld. The caller's leg is ``<call id>:1``."""

    call_id: str
    a_number: str | None
    b_number: str


@dataclass(frozen=True, slots=True)
class DialOut:
    """Command: a user calls. ``to`` may be one of our own numbers (internal call); the user's leg is ``<call id>:1``.

    ``caller_number`` is what the far end sees: the user's own number, or that of a pool of theirs (C4). None
    takes the one set for the next call, else their own. Refused: ``caller-number-not-allowed``, ``user-busy``,
    ``draining``.
    """

    call_id: str
    user_id: str
    to: str
    terminal: Terminal = Terminal.WEB
    caller_number: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Command: the user takes the ringing leg on ``terminal``. Refused when it does not ring (any more)."""

    leg_id: str
    terminal: Terminal = Terminal.WEB


@dataclass(frozen=True, slots=True)
class Reject:
    """Command: the user declines the ringing leg."""

    leg_id: str


@dataclass(frozen=True, slots=True)
class FarAnswered:
    """Fact: the outside telephone of this leg was picked up."""

    leg_id: str


@dataclass(frozen=True, slots=True)
class FarRefused:
    """Fact: the outside telephone of this leg could not be had.

    ``cause``: ``busy``, ``declined``, ``no_answer`` or ``failed``.
    """

    leg_id: str
    cause: str = "failed"


@dataclass(frozen=True, slots=True)
class PartyLeft:
    """Fact, for any leg: this party has hung up, or its telephone is gone. Who consults then has transferred."""

    leg_id: str


@dataclass(frozen=True, slots=True)
class EndCall:
    """Command: the user on this leg ends the call, for everybody in it where they consult (C3)."""

    leg_id: str


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """Fact: the party on this leg pressed a telephone key (``0``-``9``, ``*``, ``#``)."""

    leg_id: str
    key: str


@dataclass(frozen=True, slots=True)
class Hold:
    """Command: the user on this leg puts the other party on hold."""

    leg_id: str


@dataclass(frozen=True, slots=True)
class Resume:
    """Command: the user on this leg takes the other party off hold."""

    leg_id: str


@dataclass(frozen=True, slots=True)
class BlindTransfer:
    """Command: blind transfer. The other party goes to ``target``, this leg ends at once (C3)."""

    leg_id: str
    target: Target


@dataclass(frozen=True, slots=True)
class Consult:
    """Command: the other party is put on hold and ``target`` is called for this user (C3).

    A pool as target means its best free agent now; refused with ``target-not-available`` when there is none.
    """

    leg_id: str
    target: Target


@dataclass(frozen=True, slots=True)
class CompleteConsult:
    """Command: the consulted party, answered or still ringing, gets the call; this leg ends."""

    leg_id: str


@dataclass(frozen=True, slots=True)
class CancelConsult:
    """Command: the consulted leg ends, this user talks with the other party again."""

    leg_id: str


@dataclass(frozen=True, slots=True)
class FetchCall:
    """Command: a member takes a certain waiting call of a pool; it rings them alone."""

    user_id: str
    call_id: str


@dataclass(frozen=True, slots=True)
class RoutingAnswer:
    """A smart routing answer. ``initial_target`` replaces the pool, ``fail_target`` its overflow and lack of agents.

    ``preferred`` user ids are offered the call first when free; ``required`` is the only one offered it. ``priority``
    replaces the pool's, ``extra_priority`` is added to it.
    """

    initial_target: Target | None = None
    fail_target: Target | None = None
    preferred: tuple[str, ...] = ()
    required: str | None = None
    priority: int | None = None
    extra_priority: int = 0


@dataclass(frozen=True, slots=True)
class RoutingAnswered:
    """Fact: the endpoint has answered; None: it wants nothing changed, or could not be understood."""

    call_id: str
    answer: RoutingAnswer | None


@dataclass(frozen=True, slots=True)
class RecordingStored:
    """Fact: a recording of this call in progress exists; ``leg_id`` is the user's leg it belongs to."""

    call_id: str
    recording_id: str
    leg_id: str | None = None


@dataclass(frozen=True, slots=True)
class SetAvailability:
    """Command: a new availability event, from ``starts_at`` (None: now) until ``ends_at`` (None: replaced)."""

    user_id: str
    event_id: str
    kind: AvailabilityClass
    profile: str = ""
    note: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EndAvailability:
    """Command: this availability event ends now; what lies under it holds again, else Available."""

    user_id: str
    event_id: str


@dataclass(frozen=True, slots=True)
class SetAccepting:
    """Command: the user's master switch "receive pool calls"."""

    user_id: str
    accepting: bool


@dataclass(frozen=True, slots=True)
class TerminalChanged:
    """Fact: this terminal of the user can be reached now, or no longer. A call on it is not touched.

    ``simulated``: a guest plays it; a real telephone takes its place.
    """

    user_id: str
    terminal: Terminal
    online: bool
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class SetMember:
    """Command: add a member to a pool, or change a member's skill or activation; acts at once (I2, B5)."""

    pool_id: str
    member: Member


@dataclass(frozen=True, slots=True)
class RemoveMember:
    """Command: take a user out of a pool; a call they have from it goes on."""

    pool_id: str
    user_id: str


@dataclass(frozen=True, slots=True)
class SetCallerNumber:
    """Command: the number shown by the user's next outbound call, then forgotten (C4)."""

    user_id: str
    number: str | None


@dataclass(frozen=True, slots=True)
class EndWrapUp:
    """Command: the user is ready before the wrap-up time is over."""

    user_id: str


@dataclass(frozen=True, slots=True)
class Configure:
    """Command: a new configuration; calls in progress go on, pools and users that are gone take no more."""

    configuration: Configuration = field(default_factory=Configuration)


@dataclass(frozen=True, slots=True)
class Drain:
    """Command: take no new calls; the present ones finish."""


@dataclass(frozen=True, slots=True)
class CallLost:
    """Fact: what carried this call's voices is gone; it ends, with a record that says so (``platform_stopped``)."""

    call_id: str


@dataclass(frozen=True, slots=True)
class Stop:
    """Command: end every call now, each with its record."""


type Event = (
    CallArrived
    | DialOut
    | Answer
    | Reject
    | FarAnswered
    | FarRefused
    | PartyLeft
    | EndCall
    | KeyPressed
    | Hold
    | Resume
    | BlindTransfer
    | Consult
    | CompleteConsult
    | CancelConsult
    | FetchCall
    | RoutingAnswered
    | RecordingStored
    | SetAvailability
    | EndAvailability
    | SetAccepting
    | TerminalChanged
    | SetMember
    | RemoveMember
    | SetCallerNumber
    | EndWrapUp
    | Configure
    | Drain
    | CallLost
    | Stop
)
