"""Records simulated calls: notes when voices are connected, and makes the sound when the call is over."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from voicecloud.ids import Ids
from voicecloud.records.recordings import Recording, Taken
from voicecloud.routing.effects import Bridge, EndLeg, RecordVoicemail, Unbridge
from voicecloud.routing.effects import Effect as RoutingEffect
from voicecloud.runtime.engine import Engine
from voicecloud.simulation import audio


@dataclass(frozen=True)
class _Running:
    call_id: str
    leg_id: str
    legs: frozenset[str]
    user_ids: tuple[str, ...]
    since: datetime
    voicemail: bool = False


class SimulatedTape:
    """Performs ``Bridge`` with recording, ``Unbridge``, ``RecordVoicemail`` and ``EndLeg``."""

    def __init__(self, engine: Engine, ids: Ids) -> None:
        self._engine = engine
        self._ids = ids
        self._running: list[_Running] = []
        self._done: dict[str, list[tuple[_Running, datetime]]] = defaultdict(list)

    def perform(self, effect: RoutingEffect) -> None:
        if isinstance(effect, Bridge) and effect.record:
            self._start(effect.call_id, (effect.leg_a, effect.leg_b))
        elif isinstance(effect, RecordVoicemail):
            self._start(effect.call_id, (effect.leg_id,), voicemail=True)
        elif isinstance(effect, Unbridge):
            self._stop({effect.leg_a, effect.leg_b})
        elif isinstance(effect, EndLeg):
            self._stop({effect.leg_id})

    def take(self, call_id: str) -> list[Taken]:
        return [self._taken(running, until) for running, until in self._done.pop(call_id, [])]

    def _start(self, call_id: str, legs: tuple[str, ...], voicemail: bool = False) -> None:
        users = self._users(call_id, legs)
        leg_id = next(iter(users), legs[0])
        running = _Running(call_id, leg_id, frozenset(legs), tuple(users.values()), self._engine.now(), voicemail)
        self._running.append(running)

    def _stop(self, legs: set[str]) -> None:
        for running in [one for one in self._running if one.legs & legs]:
            self._running.remove(running)
            self._done[running.call_id].append((running, self._engine.now()))

    def _users(self, call_id: str, legs: tuple[str, ...]) -> dict[str, str]:
        """User ids by leg."""
        history = self._engine.history(call_id)
        known = history.events if history else ()
        return {
            event.leg_id: event.user_id for event in known if event.leg_id in legs and event.leg_id and event.user_id
        }

    def _taken(self, running: _Running, until: datetime) -> Taken:
        duration_s = (until - running.since).total_seconds()
        recording = Recording(
            id=self._ids.new(),
            call_id=running.call_id,
            leg_id=running.leg_id,
            user_ids=running.user_ids,
            started_at=running.since,
            duration_s=duration_s,
            transcript="Voicemail of a simulated caller." if running.voicemail else "A simulated conversation.",
        )
        return Taken(recording, audio.conversation(duration_s))
