"""Extensions of dialled numbers: pressed as keys when who was called has answered (C1, C2)."""

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from shared.errors import VoiceError
from voicecloud.routing.effects import Bridge, Effect, FinishCall

FIRST_AFTER_S = 1.0
"""A machine that has just answered is not listening yet."""
PAUSE_S = 2.0
"""Of a comma, as telephones have it."""
KEY_S = 0.25


@dataclass(eq=False, repr=False)
class Extensions:
    """Performs ``Bridge``: the first time that two legs of a call hear each other, its keys are pressed once.

    ``press`` takes a leg's id and keys.
    """

    press: Callable[[str, str], None]
    _expected: dict[str, str] = field(default_factory=dict, init=False)
    _pressing: dict[str, list[asyncio.TimerHandle]] = field(default_factory=dict, init=False)

    def expect(self, call_id: str, keys: str) -> None:
        """``keys`` are those of a call that has just been dialled; a comma is a pause."""
        if keys:
            self._expected[call_id] = keys

    def perform(self, effect: Effect) -> None:
        if isinstance(effect, Bridge) and (keys := self._expected.pop(effect.call_id, None)):
            loop, leg_id = asyncio.get_running_loop(), f"{effect.call_id}:1"
            self._pressing[effect.call_id] = [loop.call_later(at, self._now, leg_id, run) for at, run in timed(keys)]
        elif isinstance(effect, FinishCall):
            self._expected.pop(effect.history.call_id, None)
            for one in self._pressing.pop(effect.history.call_id, ()):
                one.cancel()

    def _now(self, leg_id: str, keys: str) -> None:
        with suppress(VoiceError):  # whoever dialled has left the call
            self.press(leg_id, keys)


def timed(keys: str) -> Iterator[tuple[float, str]]:
    """Runs of keys, each with the seconds after the answer at which it is pressed: ``,,227#`` waits 5 s."""
    at = FIRST_AFTER_S
    for part in re.findall(r",|[^,]+", keys):
        if part == ",":
            at += PAUSE_S
        else:
            yield at, part
            at += KEY_S * len(part)
