"""Announcements, music and tones as packets."""

import asyncio
import io
import wave

import numpy as np
import pytest

from shared.errors import Missing, Unavailable
from tests.fixtures.media import pitch_of
from voicecloud.media import clips, tones
from voicecloud.media.clips import KEPT, MADE, Clips, Player
from voicecloud.media.opus import RATE, Decoder
from voicecloud.media.rtp import FRAME


class Library:
    """Announcements by name, and how often they were asked for."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.error: Exception | None = None

    async def __call__(self, name: str) -> bytes:
        self.asked.append(name)
        if self.error:
            raise self.error
        if name not in self.files:
            raise Missing("prompt-unknown", "there is none")
        return self.files[name]


def file(pitch_hz: float, length_s: float, rate: int = 8_000) -> bytes:
    """A WAV file as somebody uploads it."""
    at = np.arange(round(length_s * rate)) / rate
    written = io.BytesIO()
    with wave.open(written, "wb") as made:
        made.setparams((1, 2, rate, 0, "NONE", ""))
        made.writeframes((8_000 * np.sin(2 * np.pi * pitch_hz * at)).astype("<i2").tobytes())
    return written.getvalue()


def heard(clip: list[bytes]) -> tuple[float, float]:
    """Pitch and length of a clip."""
    decoder = Decoder()
    sound = np.frombuffer(b"".join(decoder.decode(packet) for packet in clip), dtype=np.int16)
    return pitch_of(sound, RATE), len(sound) / RATE


async def test_an_announcement_is_heard_as_it_was_uploaded() -> None:
    """Whatever its rate, at its pitch and in its length."""
    library = Library()
    library.files["welcome"] = file(500, 1.5)
    pitch, length_s = heard(await Clips(library).get("welcome"))
    assert pitch == pytest.approx(500, abs=5)
    assert length_s == pytest.approx(1.5, abs=0.06)


async def test_no_more_of_an_announcement_is_played_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small file may become hours of sound."""
    monkeypatch.setattr(clips, "LONGEST_S", 2)
    library = Library()
    library.files["long"] = file(500, 9.0)
    clip = await Clips(library).get("long")
    assert len(clip) * 0.02 == pytest.approx(2.0, abs=0.1)


async def test_an_announcement_is_made_once_for_all_who_wait() -> None:
    """And again after a minute, since somebody may have uploaded another one."""
    library, now = Library(), 0.0
    library.files["welcome"] = file(500, 0.5)
    clips = Clips(library, lambda: now)
    first, second = await asyncio.gather(clips.get("welcome"), clips.get("welcome"))
    assert first is second
    assert library.asked == ["welcome"]
    now, library.files["welcome"] = 61.0, file(900, 0.5)
    assert heard(await clips.get("welcome"))[0] == pytest.approx(900, abs=9)


@pytest.mark.parametrize("error", [None, Unavailable("blob-storage", "does not answer")])
async def test_what_cannot_be_had_becomes_a_chime(error: Exception | None) -> None:
    """A text without audio, or a storage that does not answer: the caller hears that something is said."""
    library = Library()
    library.error = error
    assert await Clips(library).get("welcome") == await Clips(library).get("chime")


@pytest.mark.parametrize("content", [b"", b"RIFF", b"no sound at all" * 99])
async def test_a_broken_file_becomes_a_chime(content: bytes) -> None:
    """The call goes on."""
    library = Library()
    library.files["welcome"] = content
    assert await Clips(library).get("welcome") == await Clips(library).get("chime")


async def test_no_more_than_some_are_kept() -> None:
    """Memory does not grow with the number of announcements."""
    library = Library()
    clips = Clips(library)
    for number in range(KEPT + 10):
        await clips.get(str(number))
    assert len(clips._kept) == KEPT


async def test_own_sounds_ask_nobody() -> None:
    """Music, ring-back and comfort tone are made here, with something to hear in each."""
    library = Library()
    clips = Clips(library)
    await clips.prepare()
    for name in MADE:
        assert heard(await clips.get(name))[0] > 100
    assert library.asked == []


def test_a_clip_is_played_once_or_in_a_loop() -> None:
    """Numbers and time stamps go on in the second round."""
    once, loop = Player([b"a", b"b"], is_loop=False), Player([b"a", b"b"], is_loop=True)
    assert [once.next() for _ in range(3)] == [(0, 0, b"a"), (1, FRAME, b"b"), None]
    assert [loop.next() for _ in range(3)] == [(0, 0, b"a"), (1, FRAME, b"b"), (2, 2 * FRAME, b"a")]
    assert Player([], is_loop=True).next() is None


def test_a_tone_swells_and_fades() -> None:
    """There is no click at either end."""
    sound = np.frombuffer(tones.tone(440, 0.1), dtype="<i2")
    assert abs(sound[0]) < 50
    assert abs(sound[-1]) < 100
    assert sound.max() == pytest.approx(tones.LOUDNESS, rel=0.02)
