import json

import pytest

from shared.dataverse.errors import refused
from shared.errors import Throttled


def body(code: str, message: str = "said so") -> str:
    return json.dumps({"error": {"code": code, "message": message}})


@pytest.mark.parametrize(
    ("status", "error_code", "expected"),
    [
        (412, "0x80060892", "dataverse-exists"),
        (412, "0x80060882", "dataverse-changed"),
        (412, "", "dataverse-exists"),
        (404, "0x80040217", "dataverse-missing"),
        (400, "0x80040217", "dataverse-missing"),
        (401, "", "dataverse-unauthorised"),
        (403, "0x80040220", "dataverse-forbidden"),
        (400, "0x80060888", "dataverse-refused"),
        (500, "0x80040216", "dataverse-unavailable"),
        (503, "", "dataverse-unavailable"),
    ],
)
def test_each_refusal_has_one_meaning(status: int, error_code: str, expected: str) -> None:
    """Status and error code together decide which of our errors a refusal is."""
    assert refused(status, {}, body(error_code)).code == expected


def test_an_answer_that_is_no_json_is_understood_by_its_status() -> None:
    """Proxies answer in HTML; the status still says what to do."""
    assert refused(502, {}, "<html>").retryable
    assert not refused(400, {}, "<html>").retryable


def test_the_pause_dataverse_asks_for_is_kept() -> None:
    """Retry-After in seconds is taken over; without one a short pause is made."""
    error = refused(429, {"Retry-After": "17"}, body("0x80072322"))
    assert isinstance(error, Throttled)
    assert error.retry_after_s == 17
    unsaid = refused(429, {}, "")
    assert isinstance(unsaid, Throttled)
    assert unsaid.retry_after_s > 0
