"""What may come next for a call that is being routed. ``journey.run`` takes steps until the call has to wait."""

from dataclasses import dataclass

from voicecloud.routing.model import Action, Prompt, Target
from voicecloud.vocabulary.calls import EndReason, ServiceResult


@dataclass(frozen=True, slots=True)
class Goto:
    """To a pool, a user or a number; each counts as a hop, and hops are bounded."""

    target: Target


@dataclass(frozen=True, slots=True)
class Admit:
    """The pool decides: an exception, open or closed."""


@dataclass(frozen=True, slots=True)
class Welcome:
    """The pool is open for this caller."""


@dataclass(frozen=True, slots=True)
class EnterQueue:
    """Into the queue, unless nobody serves it or it is full."""


@dataclass(frozen=True, slots=True)
class Announce:
    """Play ``prompt``, then go on with ``then``."""

    prompt: Prompt
    then: "Step"


@dataclass(frozen=True, slots=True)
class Perform:
    """Do a pool's action: ``outcome`` and ``reason`` are how visit and call are recorded if it ends here."""

    action: Action
    outcome: ServiceResult
    reason: EndReason
    or_queue: bool = False


@dataclass(frozen=True, slots=True)
class Carry:
    """The action itself, its prompt having been played."""

    perform: Perform


@dataclass(frozen=True, slots=True)
class Unreached:
    """The party a call was sent to could not be had."""

    reason: EndReason


@dataclass(frozen=True, slots=True)
class Finish:
    reason: EndReason


type Step = Goto | Admit | Welcome | EnterQueue | Announce | Perform | Carry | Unreached | Finish
