"""What a leg hears while nobody talks to it: announcements, music, tones, as packets made once."""

import asyncio
import io
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import chain

import av

from shared.errors import Missing, VoiceError
from voicecloud.media import opus, tones
from voicecloud.media.rtp import CLOCK_RATE, FRAME

MADE: Mapping[str, Callable[[], bytes]] = {
    "ring-back": tones.ring_back,
    "hold-music": lambda: tones.melody(tones.MUSIC),
    "music": lambda: tones.melody(tones.MUSIC),
    "comfort": tones.comfort,
    "chime": lambda: tones.melody(tones.CHIME),
}
KEPT, KEPT_S = 64, 60.0
"""Announcements that are kept ready, and how long: one that is uploaded again is heard soon."""
LONGEST_S = 20 * 60
"""What is played of an announcement: whatever a file becomes, the process that forwards audio has room for it."""

Clip = list[bytes]
Library = Callable[[str], Awaitable[bytes]]

log = logging.getLogger(__name__)


@dataclass(eq=False, repr=False)
class Clips:
    """``library`` gives an announcement as a file; for one without audio there is a chime. ``seconds`` go forward."""

    library: Library
    seconds: Callable[[], float] = time.monotonic
    _kept: dict[str, tuple[float, asyncio.Future[Clip]]] = field(default_factory=dict, init=False)

    async def prepare(self) -> None:
        """Makes what is not from the library, before anybody waits for it."""
        await asyncio.to_thread(lambda: [_own(name) for name in MADE])

    async def get(self, name: str) -> Clip:
        """The packets of 20 ms; made outside the event loop, once for all who wait for them."""
        if name in MADE:
            return await asyncio.to_thread(_own, name)
        made_at_s, clip = self._kept.get(name, (0.0, None))
        if clip is None or self.seconds() - made_at_s > KEPT_S:
            self._kept.pop(name, None)
            if len(self._kept) >= KEPT:
                self._kept.pop(next(iter(self._kept)))
            clip = asyncio.ensure_future(self._from_library(name))
            self._kept[name] = self.seconds(), clip
        return await asyncio.shield(clip)

    async def _from_library(self, name: str) -> Clip:
        """A chime takes the place of what is missing or cannot be read, as of one without audio."""
        try:
            audio = await self.library(name)
            return await asyncio.to_thread(lambda: opus.encoded(_samples(audio)))
        except Missing:
            pass
        except (VoiceError, av.error.FFmpegError, IndexError) as error:
            log.warning("an announcement cannot be played", extra={"error": type(error).__name__})
        return await asyncio.to_thread(_own, "chime")


@dataclass(eq=False)
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


@cache
def _own(name: str) -> Clip:
    return opus.encoded(MADE[name]())


def _samples(audio: bytes) -> bytes:
    """Any file PyAV can read, as one channel of 16 bit at 48 kHz."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=CLOCK_RATE)
    samples, most = bytearray(), LONGEST_S * CLOCK_RATE * 2
    with av.open(io.BytesIO(audio), "r") as container:
        for frame in chain(container.decode(audio=0), [None]):
            for part in resampler.resample(frame):
                samples += bytes(part.planes[0])[: part.samples * 2]
            if len(samples) >= most:
                break
    return bytes(samples[:most])
