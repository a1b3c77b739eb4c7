"""Answers of smart routing."""

import pytest

from voicecloud.routing.events import RoutingAnswer
from voicecloud.routing.model import DISCONNECT, Target, TargetKind
from voicecloud.runtime.smart_routing import read


def test_all_keys_are_read() -> None:
    """Targets, agents and priorities come out as routing wants them."""
    document = {
        "InitialTarget": "QUEUE:q",
        "FailTarget": "DISCONNECT:",
        "PreferredAgents": ["a", "b"],
        "RequiredAgent": "c",
        "Priority": 3,
        "ExtraPriority": 2,
    }
    assert read(document) == RoutingAnswer(Target(TargetKind.POOL, "q"), DISCONNECT, ("a", "b"), "c", 3, 2)


def test_an_empty_target_is_no_forwarding() -> None:
    """Empty text is as good as nothing."""
    assert read({"InitialTarget": ""}) == RoutingAnswer()
    assert read(None) is None


@pytest.mark.parametrize("target", ["MOON:1", "QUEUE", "12345"])
def test_an_unknown_target_is_refused(target: str) -> None:
    """What cannot be understood is an error, which leaves the routing as it is."""
    with pytest.raises(ValueError, match="target"):
        read({"InitialTarget": target})
