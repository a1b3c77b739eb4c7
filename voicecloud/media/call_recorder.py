"""Notes when voices are connected, and gives the recordings of a call when it is over (G2)."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Protocol

from voicecloud.ids import Ids
from voicecloud.media import mixdown
from voicecloud.media.recording import Recorder
from voicecloud.media.rtp import Packet
from voicecloud.records.conversation import conversation
from voicecloud.records.taken import Recording, Taken
from voicecloud.routing.effects import Bridge, Effect, EndLeg, RecordVoicemail, Unbridge
from voicecloud.routing.events import Event

LEFT, RIGHT = 0, 1


@dataclass(eq=False)
class _Running:
    """``legs``: their channels. The caller is left, the user right; a leg alone is left."""

    call_id: str
    leg_id: str
    legs: dict[str, int]
    user_ids: tuple[str, ...]
    since: datetime
    recorder: Recorder
    is_real: bool
    transcript: str
    until: datetime | None = None


class Routing(Protocol):
    """What is known of routing here."""

    def report(self, event: Event) -> None:
        """Something has happened to a leg."""

    def now(self) -> datetime:
        """The time of day."""


@dataclass(eq=False, repr=False)
class CallRecorder:
    """Performs ``Bridge`` with recording, ``Unbridge``, ``RecordVoicemail`` and ``EndLeg``.

    One recording for each time two legs are connected. Where no leg had a peer connection, it is a simulated
    conversation. A process that dies loses the recordings of calls in progress.
    """

    routing: Routing
    ids: Ids
    seconds: Callable[[], float]
    _running: dict[str, _Running] = field(default_factory=dict, init=False)
    _done: dict[str, list[_Running]] = field(default_factory=lambda: defaultdict(list), init=False)
    _real: set[str] = field(default_factory=set, init=False)
    _pausing: set[str] = field(default_factory=set, init=False)

    def perform(self, effect: Effect) -> None:
        if isinstance(effect, Bridge) and effect.record:
            self._start(effect.call_id, (effect.leg_a, effect.leg_b), effect.users)
        elif isinstance(effect, RecordVoicemail):
            self._start(effect.call_id, (effect.leg_id,), {}, "Voicemail of a simulated caller.")
        elif isinstance(effect, Unbridge):
            self._stop(effect.leg_a)
            self._stop(effect.leg_b)
        elif isinstance(effect, EndLeg):
            self._stop(effect.leg_id)
            self._real.discard(effect.leg_id)
            self._pausing.discard(effect.leg_id)

    def has_voice(self, leg_id: str) -> None:
        """From now on this leg is no simulated one."""
        self._real.add(leg_id)
        if running := self._running.get(leg_id):
            running.is_real = True

    def heard(self, leg_id: str, packet: Packet, now_s: float) -> None:
        """A party has said something."""
        if running := self._running.get(leg_id):
            running.recorder.add(running.legs[leg_id], packet, now_s)

    def pause(self, leg_id: str, paused: bool) -> Sequence[str]:
        """While paused nothing is recorded, of either party, whoever that is by then (K9). Gives the legs concerned."""
        running = self._running.get(leg_id)
        if running is None:
            return [leg_id]
        running.recorder.is_paused = paused
        self._pausing.difference_update(running.legs)
        self._pausing.update([leg_id] if paused else [])
        return list(running.legs)

    def is_paused(self, leg_id: str) -> bool | None:
        """None: the leg is not recorded."""
        running = self._running.get(leg_id)
        return running.recorder.is_paused if running else None

    def take(self, call_id: str) -> list[Taken]:
        return [self._taken(running) for running in self._done.pop(call_id, [])]

    def _start(
        self,
        call_id: str,
        legs: tuple[str, ...],
        users: Mapping[str, str],
        transcript: str = "A simulated conversation.",
    ) -> None:
        right = next((leg for leg in reversed(legs) if leg in users), legs[-1]) if len(legs) > 1 else ""
        running = _Running(
            call_id=call_id,
            leg_id=next(iter(users), legs[0]),
            legs={leg: RIGHT if leg == right else LEFT for leg in legs},
            user_ids=tuple(users.values()),
            since=self.routing.now(),
            recorder=Recorder(self.seconds()),
            is_real=not self._real.isdisjoint(legs),
            transcript=transcript,
        )
        running.recorder.is_paused = not self._pausing.isdisjoint(legs)
        for leg in legs:
            self._stop(leg)
            self._running[leg] = running

    def _stop(self, leg_id: str) -> None:
        if running := self._running.get(leg_id):
            for leg in running.legs:
                self._running.pop(leg, None)
            running.until = self.routing.now()
            self._done[running.call_id].append(running)

    def _taken(self, running: _Running) -> Taken:
        duration_s = ((running.until or running.since) - running.since).total_seconds()
        recording = Recording(
            id=self.ids.new(),
            call_id=running.call_id,
            leg_id=running.leg_id,
            user_ids=running.user_ids,
            started_at=running.since,
            duration_s=duration_s,
            transcript="" if running.is_real else running.transcript,
        )
        if running.is_real:
            recorder = running.recorder
            return Taken(
                recording,
                partial(recorder.sound, duration_s),
                partial(mixdown.made, recorder.packets, duration_s),
                recorder.close,
                recorder.packets,
            )
        running.recorder.close()
        return Taken(recording, partial(conversation, duration_s))
