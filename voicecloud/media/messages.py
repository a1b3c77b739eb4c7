"""What the voice cloud and its media process say to each other, beside routing's effects and events (docs/media.md).

Messages are data alone: texts, numbers, and one ``blob``, which travels as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from voicecloud.routing.effects import Bridge, EndLeg, Play, RecordVoicemail, Unbridge
from voicecloud.routing.events import KeyPressed, PartyLeft
from voicecloud.settings.media import IceServer

MEDIA_EFFECTS = (Bridge, Unbridge, Play, RecordVoicemail, EndLeg)
"""What routing wants done that concerns the media process."""


class Beginning:
    """After these the media process has a leg. What else names one may come when it is over already."""


@dataclass(frozen=True)
class GatewayStart:
    """The first message: ``ports`` are the first and the one after the last; the rest as ``Gateway`` has it."""

    servers: Sequence[IceServer] = field(repr=False)
    address: str
    ports: Sequence[int]
    most: int
    hold_s: float


@dataclass(frozen=True)
class Ping:
    """Are you there? Answered with ``Pong``."""


@dataclass(frozen=True)
class Pong:
    """``malformed_packets``: dropped since the start."""

    malformed_packets: int


@dataclass(frozen=True)
class Done:
    """An answer that says nothing else."""


@dataclass(frozen=True)
class Refusal:
    """An answer: an error of the family in ``shared.errors``, by the name of its class."""

    kind: str
    code: str
    message: str


@dataclass(frozen=True)
class Expect(Beginning):
    leg_id: str


@dataclass(frozen=True)
class Mute:
    leg_id: str
    muted: bool


@dataclass(frozen=True)
class PauseRecording:
    leg_id: str
    paused: bool


@dataclass(frozen=True)
class SendKeys:
    leg_id: str
    keys: str


@dataclass(frozen=True)
class Offer(Beginning):
    """Answered with ``SessionDescription``."""

    leg_id: str
    sdp: str
    sends_always: bool = True


@dataclass(frozen=True)
class OfferCheck:
    """Answered with ``Done``, or refused as an offer of it would be."""

    sdp: str


@dataclass(frozen=True)
class Invite(Beginning):
    """Answered with ``SessionDescription``."""

    leg_id: str
    sends_always: bool = True


@dataclass(frozen=True)
class SessionDescription:
    """Our side of a peer connection, an SDP answer or offer."""

    media_id: str
    sdp: str


@dataclass(frozen=True)
class Accept:
    """Answered with ``Done``."""

    leg_id: str
    media_id: str
    sdp: str


@dataclass(frozen=True)
class Withdraw:
    """Answered with ``Done``."""

    leg_id: str
    media_id: str


@dataclass(frozen=True)
class Take:
    """Answered with ``TakenCallFields``."""

    call_id: str


@dataclass(frozen=True)
class TakenCallFields:
    """``recordings``: fields of ``Recording``, ``is_real`` for one whose packets come as a file; ``qualities``: fields
    of ``LegQuality`` by leg."""

    recordings: Sequence[Mapping[str, Any]]
    qualities: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Media:
    """A leg's peer connection. ``attached``: the peer is connected and heard. No message by itself."""

    media_id: str
    attached: bool


@dataclass(frozen=True)
class LegChanged:
    """From the media process. ``media_id`` None: no peer; ``paused`` None: not recorded."""

    leg_id: str
    media_id: str | None
    attached: bool
    paused: bool | None


@dataclass(frozen=True)
class PromptWanted:
    """From the media process; answered with ``PromptAudio``, or refused with ``prompt-unknown``."""

    prompt_id: str


@dataclass(frozen=True)
class PromptAudio:
    blob: bytes


BEGINNINGS = (Beginning, Bridge, Play, RecordVoicemail)


def legs_of(message: object) -> frozenset[str]:
    """The ids of the legs that a message names."""
    return frozenset(getattr(message, name) for name in ("leg_id", "leg_a", "leg_b") if hasattr(message, name))


KNOWN: Mapping[str, type] = {
    one.__name__: one
    for one in (
        *MEDIA_EFFECTS,
        *(KeyPressed, PartyLeft, GatewayStart, Ping, Pong, Done, Refusal, Expect, Mute, PauseRecording, SendKeys),
        *(
            Offer,
            OfferCheck,
            Invite,
            SessionDescription,
            Accept,
            Withdraw,
            Take,
            TakenCallFields,
            LegChanged,
            PromptWanted,
            PromptAudio,
        ),
    )
}
