"""The media gateway: answers offers, connects voices as routing says, keeps legs whose peer is away (K1)."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial

from shared.errors import Missing
from voicecloud.ids import Ids
from voicecloud.media import malformed
from voicecloud.media.aiortc_adapter import Listener
from voicecloud.media.call_recorder import CallRecorder, Routing
from voicecloud.media.clips import Clips
from voicecloud.media.connecting import Connecting
from voicecloud.media.forwarding import PacketForwarding
from voicecloud.media.legs import Legs, MediaLeg, PeerConnection, Told
from voicecloud.media.liveness import Liveness
from voicecloud.media.messages import Media, SessionDescription
from voicecloud.media.quality import Quality
from voicecloud.media.rtp import FRAME_S
from voicecloud.media.tasks import Tasks
from voicecloud.records.quality import LegQuality
from voicecloud.records.taken import Taken
from voicecloud.routing.effects import Bridge, Effect, EndLeg, Play, Unbridge
from voicecloud.routing.events import KeyPressed, PartyLeft
from voicecloud.settings.media import ANYWHERE, IceServer, Way

__all__ = ["Gateway", "Media", "SessionDescription"]

CATCH_UP = 5
"""Packets of a clip that are sent at once after the process has stood still; older ones are left out."""


class Gateway:
    """Performs ``Bridge``, ``Unbridge``, ``Play``, ``RecordVoicemail`` and ``EndLeg``; made and used in one event loop.

    ``most`` peers are taken at once, ``hold_s`` is how long a leg waits for its peer to come back.
    """

    def __init__(
        self,
        *,
        engine: Routing,
        ids: Ids,
        recorder: CallRecorder,
        clips: Clips,
        servers: Sequence[IceServer],
        most: int,
        hold_s: float,
        way: Way = ANYWHERE,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._recorder = recorder
        self._clips = clips
        self._seconds = seconds
        self._legs = legs = Legs()
        self._tasks = tasks = Tasks()
        self._busy = asyncio.Event()
        self._qualities: dict[str, dict[str, LegQuality]] = {}
        self._liveness = alive = Liveness(
            legs=legs, clips=clips, tasks=tasks, seconds=seconds, hold_s=hold_s, left=self._given_up
        )
        self._forwarding = PacketForwarding(
            legs=legs, recorder=recorder, clips=clips, tasks=tasks, alive=alive, seconds=seconds, pressed=self._pressed
        )
        self._connecting = Connecting(
            legs=legs,
            ids=ids,
            tasks=tasks,
            servers=servers,
            way=way,
            most=most,
            listener=self._listener,
            adopted=self._adopted,
        )

    def listen(self, told: Told) -> None:
        """``told`` gets the id of each leg whose media, mute or recording has changed."""
        self._legs.listen(told)

    @property
    def peer_count(self) -> int:
        return self._legs.peer_count

    @property
    def malformed_packets(self) -> int:
        """Dropped since the process began."""
        return malformed.counts.total()

    def expect(self, leg_id: str) -> None:
        """A peer is to come, and is waited for as if it were away. Raises Missing ``media-unknown``."""
        self._liveness.expect(self._legs.make(leg_id))
        self._busy.set()

    async def offer(self, leg_id: str, sdp: str, *, sends_always: bool = True) -> SessionDescription:
        """Makes or replaces a leg's peer connection: the new one is heard once it is connected (RFC 9725, C1, K1).

        ``sends_always``: it sends packets in silence too, and is away when it sends none.
        Raises InvalidInput ``sdp-malformed`` or ``sdp-too-long``, Unavailable ``media-full``, Missing ``media-unknown``
        for a leg that is over.
        """
        answer = self._took_up(leg_id, await self._connecting.offer(leg_id, sdp))
        if leg := self._legs.get(leg_id):
            leg.sends_always = sends_always
            self._liveness.expect(leg)
        return answer

    async def check(self, sdp: str) -> None:
        """Whether such an offer would be answered. Raises InvalidInput ``sdp-malformed`` or ``sdp-too-long``."""
        await self._connecting.check(sdp)

    async def invite(self, leg_id: str, *, sends_always: bool = True) -> SessionDescription:
        """The other way round: our offer, to be answered with ``accept``. Raises Unavailable ``media-full``, Missing
        ``media-unknown``."""
        self._legs.make(leg_id).sends_always = sends_always
        return self._took_up(leg_id, await self._connecting.invite(leg_id))

    async def accept(self, leg_id: str, media_id: str, sdp: str) -> None:
        """Raises Missing ``media-unknown``, InvalidInput ``sdp-malformed`` or ``sdp-too-long``."""
        await self._connecting.accept(leg_id, media_id, sdp)

    async def withdraw(self, leg_id: str, media_id: str) -> None:
        """The peer goes; its leg waits for another. Raises Missing ``media-unknown``."""
        await self._connecting.withdraw(leg_id, media_id)
        if leg := self._legs.get(leg_id):
            self._liveness.check(leg)

    def media(self, leg_id: str) -> Media | None:
        leg = self._legs.get(leg_id)
        connection = leg and (leg.current or leg.coming)
        return Media(connection.media_id, leg.is_attached) if leg and connection else None

    def quality(self, leg_id: str) -> Quality | None:
        leg = self._legs.get(leg_id)
        return leg.current.peer.quality() if leg and leg.current else None

    def take_qualities(self, call_id: str) -> Mapping[str, LegQuality]:
        """How the legs of a call that is over were heard, of those with a voice; forgotten then."""
        return self._qualities.pop(call_id, {})

    def set_muted(self, leg_id: str, muted: bool) -> None:
        """What the leg says is silence from now on, for the other one and the recording (C2)."""
        self._legs.make(leg_id).is_muted = muted
        self._legs.tell(leg_id)

    def is_muted(self, leg_id: str) -> bool:
        leg = self._legs.get(leg_id)
        return leg is not None and leg.is_muted

    def pause_recording(self, leg_id: str, paused: bool) -> None:
        """For this leg's call until it is taken up again, also over a hold (K9)."""
        for one in self._recorder.pause(leg_id, paused):
            self._legs.tell(one)

    def recording_paused(self, leg_id: str) -> bool | None:
        """None: the leg is not being recorded."""
        return self._recorder.is_paused(leg_id)

    def send_keys(self, leg_id: str, keys: str) -> None:
        """Presses keys for a leg: routing is notified, and the other party hears them (C2)."""
        self._forwarding.press(leg_id, keys)

    def take(self, call_id: str) -> list[Taken]:
        return self._recorder.take(call_id)

    def perform(self, effect: Effect) -> None:
        self._recorder.perform(effect)
        with suppress(Missing):  # a leg that is over already
            if isinstance(effect, Bridge):
                self._bridge(self._legs.make(effect.leg_a), self._legs.make(effect.leg_b))
            elif isinstance(effect, Play):
                self._forwarding.play(effect)
        if isinstance(effect, Unbridge):
            self._separate(effect)
        elif isinstance(effect, EndLeg):
            self._end(effect)

    async def run(self) -> None:
        """Plays clips and looks after peers, until cancelled."""
        await self._clips.prepare()
        next_s, look_s = self._seconds(), 0.0
        while True:
            if self._legs.are_quiet:
                self._busy.clear()
                await self._busy.wait()
                next_s = self._seconds()
            await self._forwarding.play_on()
            if self._seconds() >= look_s:
                look_s = self._seconds() + self._liveness.check_all()
            next_s = max(next_s + FRAME_S, self._seconds() - CATCH_UP * FRAME_S)
            await asyncio.sleep(max(0.0, next_s - self._seconds()))

    async def close(self) -> None:
        """Ends every peer connection."""
        connections = [one for leg in self._legs.clear() for one in leg.connections]
        await asyncio.gather(*(one.peer.close() for one in connections))
        await self._tasks.close()

    def _listener(self, leg: MediaLeg, connection: PeerConnection) -> Listener:
        return Listener(
            packet=partial(self._forwarding.heard, leg, connection),
            key=partial(self._forwarding.key, leg, connection),
            state=lambda _: self._changed(leg),
        )

    def _took_up(self, leg_id: str, answer: SessionDescription) -> SessionDescription:
        if self._legs.get(leg_id):
            self._recorder.has_voice(leg_id)
        self._busy.set()
        return answer

    def _changed(self, leg: MediaLeg) -> None:
        """A connection of the leg has come, gone or failed."""
        if self._legs.get(leg.id) is leg:
            self._connecting.adopt(leg)
            self._liveness.check(leg)
            self._legs.tell(leg.id)

    def _adopted(self, leg: MediaLeg) -> None:
        leg.heard_at_s, leg.is_expected = self._seconds(), True
        self._liveness.back(leg)

    def _given_up(self, leg_id: str) -> None:
        self._engine.report(PartyLeft(leg_id))

    def _pressed(self, leg_id: str, key: str) -> None:
        self._engine.report(KeyPressed(leg_id, key))

    def _bridge(self, a: MediaLeg, b: MediaLeg) -> None:
        for leg, other in ((a, b), (b, a)):
            if leg.other and leg.other is not other:
                leg.other.other = None
            leg.other, leg.player, leg.comfort = other, None, None
            leg.out.cut()
        for leg in (a, b):
            self._liveness.check(leg)
            self._legs.tell(leg.id)

    def _separate(self, effect: Unbridge) -> None:
        for leg in (self._legs.get(effect.leg_a), self._legs.get(effect.leg_b)):
            if leg:
                leg.other = leg.comfort = None

    def _end(self, effect: EndLeg) -> None:
        leg = self._legs.end(effect.leg_id)
        if leg is None:
            return
        self._liveness.back(leg)
        if leg.current:
            leg.meter.done(leg.current.peer.quality())
        if total := leg.meter.total():
            self._qualities.setdefault(effect.call_id, {})[leg.id] = total
        for connection in leg.connections:
            self._tasks.run(connection.peer.close())
