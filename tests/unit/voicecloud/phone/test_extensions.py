"""Extensions of dialled numbers."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from voicecloud.phone import extensions
from voicecloud.phone.extensions import Extensions, timed
from voicecloud.routing.effects import Bridge, FinishCall

ANSWERED = Bridge("c", "c:1", "c:2", record=False)


@pytest.mark.parametrize(
    ("keys", "presses"),
    [("2", [(1.0, "2")]), (",,227#", [(5.0, "227#")]), ("1,23", [(1.0, "1"), (3.25, "23")]), ("", []), (",", [])],
)
def test_a_comma_is_a_pause(keys: str, presses: list[tuple[float, str]]) -> None:
    """Of two seconds, as telephones have it; nothing is pressed in the first second."""
    assert list(timed(keys)) == presses


async def test_keys_are_pressed_once_when_somebody_has_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the leg of who dialled, not again after hold, and not in other calls."""
    monkeypatch.setattr(extensions, "FIRST_AFTER_S", 0.0)
    pressed: list[tuple[str, str]] = []
    dialled = Extensions(lambda leg_id, keys: pressed.append((leg_id, keys)))
    dialled.expect("c", "227#")
    dialled.perform(Bridge("other", "other:1", "other:2", record=False))
    for _ in range(2):
        dialled.perform(ANSWERED)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert pressed == [("c:1", "227#")]


async def test_nothing_is_pressed_when_the_call_is_over() -> None:
    """Neither before an answer nor after the end."""
    pressed: list[str] = []
    dialled = Extensions(lambda _, keys: pressed.append(keys))
    over: Any = FinishCall(SimpleNamespace(call_id="c"))  # type: ignore[arg-type]
    dialled.expect("c", "1")
    dialled.perform(over)
    dialled.perform(ANSWERED)
    dialled.expect("c", "1")
    dialled.perform(ANSWERED)
    dialled.perform(over)
    await asyncio.sleep(0)
    assert pressed == []
    assert not dialled._pressing
