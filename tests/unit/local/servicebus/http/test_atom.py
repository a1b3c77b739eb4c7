"""Queue descriptions as Atom entries."""

import pytest

from local.servicebus.core.model import Counts, QueueSettings
from local.servicebus.http.atom import CONNECT, BadDescription, read_queue, write_entry

COUNTS = Counts(active=3, dead_letter=2, scheduled=1, deferred=0)


def entry(inner: str) -> bytes:
    return (
        '<entry xmlns="http://www.w3.org/2005/Atom"><content type="application/xml">'
        f'<QueueDescription xmlns="{CONNECT}">{inner}</QueueDescription></content></entry>'
    ).encode()


@pytest.mark.parametrize(
    "settings",
    [QueueSettings(), QueueSettings(5_500, 7, 60_000, True, 30_000, True, "a", "b")],
)
def test_what_is_written_is_read_again(settings: QueueSettings) -> None:
    """Every setting has its element."""
    assert read_queue(write_entry(("q", settings, COUNTS), "http://localhost")) == settings


def test_counts_are_given() -> None:
    """Counts are given in total and by state."""
    written = write_entry(("q", QueueSettings(), COUNTS), "http://localhost").decode()
    for name, number in (("ActiveMessageCount", 3), ("DeadLetterMessageCount", 2), ("ScheduledMessageCount", 1)):
        assert f"{name}>{number}<" in written
    assert "MessageCount>6<" in written


def test_nothing_said_means_azures_defaults() -> None:
    """One minute, ten deliveries, no end of life; a target may be a whole address."""
    assert read_queue(entry("")) == QueueSettings()
    assert read_queue(entry("<ForwardTo>sb://localhost:1/target</ForwardTo>")).forward_to == "target"


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"<entry/>",
        entry("<LockDuration>PT6M</LockDuration>"),
        entry("<LockDuration>soon</LockDuration>"),
        entry("<MaxDeliveryCount>0</MaxDeliveryCount>"),
        entry("<DuplicateDetectionHistoryTimeWindow>PT1S</DuplicateDetectionHistoryTimeWindow>"),
    ],
)
def test_what_azure_would_refuse_is_refused(body: bytes) -> None:
    """A body that is not XML, has no description or is out of bounds is refused."""
    with pytest.raises(BadDescription):
        read_queue(body)
