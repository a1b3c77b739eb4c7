import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from local.host.cors import Cors
from local.host.http_values import MAX_BODY
from tests.fixtures.functions_host import NOBODY, RunningHost, StartHost

APP = Path(__file__).parent / "apps" / "sample"
SETTINGS = {"SAMPLE_SCHEDULE": "0 0 1 1 1 *", "SAMPLE_QUEUE": "sample", "SERVICEBUS_CONNECTION": NOBODY}


@pytest_asyncio.fixture
async def host(functions_host: StartHost) -> RunningHost:
    return await functions_host(APP, SETTINGS, auth=True, queues=False)


@pytest_asyncio.fixture
async def stranger(host: RunningHost) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a key."""
    async with httpx.AsyncClient(base_url=host.url) as client:
        yield client


async def test_a_function_gets_its_route_and_its_query(host: RunningHost) -> None:
    """Route parameters arrive by name, repeated query values joined by commas, empty ones left out."""
    call_id = str(uuid4())
    answer = await host.client.get(f"/api/Calls/{call_id}/?a=1&a=2&b=")
    assert answer.json() == {"id": call_id, "query": {"a": "1,2"}}


@pytest.mark.parametrize(
    ("path", "opened_by"),
    [("own", {"own", "default", "master"}), ("master", {"master"}), ("seen", {"none", "own", "default", "master"})],
)
async def test_a_function_opens_to_the_keys_of_its_level(
    host: RunningHost, stranger: httpx.AsyncClient, path: str, opened_by: set[str]
) -> None:
    """Level function takes its own, the host's and the master key, level admin the master key, anonymous anything."""
    keys = {"none": "wrong", "own": "own-key", "default": host.keys.default, "master": host.keys.master}
    answers = {name: await stranger.get(f"/api/{path}?code={key}") for name, key in keys.items()}
    assert {name for name, answer in answers.items() if answer.status_code == 200} == opened_by
    assert all(answer.status_code in {200, 401} for answer in answers.values())


async def test_the_key_in_the_header_wins(host: RunningHost, stranger: httpx.AsyncClient) -> None:
    """A key in the query counts only when there is none in the header."""
    good, bad = {"x-functions-key": host.keys.default}, {"x-functions-key": "wrong"}
    assert (await stranger.get("/api/own?code=wrong", headers=good)).status_code == 200
    assert (await stranger.get(f"/api/own?code={host.keys.default}", headers=bad)).status_code == 401


async def test_without_auth_every_function_is_open(functions_host: StartHost) -> None:
    """As with ``func start``, keys are asked for only when that is switched on."""
    host = await functions_host(APP, SETTINGS, queues=False)
    assert (await httpx.AsyncClient().get(f"{host.url}/api/master")).text == "opened"


async def test_routes_are_tried_in_the_order_of_names(host: RunningHost) -> None:
    """A route whose constraint or method does not fit leaves the request to a later function, or to 404."""
    assert (await host.client.get("/api/calls/no-guid")).text == "rest calls/no-guid"
    assert (await host.client.get("/api/echo")).text == "rest echo"
    assert (await host.client.delete("/api/echo")).status_code == 404
    assert (await host.client.get("/elsewhere")).status_code == 404


async def test_an_answer_leaves_as_the_function_made_it(host: RunningHost) -> None:
    """Status, headers, cookies with their attributes and raw body pass through unchanged."""
    answer = await host.client.post("/api/echo/word", content=b"\x00\xff")
    assert (answer.status_code, answer.content, answer.headers["X-Word"]) == (201, b"\x00\xff", "word")
    assert set(answer.headers["Set-Cookie"].split("; ")) == {"a=1", "Path=/", "HttpOnly", "SameSite=Lax"}
    assert (await host.client.post("/api/echo")).headers["X-Word"] == "none"


async def test_a_chunked_body_arrives_empty(host: RunningHost) -> None:
    """Microsoft's host passes a body on only when its length is announced."""

    async def chunks() -> AsyncIterator[bytes]:
        yield b"lost"

    assert (await host.client.post("/api/echo", content=chunks())).content == b""


async def test_a_body_over_the_limit_is_refused(host: RunningHost) -> None:
    """More than 100 MB is 413, from the announced length."""
    reader, writer = await asyncio.open_connection("127.0.0.1", host.host.port)
    writer.write(f"POST /api/echo HTTP/1.1\r\nHost: x\r\nContent-Length: {MAX_BODY + 1}\r\n\r\n".encode())
    assert b" 413 " in await reader.readline()
    writer.close()


