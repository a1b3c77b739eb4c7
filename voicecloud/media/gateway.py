"""The media gateway: answers offers, connects voices as routing says, keeps legs whose peer is away (K1)."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from shared.errors import Missing, Unavailable
from voicecloud.ids import Ids
from voicecloud.media.aiortc_adapter import Listener, Peer, Quality
from voicecloud.media.clips import Clips, Player
from voicecloud.media.legs import Connection, MediaLeg, Told
from voicecloud.media.rtp import FRAME_S, KEYS, SILENCE, Packet, key_payloads
from voicecloud.media.servers import IceServer
from voicecloud.media.tape import Tape
from voicecloud.records.recordings import Taken
from voicecloud.routing.effects import Bridge, Effect, EndLeg, Play, Unbridge
from voicecloud.routing.events import KeyPressed, PartyLeft
from voicecloud.runtime.engine import Engine

COMFORT = "comfort"
COMFORT_AFTER_S = 2.0
LOOK_EVERY_S = 0.25
CONNECT_WITHIN_S = 20.0
KEY_PAUSE_S = 0.06

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """Our side of a peer connection, an SDP answer or offer."""

    media_id: str
    sdp: str


@dataclass(frozen=True)
class Media:
    """``attached``: the peer is connected and heard."""

    media_id: str
    attached: bool


class Gateway:
    """Performs ``Bridge``, ``Unbridge``, ``Play``, ``RecordVoicemail`` and ``EndLeg``; made and used in one event loop.

    ``most`` peers are taken at once, ``hold_s`` is how long a leg waits for its peer to come back.
    """

    def __init__(
        self,
        *,
        engine: Engine,
        ids: Ids,
        tape: Tape,
        clips: Clips,
        servers: Sequence[IceServer],
        most: int,
        hold_s: float,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._ids = ids
        self._tape = tape
        self._clips = clips
        self._servers = servers
        self._most = most
        self._hold_s = hold_s
        self._seconds = seconds
        self._legs: dict[str, MediaLeg] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._told: list[Told] = []
        self._busy = asyncio.Event()

    def listen(self, told: Told) -> None:
        """Tells the id of a leg whose media, mute or recording has changed."""
        self._told.append(told)

    @property
    def peer_count(self) -> int:
        return sum(len(leg.connections) for leg in self._legs.values())

    async def offer(self, leg_id: str, sdp: str) -> Answer:
        """Makes or replaces a leg's peer connection: the new one is heard once it is connected (RFC 9725, C1, K1).

        Raises InvalidInput ``sdp-malformed`` or ``sdp-too-long``, Unavailable ``media-full``.
        """
        connection = self._new(leg_id)
        try:
            answer = await connection.peer.answer(sdp)
        except BaseException:
            await connection.peer.close()
            raise
        await self._expect(leg_id, connection)
        return Answer(connection.media_id, answer)

    async def invite(self, leg_id: str) -> Answer:
        """The other way round: our offer, to be answered with ``accept``. Raises Unavailable ``media-full``."""
        connection = self._new(leg_id)
        offer = await connection.peer.offer()
        await self._expect(leg_id, connection)
        return Answer(connection.media_id, offer)

    async def accept(self, leg_id: str, media_id: str, sdp: str) -> None:
        """Raises Missing ``media-unknown``, InvalidInput ``sdp-malformed`` or ``sdp-too-long``."""
        await self._known(leg_id, media_id).peer.accept(sdp)

    async def withdraw(self, leg_id: str, media_id: str) -> None:
        """The peer goes; its leg waits for another. Raises Missing ``media-unknown``."""
        connection = self._known(leg_id, media_id)
        leg = self._legs[leg_id]
        if leg.coming is connection:
            leg.coming = None
        await connection.peer.close()
        self._look_after(leg)

    def media(self, leg_id: str) -> Media | None:
        leg = self._legs.get(leg_id)
        connection = leg and (leg.current or leg.coming)
        return Media(connection.media_id, leg.is_attached) if leg and connection else None

    def quality(self, leg_id: str) -> Quality | None:
        leg = self._legs.get(leg_id)
        return leg.current.peer.quality() if leg and leg.current else None

    def set_muted(self, leg_id: str, muted: bool) -> None:
        """What the leg says is silence from now on, for the other one and the recording (C2)."""
        self._leg(leg_id).is_muted = muted
        self._tell(leg_id)

    def is_muted(self, leg_id: str) -> bool:
        leg = self._legs.get(leg_id)
        return leg is not None and leg.is_muted

    def pause_recording(self, leg_id: str, paused: bool) -> None:
        self._tape.pause(leg_id, paused)
        self._tell(leg_id)

    def recording_paused(self, leg_id: str) -> bool | None:
        """None: the leg is not being recorded."""
        return self._tape.is_paused(leg_id)

    def send_keys(self, leg_id: str, keys: str) -> None:
        """Presses keys for a leg: routing is told, and the other party hears them (C2)."""
        for key in keys:
            self._engine.report(KeyPressed(leg_id, key))
        leg = self._legs.get(leg_id)
        if leg and leg.other and leg.other in self._legs:
            self._run(self._press(self._legs[leg.other], [key for key in keys if key in KEYS]))

    def take(self, call_id: str) -> list[Taken]:
        return self._tape.take(call_id)

    def perform(self, effect: Effect) -> None:
        self._tape.perform(effect)
        if isinstance(effect, Bridge):
            self._bridge(effect.leg_a, effect.leg_b)
        elif isinstance(effect, Unbridge):
            self._leg(effect.leg_a).other = self._leg(effect.leg_b).other = None
        elif isinstance(effect, Play):
            self._run(self._play(effect))
        elif isinstance(effect, EndLeg):
            self._end(effect.leg_id)

    async def run(self) -> None:
        """Plays clips and looks after peers, until cancelled."""
        next_s, look_s = self._seconds(), 0.0
        while True:
            if not any(leg.connections for leg in self._legs.values()):
                self._busy.clear()
                await self._busy.wait()
                next_s = self._seconds()
            await self._play_on()
            if self._seconds() >= look_s:
                look_s = self._seconds() + LOOK_EVERY_S
                for leg in list(self._legs.values()):
                    self._look_after(leg)
            next_s = max(next_s + FRAME_S, self._seconds() - 5 * FRAME_S)
            await asyncio.sleep(max(0.0, next_s - self._seconds()))

    async def close(self) -> None:
        """Ends every peer connection."""
        connections = [one for leg in self._legs.values() for one in leg.connections]
        self._legs.clear()
        await asyncio.gather(*(one.peer.close() for one in connections))
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _leg(self, leg_id: str) -> MediaLeg:
        return self._legs.setdefault(leg_id, MediaLeg(leg_id))

    def _known(self, leg_id: str, media_id: str) -> Connection:
        leg = self._legs.get(leg_id)
        found = next((one for one in leg.connections if one.media_id == media_id), None) if leg else None
        if found is None:
            raise Missing("media-unknown", "the leg has no such peer connection")
        return found

    def _new(self, leg_id: str) -> Connection:
        leg = self._legs.get(leg_id)
        if self.peer_count >= self._most and not (leg and leg.connections):
            raise Unavailable("media-full", "the gateway takes no more calls now")
        listener = Listener(
            packet=partial(self._heard, leg_id),
            key=partial(self._key, leg_id),
            state=partial(self._changed, leg_id),
        )
        return Connection(self._ids.new(), Peer(self._servers, listener))

    async def _expect(self, leg_id: str, connection: Connection) -> None:
        """The first one is shown at once; a later one when it is connected."""
        leg = self._leg(leg_id)
        before = leg.coming
        leg.coming = connection
        if before:
            await before.peer.close()
        self._adopt(leg)
        self._busy.set()
        self._tell(leg_id)
        self._run(self._give_up(leg, connection))

    async def _give_up(self, leg: MediaLeg, connection: Connection) -> None:
        """A peer that never connects is no reason to keep a place for it."""
        await asyncio.sleep(CONNECT_WITHIN_S)
        if leg.coming is connection:
            leg.coming = None
            await connection.peer.close()
            self._tell(leg.id)

    def _changed(self, leg_id: str, _state: str) -> None:
        if leg := self._legs.get(leg_id):
            self._adopt(leg)
            self._look_after(leg)
            self._tell(leg_id)

    def _adopt(self, leg: MediaLeg) -> None:
        """Makes before it breaks: the new peer takes over when it is connected, the old one goes then."""
        coming, old = leg.coming, leg.current
        if coming is None or coming.peer.state != "connected":
            return
        leg.current, leg.coming = coming, None
        leg.heard_at_s, leg.lost_at_s, leg.was_connected = self._seconds(), None, True
        self._comfort(leg, wanted=False)
        if old is not None:
            self._run(old.peer.close())

    def _look_after(self, leg: MediaLeg) -> None:
        """Notices that a peer is away or back, and ends the call of one that stays away (K1)."""
        if not leg.was_connected:
            return
        now = self._seconds()
        is_here = leg.current is not None and leg.current.peer.state == "connected"
        is_heard = is_here and now - leg.heard_at_s < COMFORT_AFTER_S
        if is_heard and leg.lost_at_s is not None:
            leg.lost_at_s = None
            self._comfort(leg, wanted=False)
            self._tell(leg.id)
        elif not is_heard and leg.lost_at_s is None:
            leg.lost_at_s = min(now, leg.heard_at_s + COMFORT_AFTER_S) if is_here else now
            self._tell(leg.id)
        if leg.lost_at_s is None:
            return
        if now - leg.heard_at_s >= COMFORT_AFTER_S:
            self._comfort(leg, wanted=True)
        if now - leg.lost_at_s >= self._hold_s:
            log.info("a leg's peer did not come back", extra={"leg_id": leg.id})
            self._engine.report(PartyLeft(leg.id))

    def _comfort(self, leg: MediaLeg, *, wanted: bool) -> None:
        """Whoever talks with a leg that is away hears that the line is still there."""
        other = self._legs.get(leg.other or "")
        if other is None or (other.comfort is not None) is wanted:
            return
        if wanted:
            self._run(self._set_comfort(leg, other))
        else:
            other.comfort = None

    async def _set_comfort(self, leg: MediaLeg, other: MediaLeg) -> None:
        clip = await self._clips.get(COMFORT)
        if leg.lost_at_s is not None and leg.other == other.id:
            other.comfort = Player(clip, is_loop=True)

    async def _heard(self, leg_id: str, packet: Packet) -> None:
        """A packet of a peer: on to the other leg, and onto the tape."""
        leg = self._legs.get(leg_id)
        if leg is None:
            return
        now = leg.heard_at_s = self._seconds()
        if leg.is_muted:
            packet = Packet(packet.source, packet.sequence, packet.timestamp, SILENCE)
        self._tape.heard(leg_id, packet, now)
        other = self._legs.get(leg.other or "")
        if other and other.current and not other.player:
            place = other.out.place(packet.source, packet.sequence, packet.timestamp, now)
            await other.current.peer.send(packet.payload, *place)

    async def _key(self, leg_id: str, source: int, timestamp: int, payload: bytes) -> None:
        """A key of a peer, told once: to routing, and on to the other party."""
        leg = self._legs.get(leg_id)
        if leg is None or leg.current is None:
            return
        leg.heard_at_s = self._seconds()
        if key := leg.current.keys.read(source, timestamp, payload):
            self.send_keys(leg_id, key)

    async def _press(self, leg: MediaLeg, keys: Sequence[str]) -> None:
        for key in keys:
            connection = leg.current
            if connection is None or not connection.peer.key_rate:
                return
            began = None
            for payload in key_payloads(key, connection.peer.key_rate):
                sequence, timestamp = leg.out.insert()
                is_first, began = began is None, timestamp if began is None else began
                await connection.peer.send(payload, sequence, began, is_key=True, marker=is_first)
                await asyncio.sleep(FRAME_S)
            await asyncio.sleep(KEY_PAUSE_S)

    def _bridge(self, leg_a: str, leg_b: str) -> None:
        a, b = self._leg(leg_a), self._leg(leg_b)
        for leg, other in ((a, b), (b, a)):
            leg.other, leg.player, leg.comfort = other.id, None, None
        for leg in (a, b):
            self._look_after(leg)
            self._tell(leg.id)

    async def _play(self, effect: Play) -> None:
        leg = self._leg(effect.leg_id)
        wanted = leg.player = Player([], is_loop=False)
        clip = await self._clips.get(effect.prompt_id)
        if leg.player is wanted:
            leg.player = Player(clip, is_loop=effect.duration_s is None)

    async def _play_on(self) -> None:
        now = self._seconds()
        for leg in list(self._legs.values()):
            player = leg.playing()
            if leg.current is None or player is None:
                continue
            if packet := player.next():
                sequence, timestamp, payload = packet
                await leg.current.peer.send(payload, *leg.out.place(id(player), sequence, timestamp, now))

    def _end(self, leg_id: str) -> None:
        leg = self._legs.pop(leg_id, None)
        if leg is None:
            return
        for other in self._legs.values():
            if other.other == leg_id:
                other.other, other.comfort = None, None
        for connection in leg.connections:
            self._run(connection.peer.close())

    def _tell(self, leg_id: str) -> None:
        for told in self._told:
            told(leg_id)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
