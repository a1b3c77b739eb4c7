"""Sound of recordings, and the forms it is kept in: one party on each channel, kept apart by the codecs too."""

import io
import wave
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

import av

from voicecloud.settings.media import AudioFormat

CHANNELS, WIDTH = 2, 2
BIT_RATE = 48_000
STEP_FRAMES = 8_192


class NoSound(RuntimeError):
    """A recording cannot be made: what was kept of it is broken, or the machine has no room."""


@dataclass(frozen=True)
class Sound:
    """16 bit samples of two channels in turn, little-endian: left the caller, right the user."""

    rate: int
    samples: bytes | memoryview

    @property
    def frames(self) -> int:
        return len(self.samples) // (CHANNELS * WIDTH)


@dataclass(frozen=True)
class _Codec:
    """``options`` are the encoder's own, as ffmpeg names them."""

    container: str
    name: str
    content_type: str
    options: Mapping[str, str] = field(default_factory=dict)


_CODECS = {
    AudioFormat.MP3: _Codec("mp3", "libmp3lame", "audio/mpeg", {"joint_stereo": "0"}),
    AudioFormat.OPUS: _Codec("ogg", "libopus", "audio/ogg", {"application": "voip"}),
}


def encoded(sound: Sound, wanted: AudioFormat) -> tuple[bytes, str]:
    """The file and its content type. Takes about a hundredth of the sound's length: not for the event loop."""
    if wanted is AudioFormat.WAV:
        return _wav(sound), content_type(wanted)
    codec = _CODECS[wanted]
    file = io.BytesIO()
    with av.open(file, "w", format=codec.container) as container:
        stream = cast(av.AudioStream, container.add_stream(codec.name, rate=sound.rate, options=dict(codec.options)))
        stream.bit_rate, stream.layout = BIT_RATE, "stereo"
        for frame in _frames(sound):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue(), codec.content_type


def content_type(wanted: AudioFormat) -> str:
    return "audio/wav" if wanted is AudioFormat.WAV else _CODECS[wanted].content_type


def _frames(sound: Sound) -> Iterator[av.AudioFrame]:
    step = STEP_FRAMES * CHANNELS * WIDTH
    for start in range(0, len(sound.samples), step):
        part = sound.samples[start : start + step]
        frame = av.AudioFrame(format="s16", layout="stereo", samples=len(part) // (CHANNELS * WIDTH))
        frame.planes[0].update(bytes(part))
        frame.sample_rate, frame.pts = sound.rate, start // (CHANNELS * WIDTH)
        yield frame


def _wav(sound: Sound) -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(CHANNELS)
        file.setsampwidth(WIDTH)
        file.setframerate(sound.rate)
        file.writeframes(sound.samples)
    return written.getvalue()
