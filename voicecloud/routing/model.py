"""Configuration of the platform: users, pools and numbers, as frozen data that can be replaced while calls go on.

Durations are seconds, numbers E.164. Prompts are named by id and carry their length, so that routing knows when one is
over without hearing it. What each setting means stands beside it, the way of a call through them in docs/routing.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from voicecloud.vocabulary.calls import Terminal

MAX_EXCEPTIONS = 3


class TargetKind(StrEnum):
    POOL = "pool"
    USER = "user"
    NUMBER = "number"
    DISCONNECT = "disconnect"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a call may be sent: ``value`` is the pool's or user's id, or a number."""

    kind: TargetKind
    value: str = ""


DISCONNECT = Target(TargetKind.DISCONNECT)


@dataclass(frozen=True, slots=True)
class Prompt:
    """An announcement: ``id`` names the audio, ``duration_s`` is its length."""

    id: str
    duration_s: float


class ActionKind(StrEnum):
    TRANSFER = "transfer"
    CALLBACK = "callback"
    VOICEMAIL = "voicemail"
    DISCONNECT = "disconnect"


@dataclass(frozen=True, slots=True)
class Action:
    """What a pool does with a caller it does not queue (any more). ``prompt`` is played first.

    ``target`` belongs to TRANSFER. ``otherwise`` is what follows an offered callback that the caller does not take;
    without one the caller is queued if the pool only lacked agents, and disconnected else.
    """

    kind: ActionKind
    target: Target | None = None
    prompt: Prompt | None = None
    otherwise: "Action | None" = None


HANG_UP = Action(ActionKind.DISCONNECT)


@dataclass(frozen=True, slots=True)
class Hours:
    """``opens`` to ``closes`` by the clock on the wall; ``closes`` not after ``opens`` means on the following day."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Schedule:
    """Opening hours by weekday (0 is Monday) and by date; a date among ``holidays`` overrides its weekday.

    A weekday that is missing is closed; a holiday with no hours is closed. ``always`` ignores both.
    """

    weekly: Mapping[int, tuple[Hours, ...]] = field(default_factory=dict)
    holidays: Mapping[date, tuple[Hours, ...]] = field(default_factory=dict)
    always: bool = False


ALWAYS_OPEN = Schedule(always=True)


class AppliesWhen(StrEnum):
    ALWAYS = "always"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class AdHocException:
    """A disturbance notice or a changed day: own prompt, own action, own schedule (I3). At most three in a pool.

    It acts when ``enabled``, between ``starts_at`` and ``ends_at``, within its ``schedule`` (the pool's time zone), and
    only while the pool is open or closed if ``applies_when`` says so. Without an action only the prompt is added.
    """

    name: str
    enabled: bool = False
    applies_when: AppliesWhen = AppliesWhen.ALWAYS
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    schedule: Schedule = ALWAYS_OPEN
    prompt: Prompt | None = None
    action: Action | None = None


@dataclass(frozen=True, slots=True)
class Prompts:
    """``pre_welcome`` is heard before the queue, ``play_once`` first thing in it, ``music`` until somebody answers."""

    pre_welcome: Prompt | None = None
    play_once: Prompt | None = None
    music: str = "music"


class Selection(StrEnum):
    """How the agent for the next call is found (docs/routing.md)."""

    FREE_LONGEST = "free_longest"
    ROUND_ROBIN = "round_robin"
    ROUND_ROBIN_LIMITED = "round_robin_limited"
    LESS_SKILLED_GRADUALLY = "less_skilled_gradually"
    RING_ALL = "ring_all"


@dataclass(frozen=True, slots=True)
class Member:
    """A user in a pool. ``skill`` is 1 or more: higher gets more calls."""

    user_id: str
    skill: int = 1
    active: bool = True


@dataclass(frozen=True, slots=True)
class CallbackRules:
    """Which callback list a pool feeds, and when.

    ``prompt`` offers the callback; the caller accepts with ``key`` within ``answer_s`` of its end. ``while_queued``
    lets them press it at any time in the queue. ``on_missed`` turns an abandoned call into a request.
    """

    list_id: str
    prompt: Prompt = Prompt("callback-offer", 6.0)
    confirmation: Prompt = Prompt("callback-confirmed", 3.0)
    key: str = "1"
    answer_s: float = 8.0
    while_queued: bool = False
    on_missed: bool = False


@dataclass(frozen=True, slots=True)
class SmartRouting:
    """An HTTP endpoint (named; its address is the runtime's business) that is asked before a pool takes a call (J5)."""

    endpoint: str
    target_id: str | None = None
    timeout_s: float = 5.0


@dataclass(frozen=True, slots=True)
class Pool:
    """A service pool. ``open_action`` replaces queueing while open (a pool that only forwards).

    Raises ValueError for more than three exceptions, a skill below 1, no ring time, or an unknown time zone.
    """

    id: str
    name: str
    members: tuple[Member, ...] = ()
    time_zone: str = "UTC"
    language: str = "en"
    schedule: Schedule = ALWAYS_OPEN
    prompts: Prompts = Prompts()
    open_action: Action | None = None
    closed_action: Action = HANG_UP
    no_agents_action: Action | None = None
    overflow_action: Action = HANG_UP
    exceptions: tuple[AdHocException, ...] = ()
    max_wait_s: float | None = None
    max_queue: int | None = None
    selection: Selection = Selection.FREE_LONGEST
    max_rounds: int = 2
    widen_after_s: float = 20.0
    ring_timeout_s: float = 20.0
    reoffer_after_s: float = 10.0
    wrap_up_s: float = 0.0
    priority: int = 0
    record: bool = True
    callback: CallbackRules | None = None
    smart_routing: SmartRouting | None = None
    voicemail_max_s: float = 180.0

    def __post_init__(self) -> None:
        if len(self.exceptions) > MAX_EXCEPTIONS:
            raise ValueError(f"a pool has at most {MAX_EXCEPTIONS} ad hoc exceptions")
        if any(member.skill < 1 for member in self.members):
            raise ValueError("a skill level is 1 or more")
        if self.ring_timeout_s <= 0:
            raise ValueError("a phone rings for more than 0 seconds")
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
            raise ValueError(f"{self.time_zone!r} is no IANA time zone") from unknown


class OfferMode(StrEnum):
    """Which of a user's terminals ring: the first one that is there, or all of them."""

    FIRST = "first"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Forwarding:
    """Where direct calls go that the user does not take; None: the caller hears that nobody can be reached (B1, B3)."""

    off_work: Target | None = None
    dnd: Target | None = None
    busy: Target | None = None
    no_answer: Target | None = None


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A person with a phone. ``number`` is the work number; ``fetch_mode``: calls are never offered, only fetched."""

    id: str
    name: str
    number: str | None = None
    email: str | None = None
    forwarding: Forwarding = Forwarding()
    ring_timeout_s: float = 25.0
    offer_mode: OfferMode = OfferMode.FIRST
    ring_order: tuple[Terminal, ...] = tuple(Terminal)
    fetch_mode: bool = False
    record: bool = False


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything configured. ``numbers`` says what each of our own numbers leads to."""

    users: Mapping[str, Subscriber] = field(default_factory=dict)
    pools: Mapping[str, Pool] = field(default_factory=dict)
    numbers: Mapping[str, Target] = field(default_factory=dict)
