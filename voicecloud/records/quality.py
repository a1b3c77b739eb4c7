"""How well a call was heard: what its record keeps of it (RFC 3550, section 6.4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from voicecloud.records.rows import StoredRow
from voicecloud.records.rules import row_id


@dataclass(frozen=True)
class LegQuality:
    """A leg from its beginning to its end, over all its peer connections. Losses are percents of what was sent.

    ``loss_percent``: on the way to us; ``far_loss_percent``: on the way to the peer, by its reports. None: not known.
    ``away_s``: how long it was expected and nothing came.
    """

    packets: int
    loss_percent: float
    far_loss_percent: float | None
    jitter_ms: float
    worst_jitter_ms: float
    round_trip_ms: float | None
    away_s: float


def with_quality(rows: Sequence[StoredRow], qualities: Mapping[str, LegQuality]) -> list[StoredRow]:
    """The rows of ``/calls`` whose legs had a voice say how it was heard, and how the other legs of the call were."""
    legs = {row_id(leg_id): leg_id for leg_id in qualities}
    return [_with(row, legs.get(row.document["Id"]), qualities) for row in rows]


def _with(row: StoredRow, own: str | None, qualities: Mapping[str, LegQuality]) -> StoredRow:
    if own is None:
        return row
    far = [_shown(leg_id, quality) for leg_id, quality in qualities.items() if leg_id != own]
    return replace(row, document={**row.document, "Quality": _shown(own, qualities[own]), "FarQuality": far})


def _shown(leg_id: str, quality: LegQuality) -> dict[str, Any]:
    return {
        "LegId": leg_id,
        "Packets": quality.packets,
        "LossPercent": round(quality.loss_percent, 2),
        "FarLossPercent": _rounded(quality.far_loss_percent, 2),
        "JitterMs": round(quality.jitter_ms, 1),
        "WorstJitterMs": round(quality.worst_jitter_ms, 1),
        "RoundTripMs": _rounded(quality.round_trip_ms, 1),
        "AwayS": round(quality.away_s, 1),
    }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
