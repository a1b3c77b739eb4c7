"""The log of the process."""

import logging

from voicecloud.logs import Repeats


def record(logger: str, line: int) -> logging.LogRecord:
    return logging.LogRecord(logger, logging.ERROR, "selector_events.py", line, "accept failed", (), None)


def test_what_a_library_repeats_is_said_a_few_times_a_minute() -> None:
    """Per place it comes from; our own entries all count."""
    now_s = 0.0
    repeats = Repeats(lambda: now_s)
    assert sum(repeats.filter(record("asyncio", 1)) for _ in range(1_000)) == Repeats.MOST
    assert repeats.filter(record("asyncio", 2))
    assert all(repeats.filter(record("voicecloud.trunk", 1)) for _ in range(100))
    now_s = 60.0
    assert repeats.filter(record("asyncio", 1))
