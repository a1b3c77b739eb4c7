"""Peer connections of legs: how many there may be, and how a new one takes the place of the old one (C1, K1)."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from shared.errors import Missing, Unavailable
from voicecloud.ids import Ids
from voicecloud.media.aiortc_adapter import Listener, Peer
from voicecloud.media.legs import Legs, MediaLeg, PeerConnection
from voicecloud.media.messages import SessionDescription
from voicecloud.media.tasks import Tasks
from voicecloud.settings.media import IceServer, Way

CONNECT_WITHIN_S = 20.0


async def _unheard(*_: object) -> None:
    """Nothing is said to a peer that is never called."""


_NOBODY = Listener(packet=_unheard, key=_unheard, state=lambda _: None)


@dataclass(eq=False, repr=False, kw_only=True)
class Connecting:
    """``most`` peers are there at once; ``listener`` hears a connection of a leg, ``adopted`` is given a leg whose
    new connection has taken over."""

    legs: Legs
    ids: Ids
    tasks: Tasks
    servers: Sequence[IceServer]
    way: Way
    most: int
    listener: Callable[[MediaLeg, PeerConnection], Listener]
    adopted: Callable[[MediaLeg], None]
    _making: int = field(default=0, init=False)

    async def offer(self, leg_id: str, sdp: str) -> SessionDescription:
        return await self._make(leg_id, lambda peer: peer.answer(sdp))

    async def check(self, sdp: str) -> None:
        """Understood as ``offer`` would, by a peer that is never called. Raises InvalidInput."""
        peer = Peer((), _NOBODY, self.way)
        try:
            await peer.understand(sdp)
        finally:
            await peer.close()

    async def invite(self, leg_id: str) -> SessionDescription:
        return await self._make(leg_id, lambda peer: peer.offer())

    async def accept(self, leg_id: str, media_id: str, sdp: str) -> None:
        await self._known(leg_id, media_id)[1].peer.accept(sdp)

    async def withdraw(self, leg_id: str, media_id: str) -> None:
        leg, connection = self._known(leg_id, media_id)
        if leg.coming is connection:
            leg.coming, leg.is_expected = None, leg.current is not None
            self.legs.tell(leg.id)
        await connection.peer.close()

    def adopt(self, leg: MediaLeg) -> None:
        """Makes before it breaks: the new peer takes over when it is connected, the old one goes then."""
        coming, old = leg.coming, leg.current
        if coming is None or coming.peer.state != "connected":
            return
        leg.current, leg.coming = coming, None
        if old is not None:
            leg.meter.done(old.peer.quality())
            self.tasks.run(old.peer.close())
        self.adopted(leg)

    async def _make(self, leg_id: str, describe: Callable[[Peer], Awaitable[str]]) -> SessionDescription:
        leg = self.legs.make(leg_id)
        if self.legs.peer_count + self._making >= self.most and not leg.connections:
            raise Unavailable("media-full", "the gateway takes no more calls now")
        connection = PeerConnection(self.ids.new())
        connection.peer = Peer(self.servers, self.listener(leg, connection), self.way)
        self._making += 1
        try:
            description = await describe(connection.peer)
            await self._expect(leg, connection)
        except BaseException:
            await connection.peer.close()
            raise
        finally:
            self._making -= 1
        return SessionDescription(connection.media_id, description)

    async def _expect(self, leg: MediaLeg, connection: PeerConnection) -> None:
        """Raises Missing ``media-unknown`` when the leg has ended meanwhile."""
        if self.legs.get(leg.id) is not leg:
            raise Missing("media-unknown", "the leg is over")
        before, leg.coming = leg.coming, connection
        self.adopt(leg)
        self.legs.tell(leg.id)
        self.tasks.run(self._give_up(leg, connection))
        if before:
            await before.peer.close()

    async def _give_up(self, leg: MediaLeg, connection: PeerConnection) -> None:
        """A peer that never connects is no reason to keep a place for it."""
        await asyncio.sleep(CONNECT_WITHIN_S)
        if leg.coming is connection:
            leg.coming = None
            await connection.peer.close()
            self.legs.tell(leg.id)

    def _known(self, leg_id: str, media_id: str) -> tuple[MediaLeg, PeerConnection]:
        leg = self.legs.get(leg_id)
        found = next((one for one in leg.connections if one.media_id == media_id), None) if leg else None
        if leg is None or found is None:
            raise Missing("media-unknown", "the leg has no such peer connection")
        return leg, found
