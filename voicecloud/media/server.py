"""The media process: a gateway, and a guest where one is invited, led by messages of the voice cloud.

It lives as long as its socket: when the voice cloud is gone, for whatever cause, it ends its peer connections
and itself.
"""

import asyncio
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from shared.clock import utc_now
from shared.errors import Unavailable
from voicecloud import logs
from voicecloud.ids import Ids
from voicecloud.media import messages as said
from voicecloud.media.call_recorder import CallRecorder
from voicecloud.media.clips import Clips
from voicecloud.media.gateway import Gateway
from voicecloud.media.guests import Invitation, MediaGuest
from voicecloud.media.link import Files, GatewayLink
from voicecloud.records.taken import Taken
from voicecloud.routing.events import Event
from voicecloud.settings.media import IceServer, Way


def main(invitation: Invitation | None = None) -> None:
    """The process, started with two open sockets. Signals that end the voice cloud reach it too, in a terminal: it goes
    when the voice cloud has gone."""
    logs.set_up()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, signal.SIG_IGN)
    end, files = (socket.socket(fileno=int(one)) for one in sys.argv[1:3])
    end.setblocking(False)
    asyncio.run(serve(end, files, invitation))


async def serve(end: socket.socket, files: socket.socket, invitation: Invitation | None = None) -> None:
    """Until the voice cloud is gone."""
    await MediaServer(Files(files), invitation).run(end)


@dataclass(frozen=True)
class _Reports:
    """Routing as the gateway sees it: somewhere else."""

    link: GatewayLink

    def report(self, event: Event) -> None:
        self.link.tell(event)

    def now(self) -> datetime:
        return utc_now()


class MediaServer:
    def __init__(self, files: Files, invitation: Invitation | None = None) -> None:
        self._files = files
        self._invitation = invitation
        self._link = GatewayLink(self._handle, invitation.messages if invitation else ())
        self._gateway: Gateway | None = None
        self._guest: MediaGuest | None = None
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
            said.OfferCheck: lambda gateway, message: gateway.check(message.sdp),
            said.Invite: lambda gateway, message: gateway.invite(message.leg_id, sends_always=message.sends_always),
            said.Accept: lambda gateway, message: gateway.accept(message.leg_id, message.media_id, message.sdp),
            said.Withdraw: lambda gateway, message: gateway.withdraw(message.leg_id, message.media_id),
            said.Take: self._take,
        }

    async def run(self, end: socket.socket) -> None:
        await self._link.open(end)
        try:
            await self._link.run()
        finally:
            if self._running:
                self._running.cancel()
            if self._guest:
                await self._guest.close()
            if self._gateway:
                await self._gateway.close()
            self._files.close()

    def _handle(self, message: Any) -> Any:
        if isinstance(message, said.GatewayStart):
            return self._begin(message)
        gateway = self._gateway
        if gateway is None:
            raise Unavailable("media-down", "the media process has not begun")
        if isinstance(message, said.MEDIA_EFFECTS):
            gateway.perform(message)
            if self._guest:
                self._guest.perform(message)
            return None
        if self._guest and (deed := self._guest.deeds.get(type(message))):
            return deed(message)
        return self._deeds[type(message)](gateway, message)

    def _begin(self, message: said.GatewayStart) -> None:
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
        if self._invitation:
            self._guest = self._invitation.guest(gateway, self._link)
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

    def _take(self, gateway: Gateway, message: said.Take) -> said.TakenCallFields:
        recordings = [self._given(one) for one in gateway.take(message.call_id)]
        qualities = gateway.take_qualities(message.call_id)
        return said.TakenCallFields(recordings, {leg_id: asdict(one) for leg_id, one in qualities.items()})

    def _given(self, taken: Taken) -> dict[str, Any]:
        """Its packets are the voice cloud's from now on."""
        if taken.packets:
            self._files.give(taken.recording.id, taken.packets().fileno())
        taken.done()
        return {**asdict(taken.recording), "is_real": taken.packets is not None}
