"""One party's voice: its peer connection, the stream it hears, and what is known of its being there."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from shared.errors import Missing
from voicecloud.media.aiortc_adapter import Peer
from voicecloud.media.clips import Player
from voicecloud.media.quality import Meter
from voicecloud.media.rtp import KeyReader, Outgoing

MOST_KEYS = 64
"""Keys that wait to be sent to a leg."""
REMEMBERED = 5_000
"""Legs that are over, so that nothing is made for them any more."""


@dataclass(eq=False)
class PeerConnection:
    """A peer connection of a leg, by whose id the phone knows it."""

    media_id: str
    peer: Peer = field(init=False)
    keys: KeyReader = field(default_factory=KeyReader)


@dataclass(eq=False)
class MediaLeg:
    """``current`` is heard, ``coming`` takes its place when connected; ``other`` is the leg it talks with.

    ``heard_at_s``: its last packet; ``lost_at_s``: since when it is missing, None while it is there. ``burst`` counts
    its packets, ``looks`` how often it was looked after. ``is_expected``: a peer of it was there, or has asked to be.
    ``sends_always``: without packets it is away; a telephone network may send none while nobody speaks.
    """

    id: str
    out: Outgoing = field(default_factory=Outgoing)
    meter: Meter = field(default_factory=Meter)
    current: PeerConnection | None = None
    coming: PeerConnection | None = None
    other: "MediaLeg | None" = None
    player: Player | None = None
    comfort: Player | None = None
    is_muted: bool = False
    heard_at_s: float = 0.0
    lost_at_s: float | None = None
    is_expected: bool = False
    sends_always: bool = True
    was_given_up: bool = False
    burst: int = 0
    looks: int = 0
    to_press: deque[str] = field(default_factory=lambda: deque(maxlen=MOST_KEYS))
    is_pressing: bool = False

    @property
    def is_connected(self) -> bool:
        return self.current is not None and self.current.peer.state == "connected"

    @property
    def is_attached(self) -> bool:
        return self.is_connected and self.lost_at_s is None

    @property
    def connections(self) -> list[PeerConnection]:
        return [one for one in (self.current, self.coming) if one is not None]

    def playing(self) -> Player | None:
        """What it hears now, if it is a clip."""
        return self.player or self.comfort


Told = Callable[[str], None]


class Legs:
    """All legs that have, or may get, a voice."""

    def __init__(self) -> None:
        self._legs: dict[str, MediaLeg] = {}
        self._over: dict[str, None] = {}
        self._told: list[Told] = []

    def __iter__(self) -> Iterator[MediaLeg]:
        return iter(list(self._legs.values()))

    @property
    def peer_count(self) -> int:
        return sum(len(leg.connections) for leg in self._legs.values())

    @property
    def are_quiet(self) -> bool:
        """Nobody is heard, and nobody is waited for."""
        return not any(leg.connections or leg.is_expected for leg in self._legs.values())

    def get(self, leg_id: str) -> MediaLeg | None:
        return self._legs.get(leg_id)

    def make(self, leg_id: str) -> MediaLeg:
        """The leg, new if need be. Raises Missing ``media-unknown`` for one that is over."""
        if leg_id in self._over:
            raise Missing("media-unknown", "the leg is over")
        return self._legs.setdefault(leg_id, MediaLeg(leg_id))

    def end(self, leg_id: str) -> MediaLeg | None:
        """Takes a leg out for good; whoever talked with it hears nobody now."""
        self._over[leg_id] = None
        if len(self._over) > REMEMBERED:
            self._over.pop(next(iter(self._over)))
        leg = self._legs.pop(leg_id, None)
        if leg and leg.other:
            leg.other.other = leg.other.comfort = None
        return leg

    def clear(self) -> list[MediaLeg]:
        left = list(self)
        self._legs.clear()
        return left

    def listen(self, told: Told) -> None:
        self._told.append(told)

    def tell(self, leg_id: str) -> None:
        for told in self._told:
            told(leg_id)
