"""Colleagues are known by their lines, however the voice cloud's directory and its records write them (C6, K3)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from shared.bootstrap import Services
from shared.clock import to_iso, utc_now
from tests.fixtures.calls import ANNA, ANNA_SIGNED_IN
from tests.fixtures.world import World

COLLEAGUES = [
    {"Id": "b", "FirstName": "Björn", "LastName": "Berg", "WorkNumber": "09 1001 002", "MobileNumber": "anonymous"},
    {"Id": "c", "FirstName": "Camila", "LastName": "Cruz", "WorkNumber": "1003", "MobileNumber": "+54 9 11 2345-6789"},
]
NUMBERS = {"+35891001002": "Björn Berg", "1003": "Camila Cruz", "+541123456789": "Camila Cruz", "anonymous": ""}


def answer(request: httpx.Request) -> httpx.Response:
    """The part of EnreachAPI that a history needs."""
    began = to_iso(utc_now() - timedelta(hours=1))
    rows: list[dict[str, Any]] = [
        {"CallID": f"c{at}", "TimeStamp": began, "ANum": number, "Direction": 0, "EndResult": 0, "Privacy": "Work"}
        for at, number in enumerate(NUMBERS)
    ]
    if request.url.path.endswith(f"/users/{ANNA}"):
        return httpx.Response(200, json={"Id": ANNA, "FirstName": "Anna", "LastName": "A"})
    return httpx.Response(200, json=rows if request.url.path.endswith("/calls") else {"Entries": COLLEAGUES})


@pytest_asyncio.fixture
async def services(world: World, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Services]:
    monkeypatch.setattr(
        "shared.phone.services._client", lambda: httpx.AsyncClient(transport=httpx.MockTransport(answer))
    )
    made = Services(world.environ)
    yield made
    await made.close()


async def test_a_colleague_is_named_however_the_number_is_written(services: Services) -> None:
    """Nationally in the directory and in E.164 in the record, with and without a 9, as an extension; nobody who hides
    their number is anybody."""
    shown = await services.phone.history.show(ANNA_SIGNED_IN, "", "own")
    found = {one["callId"]: one["name"] for one in shown["entries"]}
    assert found == {f"c{at}": name for at, name in enumerate(NUMBERS.values())}


@pytest.mark.parametrize("status", [503, 403, 404])
async def test_calls_are_shown_without_names_while_the_directory_fails(
    world: World, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """Numbers help more than nothing."""

    def failing(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status) if "/directory/" in request.url.path else answer(request)

    transport = httpx.MockTransport(failing)
    monkeypatch.setattr("shared.phone.services._client", lambda: httpx.AsyncClient(transport=transport))
    services = Services(world.environ)
    try:
        shown = await services.phone.history.show(ANNA_SIGNED_IN, "", "own")
    finally:
        await services.close()
    assert {one["callId"]: one["name"] for one in shown["entries"]} == {f"c{at}": "" for at in range(len(NUMBERS))}
    assert "+35891001002" in {one["number"] for one in shown["entries"]}
