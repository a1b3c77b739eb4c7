"""Voices of simulated people, only where somebody with a real telephone can hear them."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from lab.voices.hearing import SILENCE_DB
from lab.voices.messages import CUSTOMER_HZ, Heard
from lab.voices.voice import Phrase, Voice, hum, tone
from shared.errors import VoiceError
from voicecloud.media.gateway import Gateway
from voicecloud.routing.effects import Bridge, Effect, EndLeg, Unbridge
from voicecloud.settings.media import IceServer

log = logging.getLogger(__name__)


@dataclass
class _Played:
    """A leg of a simulated person; without a voice as long as nobody could hear it."""

    phrase: Callable[[], Phrase]
    voice: Voice | None = None


class SimulatedVoices:
    """Performs ``Bridge``, ``Unbridge`` and ``EndLeg`` for legs that it has to play. Among themselves simulated
    people have no media at all, so that traffic costs nothing."""

    def __init__(self, gateway: Gateway, servers: Sequence[IceServer] = ()) -> None:
        self._gateway = gateway
        self._servers = servers
        self._played: dict[str, _Played] = {}
        self._other: dict[str, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        gateway.listen(self._media_changed)

    def play(self, leg_id: str, hum_hz: float = CUSTOMER_HZ, tone_hz: float | None = None) -> None:
        """This leg is a simulated person, who hums; with ``tone_hz`` they speak that tone, and listen from now on."""
        if leg_id in self._played:
            return
        phrase = partial(hum, hum_hz) if tone_hz is None else partial(tone, tone_hz)
        self._played[leg_id] = _Played(phrase)
        if tone_hz is not None:
            self._give_voice(leg_id)

    def speak(self, leg_id: str, tone_hz: float | None) -> None:
        """A plain tone from now on, 0: silence, None: the hum of a customer."""
        self.play(leg_id)
        played = self._played[leg_id]
        played.phrase = partial(hum, CUSTOMER_HZ) if tone_hz is None else partial(tone, tone_hz)
        if played.voice:
            self._run(played.voice.say(played.phrase))
        else:
            self._give_voice(leg_id)

    def press(self, leg_id: str, key: str) -> bool:
        """False where there is no voice: then routing has to be notified."""
        played = self._played.get(leg_id)
        if played is None or played.voice is None or not played.voice.is_connected:
            return False
        played.voice.press(key)
        return True

    def heard(self, leg_id: str) -> Heard:
        played = self._played.get(leg_id)
        if played is None or played.voice is None:
            return Heard(is_connected=False, loudness_db=SILENCE_DB, pitch_hz=0.0, keys="")
        sounding = played.voice.heard()
        return Heard(played.voice.is_connected, sounding.loudness_db, sounding.pitch_hz, played.voice.keys)

    def forget(self, leg_id: str) -> None:
        """The simulated person is gone."""
        played = self._played.pop(leg_id, None)
        if played and played.voice:
            self._run(played.voice.close())

    def perform(self, effect: Effect) -> None:
        if isinstance(effect, Bridge):
            self._other |= {effect.leg_a: effect.leg_b, effect.leg_b: effect.leg_a}
            self._media_changed(effect.leg_a)
            self._media_changed(effect.leg_b)
        elif isinstance(effect, Unbridge):
            self._part(effect.leg_a)
        elif isinstance(effect, EndLeg):
            self._part(effect.leg_id)
            self.forget(effect.leg_id)

    async def close(self) -> None:
        voices = [one.voice for one in self._played.values() if one.voice]
        self._played.clear()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, *(one.close() for one in voices), return_exceptions=True)

    def _part(self, leg_id: str) -> None:
        if other := self._other.pop(leg_id, None):
            self._other.pop(other, None)

    def _media_changed(self, leg_id: str) -> None:
        """Somebody can be heard, so whom they talk with can be as well."""
        other = self._other.get(leg_id)
        if other in self._played and leg_id not in self._played and self._gateway.media(leg_id):
            self._give_voice(other)

    def _give_voice(self, leg_id: str) -> None:
        played = self._played[leg_id]
        if played.voice is None:
            played.voice = Voice(self._servers, played.phrase)
            self._run(self._connect(leg_id, played.voice))

    async def _connect(self, leg_id: str, voice: Voice) -> None:
        async def offer(sdp: str) -> str:
            return (await self._gateway.offer(leg_id, sdp)).sdp

        try:
            await voice.connect(offer)
        except VoiceError as error:
            log.warning("a simulated person has no voice", extra={"leg_id": leg_id, "code": error.code})
            await voice.close()
            return
        if leg_id not in self._played:
            await voice.close()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
