"""A simulated person's voice: a peer of the gateway like any other, that hums, listens and presses keys."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from itertools import count

from lab.voices.hearing import Sounding, sounding
from voicecloud.media import opus, tones
from voicecloud.media.aiortc_adapter import Listener, Peer
from voicecloud.media.rtp import FRAME, FRAME_S, SILENCE, KeyReader, Packet, key_payloads
from voicecloud.settings.media import IceServer

SAYS_S = 4.0
HEARD_S = 1.0
KEY_PAUSE = 3
"""Packets between two keys."""

Phrase = Sequence[bytes]


@cache
def hum(pitch_hz: float) -> Phrase:
    """A voice-like hum, by which customers and users are told apart."""
    return opus.encoded(tones.voice(pitch_hz, SAYS_S))


@cache
def tone(pitch_hz: float) -> Phrase:
    """A plain tone, or silence at 0 Hz."""
    return opus.encoded(tones.tone(pitch_hz, SAYS_S)) if pitch_hz else [SILENCE]


class Voice:
    """One peer connection to the gateway. Made and used within one event loop."""

    def __init__(self, servers: Sequence[IceServer], phrase: Callable[[], Phrase]) -> None:
        self._peer = Peer(servers, Listener(self._packet, self._key, self._state))
        self._phrase = phrase
        self._says: Phrase = [SILENCE]
        self._heard: deque[tuple[float, bytes]] = deque(maxlen=round(HEARD_S / FRAME_S))
        self._reader = KeyReader()
        self._to_press: deque[tuple[bytes, bool] | None] = deque()
        self._talking: asyncio.Task[None] | None = None
        self.keys = ""

    @property
    def is_connected(self) -> bool:
        return self._peer.state == "connected"

    async def connect(self, offer: Callable[[str], Awaitable[str]]) -> None:
        """Offers itself, and speaks from when it is connected. Raises what ``offer`` raises."""
        self._says = await asyncio.to_thread(self._phrase)
        await self._peer.accept(await offer(await self._peer.offer()))

    async def say(self, phrase: Callable[[], Phrase]) -> None:
        """Says something else from now on."""
        self._says = await asyncio.to_thread(phrase)

    def press(self, key: str) -> None:
        """One of ``0``-``9``, ``*``, ``#``, as telephone-event (RFC 4733)."""
        for number, payload in enumerate(key_payloads(key, self._peer.key_rate)):
            self._to_press.append((payload, number == 0))
        self._to_press.extend([None] * KEY_PAUSE)

    def heard(self) -> Sounding:
        """What it has heard in the last second."""
        since = asyncio.get_running_loop().time() - HEARD_S
        return sounding(payload for at, payload in self._heard if at >= since)

    async def close(self) -> None:
        if self._talking:
            self._talking.cancel()
        await self._peer.close()

    async def _talk(self) -> None:
        """A packet every 20 ms; a key takes the place of what would have been said."""
        loop = asyncio.get_running_loop()
        began, key_began = loop.time(), 0
        for number in count(1):
            timestamp = number * FRAME & 0xFFFFFFFF
            pressed = self._to_press.popleft() if self._to_press else None
            if pressed is None:
                await self._peer.send(self._says[number % len(self._says)], number & 0xFFFF, timestamp)
            else:
                payload, is_first = pressed
                key_began = timestamp if is_first else key_began
                await self._peer.send(payload, number & 0xFFFF, key_began, is_key=True, marker=is_first)
            await asyncio.sleep(max(0.0, began + number * FRAME_S - loop.time()))

    async def _packet(self, packet: Packet) -> None:
        self._heard.append((asyncio.get_running_loop().time(), packet.payload))

    async def _key(self, source: int, timestamp: int, payload: bytes) -> None:
        self.keys += self._reader.read(source, timestamp, payload) or ""

    def _state(self, state: str) -> None:
        if state == "connected" and self._talking is None:
            self._talking = asyncio.ensure_future(self._talk())
