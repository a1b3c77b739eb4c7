"""What a trunk is, and which of them calls a number."""

from dataclasses import dataclass, field
from typing import Protocol

from voicecloud.routing.effects import CallNumber, Effect, EndLeg
from voicecloud.routing.events import FarRefused
from voicecloud.runtime.engine import Engine


class Trunk(Protocol):
    """A way to telephones outside. It reports ``CallArrived``, ``FarAnswered``, ``FarRefused``, ``PartyLeft`` and
    ``KeyPressed`` to the engine, and gives the voices of its legs to the media gateway. Nothing here may wait."""

    def reaches(self, number: str) -> bool:
        """Whether it would call this number now."""

    def call(self, wanted: CallNumber) -> None:
        """Calls it, and reports ``FarAnswered`` or ``FarRefused``."""

    def end(self, leg_id: str, reason: str) -> None:
        """Hangs up, or stops calling; of a leg that is not its own nothing is done."""


@dataclass(eq=False, repr=False)
class Exchange:
    """Performs ``CallNumber`` by the first trunk that reaches the number, ``EndLeg`` by the one that has the leg."""

    engine: Engine
    _trunks: list[Trunk] = field(default_factory=list, init=False)
    _by_leg: dict[str, Trunk] = field(default_factory=dict, init=False)

    def connect(self, *trunks: Trunk) -> None:
        """They are asked before those that are connected already."""
        self._trunks = [*trunks, *self._trunks]

    @property
    def has_trunk(self) -> bool:
        return bool(self._trunks)

    def perform(self, effect: Effect) -> None:
        if isinstance(effect, CallNumber):
            self._call(effect)
        elif isinstance(effect, EndLeg):
            trunk = self._by_leg.pop(effect.leg_id, None)
            for one in [trunk] if trunk else self._trunks:
                one.end(effect.leg_id, effect.reason)

    def _call(self, wanted: CallNumber) -> None:
        """The last trunk is the one that never refuses to try; without any the call fails."""
        if not self._trunks:
            self.engine.report(FarRefused(wanted.leg_id, "failed"))
            return
        trunk = next((one for one in self._trunks if one.reaches(wanted.number)), self._trunks[-1])
        self._by_leg[wanted.leg_id] = trunk
        trunk.call(wanted)
