import json

import pytest

from shared.dataverse.errors import UnknownColumn, refused
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


@pytest.mark.parametrize("named", ["voice_pool", "voice_callbackrequest_PhoneCall", "_voice_callbackrequest_value"])
def test_a_column_the_environment_lacks_is_known_by_any_of_its_names(named: str) -> None:
    """A lookup has one name when it is set and another when it is read."""
    message = f"Could not find a property named '{named}' on type 'Microsoft.Dynamics.CRM.phonecall'."
    error = refused(400, {}, body("0x80060888", message))
    assert isinstance(error, UnknownColumn)
    assert error.column in {"voice_pool", "voice_callbackrequest"}


def test_an_answer_that_is_no_json_is_understood_by_its_status() -> None:
    """Proxies answer in HTML; the status still says what to do."""
    assert refused(502, {}, "<html>").retryable
    assert not refused(400, {}, "<html>").retryable


@pytest.mark.parametrize("status", [404, 410, 412])
def test_only_dataverse_says_what_is_there(status: int) -> None:
    """A proxy's page is no word on a row: it passes, and the row is asked for again."""
    assert refused(status, {}, "<html>").code == "dataverse-unavailable"
    assert refused(status, {}, body("")).code != "dataverse-unavailable"


def test_the_pause_dataverse_asks_for_is_kept() -> None:
    """Retry-After in seconds is taken over; without one a short pause is made."""
    error = refused(429, {"Retry-After": "17"}, body("0x80072322"))
    assert isinstance(error, Throttled)
    assert error.retry_after_s == 17
    unsaid = refused(429, {}, "")
    assert isinstance(unsaid, Throttled)
    assert unsaid.retry_after_s > 0
