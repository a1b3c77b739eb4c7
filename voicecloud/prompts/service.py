"""Keeps prompts: a text, or audio in WAV. A pool's settings name them by id and length."""

import io
import re
import wave
from dataclasses import dataclass
from typing import Any

from shared.errors import InvalidInput, Missing
from voicecloud.blobs import Blobs
from voicecloud.organisation.model import Document, DocumentKind
from voicecloud.organisation.service import Directory

CONTENT_TYPE = "audio/wav"
BLOB_PREFIX = "prompt-"
MAX_TEXT = 2_000
CHARACTERS_PER_S = 14.0
"""How fast a text is read, to know how long its announcement lasts."""
RATES = range(8_000, 192_001)
"""Samples a second. Of a slower file each byte would become a minute of work and memory when it is played."""

_ID = re.compile(r"[0-9A-Za-z-]{1,64}")


@dataclass(eq=False, repr=False)
class PromptLibrary:
    directory: Directory
    blobs: Blobs

    def all(self) -> list[Document]:
        return self.directory.documents(DocumentKind.PROMPT)

    async def write(self, prompt_id: str, name: str, text: str) -> Document:
        """A prompt made from text, new or in place of another. Raises InvalidInput ``prompt-value``."""
        _checked(prompt_id)
        if not text or len(text) > MAX_TEXT:
            raise InvalidInput("prompt-value", f"a prompt has a text of 1 to {MAX_TEXT} characters")
        return await self._keep(prompt_id, name, {"Text": text, "DurationS": round(len(text) / CHARACTERS_PER_S, 1)})

    async def upload(self, prompt_id: str, name: str, audio: bytes) -> Document:
        """A prompt from a WAV file. Raises InvalidInput ``prompt-audio``."""
        _checked(prompt_id)
        duration_s = _length_s(audio)
        await self.blobs.write(f"{BLOB_PREFIX}{prompt_id}", audio, CONTENT_TYPE)
        return await self._keep(prompt_id, name, {"HasAudio": True, "DurationS": round(duration_s, 1)})

    async def audio(self, prompt_id: str) -> bytes:
        """Raises Missing ``prompt-unknown`` when there is none, or one of text alone."""
        known = self.directory.document(DocumentKind.PROMPT, prompt_id)
        if known is None or not known.get("HasAudio"):
            raise Missing("prompt-unknown", "there is no audio of this prompt")
        return await self.blobs.read(f"{BLOB_PREFIX}{prompt_id}")

    async def _keep(self, prompt_id: str, name: str, content: dict[str, Any]) -> Document:
        before = self.directory.document(DocumentKind.PROMPT, prompt_id) or {}
        document = {"Id": prompt_id, "Name": name or before.get("Name", prompt_id), **content}
        await self.directory.write(DocumentKind.PROMPT, prompt_id, document)
        return document


def _length_s(audio: bytes) -> float:
    """Of the sound that is there: a file that was written while it was made says any length."""
    try:
        with wave.open(io.BytesIO(audio)) as sound:
            rate, frame_size = sound.getframerate(), sound.getsampwidth() * sound.getnchannels()
            frames = len(sound.readframes(sound.getnframes())) // frame_size
    except (wave.Error, EOFError, ZeroDivisionError) as error:
        raise InvalidInput("prompt-audio", "the audio is no WAV file") from error
    if rate not in RATES or not frames:
        raise InvalidInput("prompt-audio", f"audio has sound, of {RATES[0]} to {RATES[-1]} samples a second")
    return float(frames / rate)


def _checked(prompt_id: str) -> None:
    if not _ID.fullmatch(prompt_id):
        raise InvalidInput("prompt-value", "a prompt's id has letters, digits and hyphens, at most 64")
