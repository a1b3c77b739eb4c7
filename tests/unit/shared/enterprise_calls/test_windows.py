from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.enreach.model import CallPage, CallRow
from shared.enterprise_calls.windows import LONGEST, pages
from shared.errors import Unavailable

START = datetime(2026, 1, 1, tzinfo=UTC)
LIMIT = 5


def row(second: int) -> CallRow:
    at = START + timedelta(seconds=second)
    return CallRow(str(second), f"call-{second}", "u", is_work=True, modified_at=at, started_at=at, ended_at=at)


class Source:
    """Rows by time, at most five an answer; ``windows`` are those asked for."""

    def __init__(self, rows: list[CallRow]) -> None:
        self.rows = rows
        self.windows: list[tuple[datetime, datetime]] = []

    async def read(self, after: datetime, before: datetime) -> CallPage:
        self.windows.append((after, before))
        found = [one for one in self.rows if after <= one.modified_at < before]
        return CallPage(found[:LIMIT], 0, full=len(found) >= LIMIT)


@given(st.lists(st.integers(0, 80 * 86_400), max_size=60, unique=True), st.integers(1, 80 * 86_400))
async def test_every_row_of_a_window_is_read_once(seconds: list[int], length: int) -> None:
    """However rows are spread, each within the window comes exactly once and no request is longer than 31 days."""
    source = Source([row(second) for second in seconds])
    end = START + timedelta(seconds=length)
    read = [one.id async for page in pages(source.read, START, end) for one in page.rows]
    assert sorted(read) == sorted(one.id for one in source.rows if one.modified_at < end)
    assert max((before - after for after, before in source.windows), default=LONGEST) <= LONGEST


async def test_a_second_with_too_many_rows_is_an_error() -> None:
    """No row is left out silently."""
    source = Source([row(7)] * LIMIT)
    with pytest.raises(Unavailable, match="voicecloud-too-many"):
        _ = [page async for page in pages(source.read, START, START + timedelta(days=1))]
