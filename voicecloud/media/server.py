"""The media process: a gateway and the voices of simulated people, led by messages of the voice cloud.

It lives as long as its socket: when the voice cloud is gone, for whatever cause, it ends its peer connections
and itself.
"""

import asyncio
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from shared.clock import utc_now
from shared.errors import Unavailable
from voicecloud.ids import Ids
from voicecloud.media import messages as said
from voicecloud.media.call_recorder import CallRecorder
from voicecloud.media.clips import Clips
from voicecloud.media.gateway import Gateway
from voicecloud.media.link import Files, Link
from voicecloud.media.servers import IceServer, Way
from voicecloud.media.simulated import SimulatedVoices
from voicecloud.records.taken import Taken
from voicecloud.routing.events import Event, KeyPressed


async def serve(end: socket.socket, files: socket.socket) -> None:
    """Until the voice cloud is gone."""
    await MediaServer(Files(files)).run(end)


@dataclass(frozen=True)
class _Reports:
    """Routing as the gateway sees it: somewhere else."""

    link: Link

    def report(self, event: Event) -> None:
        self.link.tell(event)

    def now(self) -> datetime:
        return utc_now()


class MediaServer:
    def __init__(self, files: Files) -> None:
        self._files = files
        self._link = Link(self._handle)
        self._gateway: Gateway | None = None
        self._voices: SimulatedVoices | None = None
        self._running: asyncio.Task[None] | None = None
        self._deeds: Mapping[type, Callable[[Gateway, Any], Any]] = {
            said.Ping: lambda gateway, message: said.Pong(gateway.malformed_packets),
            said.Expect: lambda gateway, message: gateway.expect(message.leg_id),
            said.Mute: lambda gateway, message: gateway.set_muted(message.leg_id, message.muted),
            said.PauseRecording: lambda gateway, message: gateway.pause_recording(message.leg_id, message.paused),
            said.SendKeys: lambda gateway, message: gateway.send_keys(message.leg_id, message.keys),
            said.Offer: lambda gateway, message: gateway.offer(
                message.leg_id, message.sdp, sends_always=message.sends_always
            ),
            said.Check: lambda gateway, message: gateway.check(message.sdp),
            said.Invite: lambda gateway, message: gateway.invite(message.leg_id, sends_always=message.sends_always),
            said.Accept: lambda gateway, message: gateway.accept(message.leg_id, message.media_id, message.sdp),
            said.Withdraw: lambda gateway, message: gateway.withdraw(message.leg_id, message.media_id),
            said.Take: self._take,
        }
        self._plays: Mapping[type, Callable[[SimulatedVoices, Any], Any]] = {
            said.PlayVoice: lambda voices, message: voices.play(message.leg_id, message.hum_hz, message.tone_hz),
            said.Speak: lambda voices, message: voices.speak(message.leg_id, message.tone_hz),
            said.PressKey: self._press,
            said.ForgetVoice: lambda voices, message: voices.forget(message.leg_id),
            said.Hear: lambda voices, message: voices.heard(message.leg_id),
        }

    async def run(self, end: socket.socket) -> None:
        await self._link.open(end)
        try:
            await self._link.run()
        finally:
            if self._running:
                self._running.cancel()
            if self._voices and self._gateway:
                await self._voices.close()
                await self._gateway.close()
            self._files.close()

    def _handle(self, message: Any) -> Any:
        if isinstance(message, said.Begin):
            return self._begin(message)
        gateway, voices = self._gateway, self._voices
        if gateway is None or voices is None:
            raise Unavailable("media-down", "the media process has not begun")
        if isinstance(message, said.MEDIA_EFFECTS):
            gateway.perform(message)
            voices.perform(message)
            return None
        if play := self._plays.get(type(message)):
            return play(voices, message)
        return self._deeds[type(message)](gateway, message)

    def _begin(self, message: said.Begin) -> None:
        routing, ids = _Reports(self._link), Ids(utc_now)
        servers = [IceServer(**one) if isinstance(one, dict) else one for one in message.servers]
        self._gateway = gateway = Gateway(
            engine=routing,
            ids=ids,
            recorder=CallRecorder(routing, ids, time.monotonic),
            clips=Clips(self._prompt),
            servers=servers,
            way=Way(message.address, range(*message.ports)),
            most=message.most,
            hold_s=message.hold_s,
        )
        gateway.listen(self._changed)
        self._voices = SimulatedVoices(gateway)
        self._running = asyncio.ensure_future(gateway.run())

    def _changed(self, leg_id: str) -> None:
        gateway = self._gateway
        media = gateway.media(leg_id) if gateway else None
        media_id, attached = (media.media_id, media.attached) if media else (None, False)
        paused = gateway.recording_paused(leg_id) if gateway else None
        self._link.tell(said.LegChanged(leg_id, media_id, attached, paused))

    async def _prompt(self, prompt_id: str) -> bytes:
        audio: said.PromptAudio = await self._link.ask(said.PromptWanted(prompt_id))
        return audio.blob

    def _press(self, voices: SimulatedVoices, message: said.PressKey) -> None:
        """As sound where it can be heard, else only to routing."""
        if not voices.press(message.leg_id, message.key):
            self._link.tell(KeyPressed(message.leg_id, message.key))

    def _take(self, gateway: Gateway, message: said.Take) -> said.TakenCall:
        recordings = [self._given(one) for one in gateway.take(message.call_id)]
        qualities = gateway.take_qualities(message.call_id)
        return said.TakenCall(recordings, {leg_id: asdict(one) for leg_id, one in qualities.items()})

    def _given(self, taken: Taken) -> dict[str, Any]:
        """Its packets are the voice cloud's from now on."""
        if taken.packets:
            self._files.give(taken.recording.id, taken.packets().fileno())
        taken.done()
        return {**asdict(taken.recording), "is_real": taken.packets is not None}
