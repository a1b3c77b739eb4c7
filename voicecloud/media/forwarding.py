"""What a leg hears: the other leg's packets as they come, keys, or a clip. Nothing is decoded here."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from voicecloud.media.call_recorder import CallRecorder
from voicecloud.media.clips import Clips, Player
from voicecloud.media.legs import Legs, MediaLeg, PeerConnection
from voicecloud.media.liveness import Liveness
from voicecloud.media.rtp import FRAME_S, KEYS, SILENCE, Packet, key_payloads
from voicecloud.media.tasks import Tasks
from voicecloud.routing.effects import Play

MOST_AT_ONCE = 250
"""Packets of a leg, five seconds: what comes together after a network has stalled, or the process has stood still."""
KEY_PAUSE_S = 0.06


@dataclass(eq=False, repr=False, kw_only=True)
class PacketForwarding:
    """``pressed`` is called for each key: leg and key."""

    legs: Legs
    recorder: CallRecorder
    clips: Clips
    tasks: Tasks
    alive: Liveness
    seconds: Callable[[], float]
    pressed: Callable[[str, str], None]

    async def heard(self, leg: MediaLeg, connection: PeerConnection, packet: Packet) -> None:
        """A packet of a peer: on to the other leg, and onto the recorder."""
        if leg.current is not connection or not self._is_let_in(leg):
            return
        now = leg.heard_at_s = self.seconds()
        if leg.lost_at_s is not None:
            self.alive.back(leg)
        if leg.is_muted:
            packet = Packet(packet.source, packet.sequence, packet.timestamp, SILENCE)
        self.recorder.heard(leg.id, packet, now)
        other = leg.other
        if other and other.current and not other.player:
            place = other.out.place(packet.source, packet.sequence, packet.timestamp, now)
            await other.current.peer.send(packet.payload, *place)

    def _is_let_in(self, leg: MediaLeg) -> bool:
        """A flood is dropped beyond what the alive lets drain."""
        leg.burst = min(MOST_AT_ONCE, leg.burst) + 1
        return leg.burst <= MOST_AT_ONCE

    async def key(self, leg: MediaLeg, connection: PeerConnection, source: int, timestamp: int, payload: bytes) -> None:
        """A key of a peer, passed on once: to routing, and to the other party."""
        if leg.current is not connection or not self._is_let_in(leg):
            return
        leg.heard_at_s = self.seconds()
        if leg.other:
            leg.other.out.skip(source)
        if key := connection.keys.read(source, timestamp, payload):
            self.press(leg.id, key)

    def press(self, leg_id: str, keys: Iterable[str]) -> None:
        """Keys of a leg: to routing, and to the other party one after another."""
        leg = self.legs.get(leg_id)
        other = leg.other if leg else None
        for key in keys:
            self.pressed(leg_id, key)
            if other and other.current and key in KEYS:
                other.to_press.append(key)
        if other and other.to_press and not other.is_pressing:
            other.is_pressing = True
            self.tasks.run(self._press(other))

    def play(self, effect: Play) -> None:
        """From now on, however long the clip takes to get; a bridge that follows at once is not talked over."""
        leg = self.legs.make(effect.leg_id)
        leg.player = Player([], is_loop=False)
        self.tasks.run(self._load(effect, leg, leg.player))

    async def _load(self, effect: Play, leg: MediaLeg, wanted: Player) -> None:
        clip = await self.clips.get(effect.prompt_id)
        if leg.player is wanted:
            leg.player = Player(clip, is_loop=effect.duration_s is None)

    async def play_on(self) -> None:
        """The next packet of each clip."""
        now = self.seconds()
        for leg in self.legs:
            player = leg.playing()
            if leg.current is None or player is None:
                continue
            if packet := player.next():
                sequence, timestamp, payload = packet
                await leg.current.peer.send(payload, *leg.out.place(player, sequence, timestamp, now))

    async def _press(self, leg: MediaLeg) -> None:
        try:
            while leg.to_press and leg.current and leg.current.peer.key_rate:
                await self._press_one(leg, leg.current, leg.to_press.popleft())
                await asyncio.sleep(KEY_PAUSE_S)
        finally:
            leg.to_press.clear()
            leg.is_pressing = False

    async def _press_one(self, leg: MediaLeg, connection: PeerConnection, key: str) -> None:
        began = None
        for payload in key_payloads(key, connection.peer.key_rate):
            sequence, timestamp = leg.out.insert(self.seconds())
            is_first, began = began is None, timestamp if began is None else began
            await connection.peer.send(payload, sequence, began, is_key=True, marker=is_first)
            await asyncio.sleep(FRAME_S)
