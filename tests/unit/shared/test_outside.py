"""What comes from outside is held to what the product can take, at every door alike."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.outside import document, moment, moment_or_none, seconds_or_none


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_json_is_read_in_every_encoding_it_may_have(encoding: str) -> None:
    """It is read with and without a byte order mark."""
    assert document('{"name": "Öberg"}'.encode(encoding)) == {"name": "Öberg"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"NaN",
        b'{"a": Infinity}',
        b"[" * 50_000,
        b"[" * 101 + b"]" * 101,
        b"\xff\xff",
        b"1" * 5000,
        b" " * (1 << 20) + b"1",
    ],
    ids=lambda body: f"{body[:6]!r}{len(body)}",
)
def test_what_is_no_document_is_refused(body: bytes) -> None:
    """The error is always a ValueError, never a fault of ours."""
    with pytest.raises(ValueError):  # noqa: PT011 (the messages of json vary)
        document(body)


def test_halves_of_characters_become_readable() -> None:
    """No table, queue or log can hold them."""
    found = document(b'{"a\\ud800": ["\\udfff x", {"b": "\\ud83d\\ude00"}]}')
    assert found == {"a\ufffd": ["\ufffd x", {"b": "\U0001f600"}]}
    json.dumps(found, ensure_ascii=False).encode()


@given(st.binary(max_size=200))
def test_any_bytes_are_a_document_or_refused(body: bytes) -> None:
    """Nothing else is ever raised, and what is read can be stored."""
    try:
        found = document(body)
    except ValueError:
        return
    json.dumps(found, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    "value", ["0001-01-01T00:00:00", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "", None]
)
def test_times_of_other_centuries_mean_not_yet(value: object) -> None:
    """AnsweredTime of the year 0001 is that of a call nobody answered; 9999 is an open end."""
    assert moment_or_none(value) is None


@pytest.mark.parametrize("value", ["yesterday", 5, {}, [], "0001-01-01T00:00:00", "9999-12-31", "2026-02-30", True])
def test_a_time_that_is_needed_is_one_of_this_century(value: object) -> None:
    """Anything else is refused, whatever its type."""
    with pytest.raises(ValueError, match=r"time|day|month|format"):
        moment(value)
    assert moment("2026-11-30T10:00:00+02:00") == datetime(2026, 11, 30, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (0, 0),
        (61.5, 62),
        ("12", 12),
        (-1, None),
        (float("inf"), None),
        (float("nan"), None),
        (10**400, None),
        ("1e999", None),
        ({}, None),
        (None, None),
        (True, None),
        (10**9, None),
    ],
)
def test_seconds_are_from_none_to_a_year(value: object, seconds: int | None) -> None:
    """What is negative, endless or no number counts as not given."""
    assert seconds_or_none(value) == seconds
