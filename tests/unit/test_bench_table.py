"""The table of `make bench`."""

from tests.bench.conftest import Figures, rows


def test_figures_stand_in_columns_below_what_measures_them() -> None:
    """One line a figure, what is promised in the last column, a promise that is not kept marked, an area named once."""
    table = Figures([], "calls").table
    calls, phone = Figures(table, "calls"), Figures(table, "webphone/phone")
    calls.times("hung up to completed", [float(taken) for taken in range(1, 21)], 1000)
    calls.times("rung to shown", [200.0] * 20, 150)
    calls("requests a call", "2.00")
    phone("first load", "58.7 kB", "60 kB")
    assert rows(table) == [
        "calls",
        "  hung up to completed  p50 10, p95 19, max 20 ms of 20     p95 1,000 ms",
        "  rung to shown         p50 200, p95 200, max 200 ms of 20  p95 150 ms  MISSED",
        "  requests a call       2.00",
        "webphone/phone",
        "  first load            58.7 kB                             60 kB",
    ]
