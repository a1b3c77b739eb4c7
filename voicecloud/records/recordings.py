"""Recordings: stored with what belongs to them, handed out under links that carry a token for a while (G2)."""

import asyncio
import hmac
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from shared.clock import Clock
from shared.errors import Forbidden, Missing
from shared.storage.tables import Row, Table
from voicecloud.blobs import Blobs
from voicecloud.records.audio import encoded
from voicecloud.records.taken import Recording, Taken
from voicecloud.settings.media import AudioFormat

TABLE = "recordings"
MAX_DIGITS = 15
_ROW = "recording"


@dataclass(eq=False, repr=False, kw_only=True)
class Recordings:
    """``wanted`` is the form of new ones, ``signing_key`` makes the tokens, ``link_s`` is how long a link holds."""

    table: Table
    blobs: Blobs
    wanted: AudioFormat
    signing_key: bytes
    link_s: float
    clock: Clock

    async def keep(self, taken: Taken) -> None:
        """Audio first: what is listed can be heard. Raises NoSound."""
        recording = taken.recording
        audio, content_type = await self._file(taken)
        await self.blobs.write(recording.id, audio, content_type)
        values = {
            "call_id": recording.call_id,
            "leg_id": recording.leg_id,
            "user_ids": ",".join(recording.user_ids),
            "started_at": recording.started_at,
            "duration_s": float(recording.duration_s),
            "content_type": content_type,
            "transcript": recording.transcript,
        }
        await self.table.put(Row(recording.id, _ROW, values))

    async def _file(self, taken: Taken) -> tuple[bytes, str]:
        if taken.file:
            return await taken.file(self.wanted)
        return await asyncio.to_thread(lambda: encoded(taken.sound(), self.wanted))

    async def get(self, recording_id: str) -> Recording:
        """Raises Missing ``recording-unknown``."""
        row = await self.table.get(recording_id, _ROW)
        if row is None:
            raise Missing("recording-unknown", "there is no such recording")
        user_ids = [one for one in row.values["user_ids"].split(",") if one]
        return Recording(recording_id, **{**row.values, "user_ids": user_ids})

    def link(self, recording: Recording) -> str:
        """Address of the audio, relative to the API, good for ``link_s`` seconds without any other credentials."""
        expires = int((self.clock() + timedelta(seconds=self.link_s)).timestamp())
        return f"calls/recordings/{recording.id}/audio?token={expires}.{self._signature(recording.id, expires)}"

    async def audio(self, recording_id: str, token: str) -> tuple[bytes, str]:
        """The audio and its content type. Raises Forbidden ``recording-token``, Missing ``recording-unknown``."""
        expires, _, signature = token.partition(".")
        if not expires.isdecimal() or len(expires) > MAX_DIGITS or int(expires) < self.clock().timestamp():
            raise Forbidden("recording-token", "the link to this recording has expired")
        if not hmac.compare_digest(signature.encode(), self._signature(recording_id, int(expires)).encode()):
            raise Forbidden("recording-token", "the link to this recording is not valid")
        recording = await self.get(recording_id)
        return await self.blobs.read(recording_id), recording.content_type

    async def forget(self, recording_id: str) -> None:
        await self.blobs.delete(recording_id)
        await self.table.delete(recording_id, _ROW)

    def _signature(self, recording_id: str, expires: int) -> str:
        return hmac.new(self.signing_key, f"recording/{recording_id}/{expires}".encode(), sha256).hexdigest()
