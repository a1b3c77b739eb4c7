"""What a leg hears while nobody talks to it: announcements, music, tones, as packets made once."""

import asyncio
import io
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import av

from shared.errors import Missing, VoiceError
from voicecloud.media import opus, tones
from voicecloud.media.rtp import CLOCK_RATE, FRAME

MADE: Mapping[str, Callable[[], bytes]] = {
    "ring-back": tones.ring_back,
    "hold-music": lambda: tones.melody(tones.MUSIC),
    "music": lambda: tones.melody(tones.MUSIC),
    "comfort": tones.comfort,
}
KEPT = 64

Clip = list[bytes]
Library = Callable[[str], Awaitable[bytes]]


class Clips:
    """``library`` gives an announcement as a file; one without audio is told by a chime."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._made: dict[str, asyncio.Future[Clip]] = {}

    async def get(self, name: str) -> Clip:
        """The packets of 20 ms; made outside the event loop, once for all who wait for them."""
        if name not in self._made:
            if len(self._made) >= KEPT:
                self._made.pop(next(iter(self._made)))
            self._made[name] = asyncio.ensure_future(self._make(name))
        return await self._made[name]

    async def _make(self, name: str) -> Clip:
        if name in MADE:
            return await asyncio.to_thread(lambda: opus.encoded(MADE[name]()))
        try:
            audio = await self._library(name)
        except Missing:
            return await asyncio.to_thread(lambda: opus.encoded(tones.melody(tones.CHIME)))
        except VoiceError:
            self._made.pop(name, None)
            return []
        return await asyncio.to_thread(lambda: opus.encoded(_samples(audio)))


@dataclass
class Player:
    """A clip on its way to a leg. ``at`` counts packets; without ``is_loop`` it is heard once."""

    clip: Clip
    is_loop: bool
    at: int = 0

    def next(self) -> tuple[int, int, bytes] | None:
        """Sequence, timestamp and payload of the next packet; None when it is over."""
        if not self.clip or (self.at >= len(self.clip) and not self.is_loop):
            return None
        number, self.at = self.at, self.at + 1
        return number & 0xFFFF, number * FRAME & 0xFFFFFFFF, self.clip[number % len(self.clip)]


def _samples(audio: bytes) -> bytes:
    """Any file PyAV can read, as one channel of 16 bit at 48 kHz."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=CLOCK_RATE)
    with av.open(io.BytesIO(audio), "r") as container:
        frames = [part for frame in container.decode(audio=0) for part in resampler.resample(frame)]
        frames += resampler.resample(None)
    return b"".join(bytes(frame.planes[0])[: frame.samples * 2] for frame in frames)
