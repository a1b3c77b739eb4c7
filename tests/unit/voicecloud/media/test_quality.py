"""How a call was heard, in figures (RFC 3550)."""

import pytest

from voicecloud.media.quality import Meter, Quality
from voicecloud.records.quality import LegQuality, with_quality
from voicecloud.records.rows import StoredRow
from voicecloud.records.rules import row_id


def quality(packets: int, loss: float = 0.0, jitter_ms: float = 5.0, trip_ms: float | None = 40.0) -> Quality:
    return Quality(packets, loss, jitter_ms, loss / 2, trip_ms)


def test_a_leg_that_was_never_heard_has_no_quality() -> None:
    """No figures are better than invented ones."""
    meter = Meter()
    meter.look(None)
    meter.done(None)
    assert meter.total() is None


def test_losses_of_several_peers_are_weighed_by_their_packets() -> None:
    """A short bad connection before a long good one spoils little."""
    meter = Meter(away_s=3.0)
    meter.done(quality(90, loss=0.1))
    meter.done(quality(900))
    total = meter.total()
    assert total is not None
    assert (total.packets, total.away_s) == (990, 3.0)
    assert total.loss_percent == pytest.approx(1.0)
    assert total.far_loss_percent == pytest.approx(0.5, abs=0.05)


def test_jitter_and_round_trip_are_those_of_the_whole_call() -> None:
    """Their mean, and the worst jitter: the last moment says little."""
    meter = Meter()
    for jitter_ms, trip_ms in ((10.0, None), (50.0, 30.0)):
        meter.look(quality(100, jitter_ms=jitter_ms, trip_ms=trip_ms))
    meter.done(quality(100, jitter_ms=0.0, trip_ms=50.0))
    total = meter.total()
    assert total is not None
    assert (total.jitter_ms, total.worst_jitter_ms, total.round_trip_ms) == (20.0, 50.0, 40.0)


def test_nothing_but_loss_is_a_hundred_percent() -> None:
    """A leg without a received packet has figures all the same."""
    meter = Meter()
    meter.done(quality(0, loss=1.0))
    total = meter.total()
    assert total is not None
    assert total.packets == 0


def test_a_row_says_how_its_own_leg_was_heard_and_how_the_others_were() -> None:
    """Rows of legs without audio of their own say nothing."""
    rows = [StoredRow("call", f"u{at:02d}", {"Id": row_id(f"call:{at}")}) for at in (2, 3)]
    heard = LegQuality(100, 1.234, None, 5.55, 9.99, None, 0.0)
    given = with_quality(rows, {"call:1": heard, "call:2": heard})
    assert given[0].document["Quality"] == {
        "LegId": "call:2",
        "Packets": 100,
        "LossPercent": 1.23,
        "FarLossPercent": None,
        "JitterMs": 5.5,
        "WorstJitterMs": 10.0,
        "RoundTripMs": None,
        "AwayS": 0.0,
    }
    assert [one["LegId"] for one in given[0].document["FarQuality"]] == ["call:1"]
    assert given[1] == rows[1]
