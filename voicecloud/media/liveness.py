"""Keeps a leg whose peer is away: reload, crash, another network (K1). Whoever talks with it hears a tone."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from voicecloud.media.clips import Clips, Player
from voicecloud.media.legs import Legs, MediaLeg
from voicecloud.media.tasks import Tasks

COMFORT = "comfort"
COMFORT_AFTER_S = 2.0
LOOK_EVERY_S = 0.25
STOOD_STILL_S, READ_FIRST_S = 1.0, 0.1
MOST_A_LOOK = 100
"""Packets of a leg between two looks, in the long run: eight times what a telephone sends. The rest is dropped."""
METER_EVERY = 20
"""Looks between two readings of the quality."""

log = logging.getLogger(__name__)


@dataclass(eq=False, repr=False, kw_only=True)
class Liveness:
    """``left`` is called, once, with a leg that stays away for ``hold_s``.

    One is away when it is not connected, or silent for two seconds: no phone of ours sends nothing, not even muted. A
    telephone network may, while nobody speaks (RFC 3389), and is there as long as it is connected. A leg is given up
    only when its connection is dead too (RFC 7675: after 30 s without consent): a microphone that has stopped ends no
    call.
    """

    legs: Legs
    clips: Clips
    tasks: Tasks
    seconds: Callable[[], float]
    hold_s: float
    left: Callable[[str], None]
    _looked_at_s: float | None = field(default=None, init=False)

    def expect(self, leg: MediaLeg) -> None:
        """A peer has asked to be heard: one that never is must not leave the other party in silence for ever."""
        if not leg.is_expected:
            leg.is_expected, leg.heard_at_s = True, self.seconds()

    def check(self, leg: MediaLeg) -> None:
        """Notices that a peer is away, back, or away for too long."""
        if not leg.is_expected:
            return
        now = self.seconds()
        if leg.is_connected and not leg.sends_always:
            leg.heard_at_s = now
        is_silent = now - leg.heard_at_s >= COMFORT_AFTER_S
        if leg.current is None and not is_silent:
            return
        if leg.is_connected and not is_silent:
            self.back(leg)
            return
        if leg.lost_at_s is None:
            leg.lost_at_s = leg.heard_at_s if is_silent and leg.sends_always else now
            self.legs.tell(leg.id)
        if is_silent:
            self._comfort(leg)
        if not leg.is_connected and not leg.was_given_up and now - leg.lost_at_s >= self.hold_s:
            leg.was_given_up = True
            log.info("a leg's peer did not come back", extra={"leg_id": leg.id})
            self.left(leg.id)

    def back(self, leg: MediaLeg) -> None:
        """It is heard, or about to be."""
        if leg.lost_at_s is None:
            return
        leg.meter.away_s += self.seconds() - leg.lost_at_s
        leg.lost_at_s, leg.was_given_up = None, False
        if leg.other:
            leg.other.comfort = None
        self.legs.tell(leg.id)

    def check_all(self) -> float:
        """Gives when to look again, in seconds. A process that has stood still reads what has come meanwhile first."""
        now, before = self.seconds(), self._looked_at_s
        self._looked_at_s = now
        if before is not None and now - before > STOOD_STILL_S:
            return READ_FIRST_S
        for leg in self.legs:
            leg.burst = max(0, leg.burst - MOST_A_LOOK)
            leg.looks += 1
            if leg.current and leg.looks % METER_EVERY == 0:
                leg.meter.look(leg.current.peer.quality())
            self.check(leg)
        return LOOK_EVERY_S

    def _comfort(self, leg: MediaLeg) -> None:
        if leg.other and leg.other.comfort is None:
            self.tasks.run(self._set_comfort(leg, leg.other))

    async def _set_comfort(self, leg: MediaLeg, other: MediaLeg) -> None:
        clip = await self.clips.get(COMFORT)
        if leg.lost_at_s is not None and leg.other is other and other.comfort is None:
            other.comfort = Player(clip, is_loop=True)
