"""The telephones of simulated users, and the outside telephones that anybody calls."""

from dataclasses import dataclass
from enum import StrEnum
from random import Random

from lab.voices.client import Voices
from lab.voices.messages import USER_HZ
from voicecloud.organisation.service import Directory
from voicecloud.routing.effects import CallNumber, Effect, FinishCall, RingUser
from voicecloud.routing.events import Answer, FarAnswered, FarRefused, PartyLeft, Reject
from voicecloud.runtime.engine import Engine

OUTSIDE_ANSWERS_S = (2.0, 6.0)
TALKS_S = (15.0, 60.0)
BUSY_ENDING = "99"
"""Outside numbers that end so are always engaged."""
STAYING_ENDING = "98"
"""Who is called at one that ends so leaves the end of the call to the other side."""


class How(StrEnum):
    """What who is called does: as usual, nothing (a command may answer for them), or decline."""

    USUAL = "usual"
    NOBODY = "nobody"
    REFUSE = "refuse"


@dataclass(frozen=True)
class Answering:
    """How those who are called in one call behave. ``after_s`` None: as long as they usually take. ``stays``: they
    leave the end of the call to the other side."""

    how: How = How.USUAL
    after_s: float | None = None
    stays: bool = False


USUAL = Answering()


class SimulatedTelephones:
    """Performs ``RingUser`` for simulated users; as a trunk it has a telephone at every number outside."""

    def __init__(self, engine: Engine, directory: Directory, voices: Voices, random: Random) -> None:
        self._engine = engine
        self._directory = directory
        self._voices = voices
        self._random = random
        self._agreed: dict[str, Answering] = {}

    def agree(self, call_id: str, answering: Answering) -> None:
        """Says how telephones behave in a call that is about to be made."""
        self._agreed[call_id] = answering

    def perform(self, effect: Effect) -> None:
        if isinstance(effect, RingUser):
            self._ring(effect, self._agreed.get(effect.call_id, USUAL))
        elif isinstance(effect, FinishCall):
            self._agreed.pop(effect.history.call_id, None)

    def reaches(self, number: str) -> bool:
        """There is somebody at any number."""
        return True

    def call(self, wanted: CallNumber) -> None:
        self._voices.play(wanted.leg_id)
        self._dial(wanted, self._agreed.get(wanted.call_id, USUAL))

    def end(self, leg_id: str, reason: str) -> None:
        """What the person would do later comes too late then, and is ignored."""

    def _ring(self, effect: RingUser, answering: Answering) -> None:
        simulated = self._directory.users[effect.user_id].simulated
        if not effect.simulated or simulated is None or answering.how is How.NOBODY:
            return
        self._voices.play(effect.leg_id, USER_HZ)
        event = Reject(effect.leg_id) if answering.how is How.REFUSE else Answer(effect.leg_id, simulated.terminal)
        self._engine.later(self._delay_s(answering, (simulated.answer_from_s, simulated.answer_to_s)), event)

    def _dial(self, effect: CallNumber, answering: Answering) -> None:
        if answering.how is How.NOBODY:
            return
        after_s = self._delay_s(answering, OUTSIDE_ANSWERS_S)
        is_busy = effect.number.endswith(BUSY_ENDING)
        if answering.how is How.REFUSE or is_busy:
            self._engine.later(after_s, FarRefused(effect.leg_id, "busy" if is_busy else "declined"))
            return
        self._engine.later(after_s, FarAnswered(effect.leg_id))
        if not answering.stays and not effect.number.endswith(STAYING_ENDING):
            self._engine.later(after_s + self._random.uniform(*TALKS_S), PartyLeft(effect.leg_id))

    def _delay_s(self, answering: Answering, usual_s: tuple[float, float]) -> float:
        return self._random.uniform(*usual_s) if answering.after_s is None else answering.after_s
