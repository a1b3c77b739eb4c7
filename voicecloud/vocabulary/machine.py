"""The state machines of ``shared/calls/transitions.json``: leg, call and agent. No state changes but by ``following``.

The same file is read by the Functions app and the web phone; its ``commands`` say what a phone may ask of a leg.
"""

import json
from enum import StrEnum
from pathlib import Path

from shared.errors import Conflict


class LegState(StrEnum):
    WAITING = "waiting"
    RINGING = "ringing"
    CONNECTED = "connected"
    HELD = "held"
    PARKED = "parked"
    CONSULTING = "consulting"
    ENDED = "ended"


class CallState(StrEnum):
    """State of a call as a whole."""

    ROUTING = "routing"
    ASKING = "asking"
    ANNOUNCING = "announcing"
    QUEUED = "queued"
    RINGING = "ringing"
    OFFERING_CALLBACK = "offering_callback"
    VOICEMAIL = "voicemail"
    CONNECTED = "connected"
    ENDED = "ended"


class WorkState(StrEnum):
    FREE = "free"
    RINGING = "ringing"
    TALKING = "talking"
    WRAP_UP = "wrap_up"


type Transitions = dict[str, dict[str, dict[str, str]]]

TABLE_FILE = Path(__file__).parents[2] / "shared" / "calls" / "transitions.json"
_DOCUMENT = json.loads(TABLE_FILE.read_text(encoding="utf-8"))


def _table() -> Transitions:
    return {name: _DOCUMENT[name]["transitions"] for name in _MACHINES.values()}


_MACHINES: dict[type[StrEnum], str] = {LegState: "leg", CallState: "call", WorkState: "agent"}
_FOLLOWING: dict[type[StrEnum], dict[tuple[str, str], StrEnum]] = {
    states: {
        (source, event): states(target) for source, events in _table()[name].items() for event, target in events.items()
    }
    for states, name in _MACHINES.items()
}


def following[State: StrEnum](state: State, event: str) -> State:
    """The state that ``event`` leads to. Raises Conflict ``not-in-this-state`` when the table has no such way."""
    target = _FOLLOWING[type(state)].get((state, event))
    if target is None:
        raise Conflict("not-in-this-state", f"a {_MACHINES[type(state)]} that is {state} cannot {event}")
    return type(state)(target)


COMMANDS: dict[str, frozenset[LegState]] = {
    command: frozenset(LegState(state) for state in states) for command, states in _DOCUMENT["commands"].items()
}
"""In which states of the user's leg a phone may ask for what."""


def allows(state: StrEnum, event: str) -> bool:
    return (state, event) in _FOLLOWING[type(state)]
