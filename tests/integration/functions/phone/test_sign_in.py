"""One sign-in for every route of the phone, its budgets, and names only for who may read them (A5)."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.phone.limiter import ALLOWED, Budget
from shared.settings.model import SettingKind
from tests.fixtures.calls import ANNA_D365, MATTI, MATTI_NUMBER
from tests.fixtures.live_phone import ANNA, LivePhones
from tests.fixtures.world import eventually

ROUTES = [
    ("PATCH", "/phone/calls/c1", Budget.COMMANDS),
    ("POST", "/phone/calls/c1/heartbeat", Budget.HEARTBEATS),
    ("GET", "/phone/availability", Budget.READS),
    ("PUT", "/phone/availability", Budget.COMMANDS),
    ("PUT", "/phone/pools/p1", Budget.COMMANDS),
    ("POST", "/phone/presence", Budget.HEARTBEATS),
    ("GET", "/recordings/c1/list", Budget.READS),
]


@pytest.mark.parametrize(("method", "path", "budget"), ROUTES)
async def test_no_route_lets_one_agent_ask_without_end(
    phones: LivePhones, method: str, path: str, budget: Budget
) -> None:
    """Whichever it is: beyond the budget it is 429, and who asks for something of another kind goes on."""
    burst, per_s = ALLOWED[budget]
    asked = [phones.anna.request(method, path, json=[]) for _ in range(burst + int(per_s * 20))]
    statuses = [answer.status_code for answer in await asyncio.gather(*asked)]
    assert 429 in statuses
    other = "/phone/pools" if budget is not Budget.READS else "/phone/session/none"
    answer = await phones.anna.request("GET" if budget is not Budget.READS else "PUT", other)
    assert answer.status_code != 429


async def caller(phones: LivePhones) -> list[dict[str, Any]]:
    """The customers Anna's phone shows for a new call of Matti's number."""
    call_id = str(uuid4())
    await phones.cloud.rings(ANNA, call_id, MATTI_NUMBER)
    shown = (await phones.anna.get(f"/phone/calls/{call_id}")).raise_for_status().json()["caller"]
    assert shown["number"] == MATTI_NUMBER
    matches: list[dict[str, Any]] = shown["matches"]
    return matches


async def test_a_ringing_phone_names_only_customers_its_agent_may_read(phones: LivePhones) -> None:
    """Without the right there is the number alone; a setting shows names to everybody."""
    switch = f"{phones.world.neighbours.dynamics_url}/stand-in/privileges"
    right = {"systemuserid": ANNA_D365, "privilege": "prvReadContact"}
    await phones.world.http.post(switch, json={**right, "granted": False})
    try:
        assert await caller(phones) == []
        await phones.world.set(SettingKind.PHONE, "phone", {"customer_names": "everybody"})

        async def named() -> None:
            assert [one["id"] for one in await caller(phones)] == [MATTI]

        await eventually(named)
    finally:
        await phones.world.http.post(switch, json={**right, "granted": True})


async def test_who_may_read_a_customer_is_asked_once_for_many_calls(phones: LivePhones) -> None:
    """The second ring of a customer costs Dynamics nothing."""
    assert [one["name"] for one in await caller(phones)] == ["Matti Meikäläinen"]
    await phones.world.forget_requests()
    assert [one["name"] for one in await caller(phones)] == ["Matti Meikäläinen"]
    assert await phones.world.dynamics_requests() == []


@pytest.mark.parametrize("status", [400, 403, 404, 503])
async def test_without_an_answer_of_dynamics_a_call_rings_without_a_name(phones: LivePhones, status: int) -> None:
    """The number is shown, and the notes; no refusal of Dynamics is one of the phone's."""
    fault = {"match": "/contacts?", "status": status, "times": 1}
    await phones.world.http.post(f"{phones.world.neighbours.dynamics_url}/stand-in/faults", json=fault)
    try:
        assert await caller(phones) == []
    finally:
        await phones.world.forget_requests()


async def test_what_is_searched_is_taken_literally(phones: LivePhones) -> None:
    """Wildcards of Dynamics are characters like others: they find who has them in their name, and nobody else."""
    for search in ("[a-z]", "m_ikä", "me%n", "[^x]", "[["):
        answer = await phones.anna.get("/phone/directory", params={"search": search})
        assert [one["name"] for one in answer.raise_for_status().json() if one["kind"] == "contact"] == [], search


@pytest.mark.parametrize("path", ["/webphone/" + "a" * 3000 + ".js", "/webphone/tsconfig.json", "/nothing"])
async def test_what_is_not_served_is_404_with_the_headers_of_every_answer(phones: LivePhones, path: str) -> None:
    """Names no file can have, developers' files, routes there are none of; no answer names a version."""
    async with httpx.AsyncClient(base_url=str(phones.anna.base_url)) as stranger:
        for found in (await stranger.get(path), await stranger.get("/webphone/"), await stranger.get("/phone/pools")):
            assert found.headers["X-Content-Type-Options"] == "nosniff"
            assert "max-age=" in found.headers["Strict-Transport-Security"]
            assert not any(character.isdigit() for character in found.headers.get("Server", ""))
        assert (await stranger.get(path)).status_code == 404
