"""The telephones of simulated users, and the outside telephones that anybody calls."""

from random import Random

from voicecloud.organisation.service import Directory
from voicecloud.routing.effects import CallNumber, Effect, RingUser
from voicecloud.routing.events import Answer, FarAnswered, FarRefused, PartyLeft
from voicecloud.runtime.engine import Engine

OUTSIDE_ANSWERS_S = (2.0, 6.0)
OUTSIDE_TALKS_S = (15.0, 60.0)
BUSY_ENDING = "99"
"""Outside numbers that end so are always engaged."""


class SimulatedTelephones:
    """Performs ``RingUser`` for simulated users and ``CallNumber`` for everybody outside."""

    def __init__(self, engine: Engine, directory: Directory, random: Random) -> None:
        self._engine = engine
        self._directory = directory
        self._random = random

    def perform(self, effect: Effect) -> None:
        if isinstance(effect, RingUser):
            self._ring(effect)
        elif isinstance(effect, CallNumber):
            self._dial(effect)

    def _ring(self, effect: RingUser) -> None:
        simulated = self._directory.users[effect.user_id].simulated
        if simulated and simulated.terminal in effect.terminals:
            after_s = self._random.uniform(simulated.answer_from_s, simulated.answer_to_s)
            self._engine.later(after_s, Answer(effect.leg_id, simulated.terminal))

    def _dial(self, effect: CallNumber) -> None:
        after_s = self._random.uniform(*OUTSIDE_ANSWERS_S)
        if effect.number.endswith(BUSY_ENDING):
            self._engine.later(after_s, FarRefused(effect.leg_id, "busy"))
            return
        self._engine.later(after_s, FarAnswered(effect.leg_id))
        self._engine.later(after_s + self._random.uniform(*OUTSIDE_TALKS_S), PartyLeft(effect.leg_id))
