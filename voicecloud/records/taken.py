"""Recordings as they are taken. Apart from their storage: the media process makes them and loads none of it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Protocol

from voicecloud.records.audio import Sound
from voicecloud.records.quality import LegQuality
from voicecloud.settings.media import AudioFormat


@dataclass(frozen=True)
class Recording:
    """What is known of a recording. ``leg_id`` is the user's leg; ``user_ids`` are the users one hears;
    ``content_type`` is known once it is kept."""

    id: str
    call_id: str
    leg_id: str
    user_ids: Sequence[str]
    started_at: datetime
    duration_s: float
    content_type: str = ""
    transcript: str = ""


@dataclass(frozen=True)
class Taken:
    """A recording just made. ``sound`` makes its sound, which takes time: not for the event loop. ``file`` makes its
    file and content type, where that is better done elsewhere. ``done`` is called when it is kept for good.
    ``packets``: what it is made of, None for a simulated one."""

    recording: Recording
    sound: Callable[[], Sound]
    file: Callable[[AudioFormat], Awaitable[tuple[bytes, str]]] | None = None
    done: Callable[[], None] = lambda: None
    packets: Callable[[], BinaryIO] | None = None


@dataclass(frozen=True)
class TakenCall:
    """The recordings of a call, and how well its legs were heard, by leg. ``is_lost``: who had recorded it has died."""

    recordings: Sequence[Taken] = ()
    qualities: Mapping[str, LegQuality] = field(default_factory=dict)
    is_lost: bool = False


class RecordingSource(Protocol):
    """Whoever records calls."""

    async def take(self, call_id: str) -> TakenCall:
        """What there is of a call that is over; it is the caller's business from now on. Raises Unavailable."""
