"""Service protection with a clock that stands still."""

import pytest

from local.dynamics.errors import DataverseError
from local.dynamics.limits import ServiceLimits, ServiceProtection
from tests.fixtures.dynamics import StandingTime


def test_who_goes_on_asking_waits_longer() -> None:
    """A refused request counts: the pause is until enough of the window is free."""
    time = StandingTime()
    protection = ServiceProtection(ServiceLimits(requests=2), time.monotonic)
    for _ in range(2):
        with protection.admit("a"):
            time.advance(10)
    pauses = []
    for _ in range(3):
        with pytest.raises(DataverseError) as refused, protection.admit("a"):
            raise AssertionError("admitted above the limit")
        pauses.append(int(refused.value.headers["Retry-After"]))
    assert pauses == sorted(pauses)
    assert pauses[0] < pauses[-1]
    with protection.admit("b") as left:
        assert left["x-ms-ratelimit-burst-remaining-xrm-requests"] == "1"


def test_execution_time_adds_up() -> None:
    """Few but slow requests are refused too, until the first leaves the window."""
    time = StandingTime()
    protection = ServiceProtection(ServiceLimits(execution_s=30), time.monotonic)
    with protection.admit("a"):
        time.advance(31)
    with pytest.raises(DataverseError) as refused, protection.admit("a"):
        raise AssertionError("admitted above the limit")
    assert (refused.value.code, refused.value.headers["Retry-After"]) == ("0x80072321", "270")
    time.advance(270)
    with protection.admit("a"):
        pass
