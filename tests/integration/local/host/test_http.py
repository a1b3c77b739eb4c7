from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from local.host.service import Host
from tests.fixtures.functions_host import StartHost, http_client

APP = Path(__file__).parent / "apps" / "silent"
ENVIRON = {"SAMPLE_SCHEDULE": "0 0 1 1 1 *"}


@pytest_asyncio.fixture
async def host(start_host: StartHost) -> Host:
    return await start_host(APP, ENVIRON)


@pytest_asyncio.fixture
async def client(host: Host) -> AsyncIterator[httpx.AsyncClient]:
    async with http_client(host) as opened:
        yield opened


async def test_a_function_gets_its_route_and_its_query(client: httpx.AsyncClient) -> None:
    """Route parameters arrive by name, repeated query values joined by commas, empty ones left out."""
    call_id = str(uuid4())
    answer = await client.get(f"/api/Calls/{call_id}/?code=host-key&a=1&a=2&b=")
    assert answer.json() == {"id": call_id, "query": {"code": "host-key", "a": "1,2"}}


@pytest.mark.parametrize(
    ("headers", "query", "status"),
    [
        ({}, "", 401),
        ({"x-functions-key": "wrong"}, "", 401),
        ({"x-functions-key": "wrong"}, "?code=host-key", 401),
        ({"x-functions-key": "host-key"}, "?code=wrong", 200),
        ({"x-functions-key": "own-key"}, "", 200),
        ({"x-functions-key": "master-key"}, "", 200),
    ],
)
async def test_a_function_opens_to_its_keys(
    client: httpx.AsyncClient, headers: dict[str, str], query: str, status: int
) -> None:
    """Own, host and master keys open a function; the header wins over the query; anything else is 401."""
    assert (await client.get(f"/api/calls/{uuid4()}{query}", headers=headers)).status_code == status


async def test_routes_are_tried_in_the_order_of_names(client: httpx.AsyncClient) -> None:
    """A route whose constraint or method does not fit leaves the request to a later function, or to 404."""
    assert (await client.get("/api/calls/no-guid")).text == "rest calls/no-guid"
    assert (await client.get("/api/echo")).text == "rest echo"
    assert (await client.delete("/api/echo")).status_code == 404
    assert (await client.get("/elsewhere")).status_code == 404


async def test_an_answer_leaves_as_the_function_made_it(client: httpx.AsyncClient) -> None:
    """Status, headers, cookies and raw body pass through unchanged."""
    answer = await client.post("/api/echo/word", content=b"\x00\xff")
    assert (answer.status_code, answer.content, answer.headers["X-Word"]) == (201, b"\x00\xff", "word")
    assert answer.cookies["a"] == "1"
    assert (await client.post("/api/echo")).headers["X-Word"] == "none"


async def test_a_function_that_raises_is_an_empty_500(client: httpx.AsyncClient) -> None:
    """What went wrong is for the log, not for the caller."""
    answer = await client.get("/api/boom")
    assert (answer.status_code, answer.content) == (500, b"")


async def test_the_admin_endpoints_need_the_master_key(client: httpx.AsyncClient) -> None:
    """Everybody may ping; status, list and manual runs are for the administrator."""
    assert (await client.get("/admin/host/ping")).status_code == 200
    assert (await client.get("/admin/host/status?code=host-key")).status_code == 401
    master = {"x-functions-key": "master-key"}
    assert (await client.get("/admin/host/status", headers=master)).json()["state"] == "Running"
    names = [one["name"] for one in (await client.get("/admin/functions", headers=master)).json()]
    assert names == ["boom", "echo", "get_call", "tick", "zz_rest"]
    assert (await client.post("/admin/functions/tick", headers=master, json={"input": ""})).status_code == 202
    assert (await client.post("/admin/functions/nobody", headers=master)).status_code == 404
