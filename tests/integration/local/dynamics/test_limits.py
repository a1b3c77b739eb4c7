"""Service protection limits over HTTP."""

import asyncio

from tests.fixtures.dynamics import ANNA, LocalDynamics


async def test_too_many_requests_wait_for_the_window_to_slide(dynamics: LocalDynamics) -> None:
    """429 with the seconds until the oldest request leaves the window, and what is left in every answer."""
    await dynamics.switch("limits", {"requests": 2})
    first = await dynamics.ask("GET", "WhoAmI")
    assert first.headers["x-ms-ratelimit-burst-remaining-xrm-requests"] == "1"
    dynamics.time.advance(100)
    await dynamics.ok("GET", "WhoAmI")
    refused = await dynamics.ask("GET", "WhoAmI")
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "0x80072322")
    assert 200 <= int(refused.headers["Retry-After"]) <= 201
    await dynamics.ok("GET", "WhoAmI", MSCRMCallerID=ANNA)
    dynamics.time.advance(301)
    await dynamics.ok("GET", "WhoAmI")


async def test_only_so_many_requests_at_once(dynamics: LocalDynamics) -> None:
    """The one above the limit is refused at once, the others are answered."""
    await dynamics.switch("limits", {"concurrent": 1})
    with dynamics.environment.protection.admit("a0000000-0000-4000-8000-000000000100"):
        refused = await dynamics.ask("GET", "WhoAmI")
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "0x80072326")
    assert int(refused.headers["Retry-After"]) >= 1
    answers = await asyncio.gather(*(dynamics.ask("GET", "WhoAmI") for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
