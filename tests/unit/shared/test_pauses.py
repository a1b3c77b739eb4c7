from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from shared.dataverse.errors import refused
from shared.dataverse.gate import Gate
from shared.enreach.client import Enreach
from shared.enreach.transport import Transport
from shared.errors import Throttled

DEFAULT_S = 5.0
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
AN_HOUR_S = 3600.0


def date(after: timedelta) -> str:
    return format_datetime(NOW + after, usegmt=True)


RETRY_AFTER = [
    ("17", 17.0),
    ("2.5", 2.5),
    ("0", 0.0),
    (date(timedelta(seconds=90)), 90.0),
    ("Sunday, 22-Nov-26 08:01:30 GMT", 90.0),
    (date(timedelta(days=3)), AN_HOUR_S),
    (date(-timedelta(seconds=90)), DEFAULT_S),
    ("86400", AN_HOUR_S),
    ("9" * 400, AN_HOUR_S),
    ("inf", AN_HOUR_S),
    ("nan", DEFAULT_S),
    ("-3", DEFAULT_S),
    ("soon", DEFAULT_S),
    ("", DEFAULT_S),
]
"""What the header says at 8:00, and the pause that is made (RFC 9110, sections 5.6.7 and 10.2.3)."""


@pytest.mark.parametrize(("given", "expected_s"), RETRY_AFTER)
def test_dataverse_is_left_alone_as_long_as_it_asks_and_an_hour_at_most(given: str, expected_s: float) -> None:
    """Seconds and dates are both read; what cannot be read is a short pause."""
    error = refused(429, {"Retry-After": given, "Date": date(timedelta())}, "")
    assert isinstance(error, Throttled)
    assert error.retry_after_s == expected_s


@pytest.mark.parametrize(("given", "expected_s"), RETRY_AFTER)
async def test_the_voice_cloud_is_left_alone_as_long_as_it_asks_and_an_hour_at_most(
    given: str, expected_s: float
) -> None:
    """The voice cloud's answers are read in the same way."""
    headers = {"Retry-After": given, "Date": date(timedelta())}
    http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(429, headers=headers)))
    with pytest.raises(Throttled) as throttled:
        await Enreach(Transport(http, username="api@x.example", url="http://cloud", secret_key="k")).me()
    assert throttled.value.retry_after_s == expected_s


def test_a_date_without_the_senders_clock_is_read_by_ours() -> None:
    """An answer without ``Date`` is measured from now."""
    until = datetime.now(UTC) + timedelta(seconds=60)
    error = refused(429, {"retry-after": format_datetime(until, usegmt=True)}, "")
    assert isinstance(error, Throttled)
    assert 50 < error.retry_after_s <= 60


@pytest.mark.parametrize("asked_s", [86_400.0, float("inf"), float("nan")])
async def test_no_value_closes_a_gate_for_longer_than_an_hour(asked_s: float) -> None:
    """Whoever names the pause, after an hour requests pass again, and a message waits no longer either."""
    now = 1000.0
    gate = Gate(monotonic=lambda: now)
    gate.close_for(asked_s)
    with pytest.raises(Throttled):
        async with gate.passage():
            pass
    now += AN_HOUR_S
    async with gate.passage():
        pass
    assert Throttled("x", "y", asked_s).retry_after_s == AN_HOUR_S
