"""The three state machines of ``transitions.json``: leg, call and agent. No state changes but through ``following``."""

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


class Stage(StrEnum):
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


class AgentState(StrEnum):
    FREE = "free"
    RINGING = "ringing"
    TALKING = "talking"
    WRAP_UP = "wrap_up"


type Table = dict[str, dict[str, dict[str, str]]]

TABLE_FILE = Path(__file__).with_name("transitions.json")


def _table() -> Table:
    machines = json.loads(TABLE_FILE.read_text(encoding="utf-8"))
    return {name: machine["transitions"] for name, machine in machines.items()}


_MACHINES: dict[type[StrEnum], str] = {LegState: "leg", Stage: "call", AgentState: "agent"}
_FOLLOWING: dict[type[StrEnum], dict[tuple[str, str], StrEnum]] = {
    states: {
        (source, event): states(target) for source, events in _table()[name].items() for event, target in events.items()
    }
    for states, name in _MACHINES.items()
}


def following[State: StrEnum](state: State, event: str) -> State:
    """The state that ``event`` leads to. Raises Conflict ``not_in_this_state`` when the table has no such way."""
    target = _FOLLOWING[type(state)].get((state, event))
    if target is None:
        raise Conflict("not_in_this_state", f"a {_MACHINES[type(state)]} that is {state} cannot {event}")
    return type(state)(target)


def allows(state: StrEnum, event: str) -> bool:
    return (state, event) in _FOLLOWING[type(state)]
