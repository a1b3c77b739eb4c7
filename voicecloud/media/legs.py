"""One party's voice: its peer connection, the stream it hears, and what is known of its being there."""

from collections.abc import Callable
from dataclasses import dataclass, field

from voicecloud.media.aiortc_adapter import Peer
from voicecloud.media.clips import Player
from voicecloud.media.rtp import KeyReader, Outgoing


@dataclass(eq=False)
class Connection:
    """A peer connection of a leg, by whose id the phone knows it."""

    media_id: str
    peer: Peer
    keys: KeyReader = field(default_factory=KeyReader)


@dataclass(eq=False)
class MediaLeg:
    """``current`` is heard, ``coming`` takes its place when connected; ``other`` is the leg it talks with.

    ``heard_at_s``: its last packet; ``lost_at_s``: since when it is missing, None while it is there.
    """

    id: str
    out: Outgoing = field(default_factory=Outgoing)
    current: Connection | None = None
    coming: Connection | None = None
    other: str | None = None
    player: Player | None = None
    comfort: Player | None = None
    is_muted: bool = False
    heard_at_s: float = 0.0
    lost_at_s: float | None = None
    was_connected: bool = False

    @property
    def is_attached(self) -> bool:
        return self.current is not None and self.current.peer.state == "connected" and self.lost_at_s is None

    @property
    def connections(self) -> list[Connection]:
        return [one for one in (self.current, self.coming) if one is not None]

    def playing(self) -> Player | None:
        """What it hears now, if it is a clip."""
        return self.player or self.comfort


Told = Callable[[str], None]
