"""The link on the activity: who may hear, and how it is played (G2)."""

import logging
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from shared.settings.model import SettingKind
from tests.fixtures.calls import ANNA_D365, DEMO_CALL_SYNC
from tests.fixtures.customers import Customer, activity
from tests.fixtures.functions_host import RunningHost
from tests.fixtures.people import ANNA, token_of
from tests.fixtures.presence import DAVID_OBJECT
from tests.fixtures.world import World, eventually

DAVIDS_NUMBER = "+35891001004"
PAGE = "5d0e4a3c-0000-4000-8000-00000000000a"


@pytest_asyncio.fixture
async def recorded(world: World, app: RunningHost) -> str:
    """A call that David has talked in, with its activity."""
    await world.set(SettingKind.CALL_SYNC, "call-sync", DEMO_CALL_SYNC)
    call_id = await Customer(world).talks_to(DAVIDS_NUMBER)

    async def logged() -> None:
        await world.services.calls.reconcile(call_id)
        assert (await activity(world, call_id))["statecode"] == 1

    await eventually(logged)
    return call_id


@pytest_asyncio.fixture
async def anna(world: World, app: RunningHost) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {await token_of(world, ANNA)}"}
    async with httpx.AsyncClient(base_url=app.url, headers=headers) as client:
        yield client


async def test_who_may_read_the_activity_hears_the_call(
    recorded: str, anna: httpx.AsyncClient, app: RunningHost
) -> None:
    """The list names each recording; its address plays for anyone who has it, in parts, for ten minutes."""
    [one] = (await anna.get(f"/api/recordings/{recorded}/list")).raise_for_status().json()
    assert one["durationS"] >= 0
    async with httpx.AsyncClient(base_url=app.url) as player:
        whole = await player.get(one["audio"])
        assert (whole.status_code, whole.headers["Accept-Ranges"]) == (200, "bytes")
        assert whole.headers["Content-Type"].startswith("audio/")
        part = await player.get(one["audio"], headers={"Range": "bytes=10-19"})
        assert (part.status_code, part.content) == (206, whole.content[10:20])
        assert part.headers["Content-Range"] == f"bytes 10-19/{len(whole.content)}"
        head = await player.head(one["audio"])
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["Content-Length"] == str(len(whole.content))
        forged = one["audio"].replace("ticket=", "ticket=1")
        refused = await player.get(forged)
        assert (refused.status_code, refused.json()["code"]) == (403, "recording-ticket")


async def test_neither_links_nor_tokens_are_logged(
    recorded: str, anna: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    """Not by us and not by libraries, however much is logged."""
    caplog.set_level(logging.DEBUG)
    [one] = (await anna.get(f"/api/recordings/{recorded}/list")).raise_for_status().json()
    (await anna.get(one["audio"], headers={"Range": "bytes=0-"})).raise_for_status()
    logged = [f"{record.name} {record.getMessage()} {vars(record)}" for record in caplog.records]
    secrets = ("token=", "ticket=", one["audio"].partition("ticket=")[2], anna.headers["Authorization"])
    assert [line for line in logged if any(secret in line for secret in secrets)] == []


async def test_the_page_lets_nothing_foreign_in(app: RunningHost) -> None:
    """Scripts of its own only, in no frame; beside it there are no other files."""
    async with httpx.AsyncClient(base_url=app.url) as browser:
        for address in ("/api/recordings/some-call", "/api/recordings"):
            page = (await browser.get(address)).raise_for_status()
            policy = page.headers["Content-Security-Policy"]
            assert "default-src 'none'; script-src 'self'" in policy
            assert "frame-ancestors 'none'" in policy
            assert (page.headers["X-Content-Type-Options"], page.headers["Referrer-Policy"]) == (
                "nosniff",
                "no-referrer",
            )
        for file in ("__init__.py", "..%2Fservice.py", "nothing.js"):
            assert (await browser.get(f"/api/recordings-page/{file}")).status_code == 404


async def test_who_may_not_read_the_activity_hears_nothing(
    world: World, recorded: str, anna: httpx.AsyncClient, app: RunningHost
) -> None:
    """Without a token, without the right in Dynamics, or for a call that is none."""
    async with httpx.AsyncClient(base_url=app.url) as stranger:
        assert (await stranger.get(f"/api/recordings/{recorded}/list")).status_code == 401
    missing = await anna.get("/api/recordings/no-such-call/list")
    assert (missing.status_code, missing.json()["code"]) == (403, "recording-forbidden")
    switch = f"{world.neighbours.dynamics_url}/stand-in/privileges"
    right = {"systemuserid": ANNA_D365, "privilege": "prvReadPhonecall"}
    await world.http.post(switch, json={**right, "granted": False})
    refused = await anna.get(f"/api/recordings/{recorded}/list")
    await world.http.post(switch, json={**right, "granted": True})
    assert (refused.status_code, refused.json()["code"]) == (403, "recording-forbidden")


async def test_notes_come_over_the_api(world: World, recorded: str, anna: httpx.AsyncClient) -> None:
    """The notes of who had the call land on the activity, malformed ones are refused with what is wrong."""
    headers = {"Authorization": f"Bearer {await token_of(world, DAVID_OBJECT)}"}
    answer = await anna.patch(f"/api/phone/calls/{recorded}", json={"notes": "call back on Monday"}, headers=headers)
    assert (answer.status_code, answer.json()["notes"]) == (200, "call back on Monday")

    async def landed() -> None:
        assert (await activity(world, recorded))["description"] == "call back on Monday"

    await eventually(landed)
    for wrong in (
        *({}, {"notes": 5}, {"customer": {"kind": "dog", "id": "x"}}, [], {"notes": "x" * 2001}),
        *({"notes": "x", "edit": edit} for edit in (5, {}, {"page": "x", "number": 1}, {"page": PAGE, "number": -1})),
    ):
        refused = await anna.patch(f"/api/phone/calls/{recorded}", json=wrong)
        assert (refused.status_code, refused.json()["code"]) == (400, "malformed-notes")


async def test_notes_that_come_late_do_not_bring_back_what_was_typed_before(
    world: World, recorded: str, anna: httpx.AsyncClient
) -> None:
    """Of one page the highest edit counts; another page, after a reload, begins to count again (K4)."""
    headers = {"Authorization": f"Bearer {await token_of(world, DAVID_OBJECT)}"}
    for notes, page, number, noted in (
        ("wants a refund of 30 euros", PAGE, 2, "wants a refund of 30 euros"),
        ("wants a refund", PAGE, 1, "wants a refund of 30 euros"),
        ("wants 40 euros", str(uuid4()), 1, "wants 40 euros"),
    ):
        body = {"notes": notes, "edit": {"page": page, "number": number}}
        answer = await anna.patch(f"/api/phone/calls/{recorded}", json=body, headers=headers)
        assert (answer.status_code, answer.json()["notes"]) == (200, noted)