async def test_a_function_that_raises_is_an_empty_500(host: RunningHost) -> None:
    """What went wrong is for the log, not for the caller."""
    answer = await host.client.get("/api/boom")
    assert (answer.status_code, answer.content) == (500, b"")


async def test_a_disabled_function_is_404(functions_host: StartHost) -> None:
    """Its key is asked for first, as in Azure."""
    settings = SETTINGS | {"AzureWebJobs.own_key.Disabled": "true"}
    host = await functions_host(APP, settings, auth=True, queues=False)
    assert (await host.client.get("/api/own")).status_code == 404
    assert (await httpx.AsyncClient().get(f"{host.url}/api/own")).status_code == 401


async def test_too_many_requests_are_429(functions_host: StartHost) -> None:
    """Over maxOutstandingRequests a request is turned away at once, whatever runs."""
    settings = SETTINGS | {"AzureFunctionsJobHost__extensions__http__maxOutstandingRequests": "1"}
    host = await functions_host(APP, settings, queues=False)
    answers = await asyncio.gather(*(host.client.get("/api/slow?seconds=0.2") for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 429, 429]


async def test_a_function_over_its_time_fails(functions_host: StartHost) -> None:
    """functionTimeout ends a coroutine, and the caller gets a 500."""
    settings = SETTINGS | {"AzureFunctionsJobHost__functionTimeout": "00:00:01"}
    host = await functions_host(APP, settings, queues=False)
    assert (await host.client.get("/api/slow?seconds=30")).status_code == 500


async def test_cors_is_answered_for_known_origins(functions_host: StartHost) -> None:
    """A preflight is answered by the host; a foreign origin gets no permission."""
    host = await functions_host(APP, SETTINGS, queues=False, cors=Cors(frozenset({"https://crm"}), credentials=True))
    asked = {"Origin": "https://crm", "Access-Control-Request-Method": "PUT"}
    preflight = await host.client.options("/api/own", headers=asked)
    assert (preflight.status_code, preflight.headers["Access-Control-Allow-Methods"]) == (204, "PUT")
    answer = await host.client.get("/api/own", headers={"Origin": "https://crm"})
    assert answer.headers["Access-Control-Allow-Origin"] == "https://crm"
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"
    foreign = await host.client.get("/api/own", headers={"Origin": "https://elsewhere"})
    assert "Access-Control-Allow-Origin" not in foreign.headers


async def test_the_home_page_can_be_switched_off(host: RunningHost, functions_host: StartHost) -> None:
    """The host answers 200 with the page and 204 without it."""
    assert (await host.client.get("/")).status_code == 200
    await host.stop()
    bare = await functions_host(APP, SETTINGS | {"AzureWebJobsDisableHomepage": "true"}, queues=False)
    assert (await bare.client.get("/")).status_code == 204


async def test_the_admin_endpoints_need_the_master_key(host: RunningHost) -> None:
    """Everybody may ping; status, list and manual runs are for the administrator."""
    assert (await host.client.get("/admin/host/ping")).status_code == 200
    assert (await host.client.get("/admin/host/status")).status_code == 401
    master = {"x-functions-key": host.keys.master}
    assert (await host.client.get("/admin/host/status", headers=master)).json()["state"] == "Running"
    names = [one["name"] for one in (await host.client.get("/admin/functions", headers=master)).json()]
    assert names == sorted(names)
    assert (await host.client.get("/admin/functions/TICK", headers=master)).json()["name"] == "tick"
    assert (await host.client.get("/admin/functions/nobody", headers=master)).status_code == 404


async def test_timers_and_queue_functions_run_by_hand(host: RunningHost) -> None:
    """The administrator's input becomes the body of a message; unknown names are 404, other bodies 400."""
    master = {"x-functions-key": host.keys.master}
    run = {
        name: await host.client.post(f"/admin/functions/{name}", headers=master, json={"input": "by hand"})
        for name in ("tick", "on_message", "nobody")
    }
    assert {name: answer.status_code for name, answer in run.items()} == {"tick": 202, "on_message": 202, "nobody": 404}
    await host.host.manual.finish()
    assert [one.get("timer") or one["body"] for one in host.module.seen] == ["tick", "by hand"]
    assert (await host.client.post("/admin/functions/tick", headers=master, json=[])).status_code == 400
