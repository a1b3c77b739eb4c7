"""The transition table and the code that obeys it."""

import ast
import json
from enum import StrEnum
from pathlib import Path

import pytest

from shared.errors import Conflict
from voicecloud.routing.model import Selection
from voicecloud.vocabulary.machine import COMMANDS, TABLE_FILE, CallState, LegState, WorkState, allows, following

MACHINES: dict[str, type[StrEnum]] = {"leg": LegState, "call": CallState, "agent": WorkState}
ROOT = TABLE_FILE.parents[2]
DOCUMENT = ROOT / "docs" / "routing.md"
ROUTING = ROOT / "voicecloud" / "routing"
WRITERS = {"legs.py", "agents.py"}


def table(name: str) -> dict[str, dict[str, dict[str, str]]]:
    content: dict[str, dict[str, dict[str, dict[str, str]]]] = json.loads(TABLE_FILE.read_text())
    return content[name]


@pytest.mark.parametrize("name", MACHINES)
def test_the_table_and_the_code_name_the_same_states(name: str) -> None:
    """Every state of the table is one of the code's, explained, with its own transitions, and the other way round."""
    names = {str(state) for state in MACHINES[name]}
    assert set(table(name)["states"]) == set(table(name)["transitions"]) == names


@pytest.mark.parametrize("name", MACHINES)
def test_every_state_is_reached_and_only_final_ones_are_dead_ends(name: str) -> None:
    """From the initial states all states can be reached, and each that is not final can be left."""
    machine = table(name)
    reached, open_states = set(machine["initial"]), list(machine["initial"])
    while open_states:
        for target in machine["transitions"][open_states.pop()].values():
            if target not in reached:
                reached.add(target)
                open_states.append(target)
    assert reached == set(machine["states"])
    assert {state for state, ways in machine["transitions"].items() if not ways} == set(machine["final"])


@pytest.mark.parametrize("name", MACHINES)
def test_following_obeys_the_table_and_refuses_the_rest(name: str) -> None:
    """For every state and event the code does what the table says, or raises Conflict."""
    ways, states = table(name)["transitions"], MACHINES[name]
    every_event = {event for events in ways.values() for event in events}
    for state in states:
        for event in every_event:
            if event in ways[state]:
                assert following(state, event) == states(ways[state][event])
                assert allows(state, event)
            else:
                assert not allows(state, event)
                with pytest.raises(Conflict, match="not-in-this-state"):
                    following(state, event)


def test_states_are_written_in_two_modules_and_only_by_following() -> None:
    """No other module assigns a state, and those two assign nothing but what the table gives."""
    writes = [(path.name, *write) for path in ROUTING.rglob("*.py") for write in state_writes(path)]
    assert {name for name, _, _ in writes} == WRITERS
    for _, _, value in writes:
        assert isinstance(value, ast.Call)
        assert isinstance(value.func, ast.Name)
        assert value.func.id == "following"


def state_writes(path: Path) -> list[tuple[str, ast.expr]]:
    """Assignments to an attribute called state or stage."""
    return [
        (target.attr, node.value)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute) and target.attr in ("state", "stage")
    ]


def test_the_documentation_shows_every_state_event_and_selection() -> None:
    """docs/routing.md is complete."""
    page = DOCUMENT.read_text(encoding="utf-8")
    events = {event for name in MACHINES for ways in table(name)["transitions"].values() for event in ways}
    states = {str(state) for states in MACHINES.values() for state in states}
    assert {word for word in events | states | set(Selection) if word not in page} == set()


def test_commands_fit_the_machine() -> None:
    """What a phone may ask for in a state is what the leg's machine can do there; an ended leg takes nothing."""
    leads_to = {"hold": "hold", "resume": "resume", "answer": "connect", "decline": "reject", "consult": "consult"}
    for command, event in {**leads_to, "complete": "return", "cancel": "return"}.items():
        able = {state for state in LegState if allows(state, event)}
        assert able >= COMMANDS[command], command
    assert not any(LegState.ENDED in states for states in COMMANDS.values())
    assert {state for state in LegState if allows(state, "end")} == COMMANDS["hangup"]
