"""Pure: how a peer is heard, now and over a whole call (RFC 3550, section 6.4)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from voicecloud.records.quality import LegQuality


@dataclass(frozen=True)
class Quality:
    """A peer connection so far, from the packets received and from its receiver reports.

    ``loss`` and ``far_loss`` are shares of all packets so far: lost on the way to us and to the peer. None: not known.
    """

    packets: int
    loss: float
    jitter_ms: float
    far_loss: float | None
    round_trip_ms: float | None


@dataclass
class _Mean:
    count: int = 0
    mean: float = 0.0
    most: float = 0.0

    def add(self, value: float) -> None:
        self.count += 1
        self.mean += (value - self.mean) / self.count
        self.most = max(self.most, value)


@dataclass
class Meter:
    """Reads a leg's quality now and then; ``done`` with what a peer connection leaves behind."""

    away_s: float = 0.0
    _ended: list[Quality] = field(default_factory=list)
    _jitters_ms: _Mean = field(default_factory=_Mean)
    _trips_ms: _Mean = field(default_factory=_Mean)

    def look(self, quality: Quality | None) -> None:
        if quality is None:
            return
        self._jitters_ms.add(quality.jitter_ms)
        if quality.round_trip_ms is not None:
            self._trips_ms.add(quality.round_trip_ms)

    def done(self, quality: Quality | None) -> None:
        if quality is not None:
            self.look(quality)
            self._ended.append(quality)

    def total(self) -> LegQuality | None:
        """None for a leg that was never heard."""
        if not self._ended:
            return None
        return LegQuality(
            packets=sum(one.packets for one in self._ended),
            loss_percent=_loss_percent([(one.packets, one.loss) for one in self._ended]) or 0.0,
            far_loss_percent=_loss_percent(
                [(one.packets, one.far_loss) for one in self._ended if one.far_loss is not None]
            ),
            jitter_ms=self._jitters_ms.mean,
            worst_jitter_ms=self._jitters_ms.most,
            round_trip_ms=self._trips_ms.mean if self._trips_ms.count else None,
            away_s=self.away_s,
        )


def _loss_percent(parts: Sequence[tuple[int, float]]) -> float | None:
    """Of all that was sent, where each part has how many arrived and which share did not."""
    sent = [packets / (1 - loss) if loss < 1 else 0.0 for packets, loss in parts]
    lost = [expected * loss for expected, (_, loss) in zip(sent, parts, strict=True)]
    return 100 * sum(lost) / max(1.0, sum(sent)) if parts else None
