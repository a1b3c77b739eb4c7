"""Directory, history and pools over the app, with the real voice cloud and Dynamics (C6, C7)."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

from shared.clock import from_iso, to_iso
from tests.fixtures.calls import ANNA_D365, MATTI, MATTI_NUMBER
from tests.fixtures.customers import Customer
from tests.fixtures.live_phone import DAVID, LivePhones
from tests.fixtures.world import eventually
from tests.unit.test_openapi import validate_as

DAVIDS_NUMBER, SALES_NUMBER = "+35891001004", "+35891000100"


async def found(phones: LivePhones, search: str) -> list[dict[str, Any]]:
    answer = await phones.anna.get("/phone/directory", params={"search": search})
    entries: list[dict[str, Any]] = answer.raise_for_status().json()
    for entry in entries:
        validate_as("DirectoryEntry", entry)
    return entries


async def test_colleagues_are_found_with_their_status(phones: LivePhones) -> None:
    """By parts of names in any order or a part of a number; members of pools with what they have set."""
    [david] = [one for one in await found(phones, "korho davi") if one["kind"] == "user"]
    assert (david["name"], david["number"]) == ("David Korhonen", DAVIDS_NUMBER)
    assert david["numbers"] == [DAVIDS_NUMBER, "+358501004444"]
    assert (david["status"]["name"], david["status"]["talking"]) == ("Available", False)
    assert DAVID in {one["id"] for one in await found(phones, "09 100 1004") if one["kind"] == "user"}
    everybody = await found(phones, "")
    assert {one["kind"] for one in everybody} == {"user", "pool"}
    assert {"Sales", "Support", "Billing"} <= {one["name"] for one in everybody if one["kind"] == "pool"}


async def test_customers_are_found_by_name_and_by_number(phones: LivePhones) -> None:
    """However the number is written, on either side; their numbers are given in E.164."""
    for search in ("meikäl", "040 1234567", "+358 (0)40 123 4567"):
        matti = next(one for one in await found(phones, search) if one["id"] == MATTI)
        assert (matti["kind"], matti["name"], matti["number"]) == ("contact", "Matti Meikäläinen", MATTI_NUMBER)
    assert [one for one in await found(phones, "m") if one["kind"] == "contact"] == []
    assert await found(phones, "o'nobody' or contains(fullname,'x") == []


async def test_parts_of_numbers_and_letters_without_accents_are_enough(phones: LivePhones) -> None:
    """Customers and colleagues are found alike."""
    for search in ("meikal", "123 4567", "40 123 45"):
        assert MATTI in {one["id"] for one in await found(phones, search)}, search
    assert "Björn Lindqvist" in {one["name"] for one in await found(phones, "bjorn")}


async def test_customers_are_those_the_agent_may_read(phones: LivePhones) -> None:
    """Dynamics is asked as the agent; without the right there are no customers, and colleagues all the same."""
    switch = f"{phones.world.neighbours.dynamics_url}/stand-in/privileges"
    right = {"systemuserid": ANNA_D365, "privilege": "prvReadContact"}
    await phones.world.http.post(switch, json={**right, "granted": False})
    try:
        assert [one for one in await found(phones, "meikälä") if one["kind"] == "contact"] == []
        assert [one["name"] for one in await found(phones, "korhonen") if one["kind"] == "user"] == ["David Korhonen"]
    finally:
        await phones.world.http.post(switch, json={**right, "granted": True})


async def test_a_kind_of_customer_that_cannot_be_read_costs_only_itself(phones: LivePhones) -> None:
    """Service agents often have no right to leads, and some environments no such table: contacts are found all the
    same, by name, by number and by a part of one."""
    switch = f"{phones.world.neighbours.dynamics_url}/stand-in/privileges"
    right = {"systemuserid": ANNA_D365, "privilege": "prvReadLead"}
    await phones.world.http.post(switch, json={**right, "granted": False})
    try:
        for search in ("Matti M", "040 1234567", "40 123 45 67"):
            assert MATTI in {one["id"] for one in await found(phones, search)}, search
    finally:
        await phones.world.http.post(switch, json={**right, "granted": True})
    fault = {"match": "/leads", "status": 404, "times": 1}
    await phones.world.http.post(f"{phones.world.neighbours.dynamics_url}/stand-in/faults", json=fault)
    assert MATTI in {one["id"] for one in await found(phones, "Matti Meik")}


async def test_many_phones_ask_dynamics_and_the_voice_cloud_as_often_as_one(phones: LivePhones) -> None:
    """Within seconds the same question is asked once."""
    await found(phones, "meik")
    await phones.world.forget_requests()
    await asyncio.gather(*(found(phones, "meik") for _ in range(20)))
    assert await phones.world.dynamics_requests() == []


async def test_a_call_is_in_the_history_of_who_had_it(phones: LivePhones) -> None:
    """With result, name, duration and its recordings; and in that of the agent's pools, only theirs."""
    call_id = await Customer(phones.world).talks_to(DAVIDS_NUMBER)

    async def told() -> dict[str, Any]:
        shown = (await phones.david.get("/phone/history")).raise_for_status().json()
        validate_as("CallHistory", shown)
        entry: dict[str, Any] = next((one for one in shown["entries"] if one["callId"] == call_id), {})
        assert entry.get("recording")
        return entry

    entry = await eventually(told)
    assert (entry["direction"], entry["result"], entry["number"]) == ("inbound", "answered", MATTI_NUMBER)
    assert (entry["name"], entry["pool"]) == ("Matti Meikäläinen", "")
    assert entry["recording"] == f"/api/recordings/{call_id}/list"
    annas = (await phones.anna.get("/phone/history")).json()["entries"]
    assert call_id not in {one["callId"] for one in annas}
    earlier = (await phones.david.get("/phone/history", params={"before": entry["startedAt"]})).json()
    assert call_id not in {one["callId"] for one in earlier["entries"]}


async def test_a_pools_calls_are_in_its_members_histories(phones: LivePhones) -> None:
    """Whoever answered; the pool's name and the voice cloud's word for how it ended."""
    caller = phones.world.new_number()
    customer = Customer(phones.world)
    call_id = await customer.calls(SALES_NUMBER, caller)
    await eventually(lambda: customer.is_talking(call_id))
    await customer.hangs_up(call_id)

    pools: set[str] = set()

    async def told() -> dict[str, Any]:
        answer = await phones.anna.get("/phone/history", params={"scope": "pool"})
        assert answer.status_code == 200, answer.text
        shown = answer.json()
        pools.update(one["pool"] for one in shown["entries"])
        validate_as("CallHistory", shown)
        entry: dict[str, Any] = next((one for one in shown["entries"] if one["callId"] == call_id), {})
        assert entry.get("result") == "answered"
        return entry

    entry = await eventually(told)
    assert (entry["pool"], entry["number"], entry["name"]) == ("Sales", caller, "")
    assert pools <= {"Sales", "Support"}


async def test_missed_calls_count_until_they_are_looked_at(phones: LivePhones) -> None:
    """A call that nobody answered is missed; looking sets the counter back as far as one has seen."""
    answer = await phones.david.get("/phone/history")
    assert answer.status_code == 200, answer.text
    before = answer.json()["missed"]
    control = f"{phones.world.neighbours.voicecloud_url}/control/api/calls"
    body = {"Number": DAVIDS_NUMBER, "From": MATTI_NUMBER, "Answer": "nobody"}
    call_id = (await phones.world.http.post(control, json=body)).raise_for_status().json()["CallId"]
    await asyncio.sleep(0.3)
    await phones.world.http.post(f"{control}/{call_id}/hangup", json={})

    async def counted() -> None:
        shown = (await phones.david.get("/phone/history")).json()
        assert [one["result"] for one in shown["entries"] if one["callId"] == call_id] == ["missed"]
        assert shown["missed"] == before + 1

    await eventually(counted)
    shown = (await phones.david.get("/phone/history")).json()["entries"]
    newest = from_iso(shown[0]["startedAt"])
    for until, missed in ((newest - timedelta(seconds=1), 1), (newest, 0), (newest - timedelta(days=1), 0)):
        answer = await phones.david.post("/phone/history/seen", params={"until": to_iso(until)})
        assert answer.status_code == 204
        assert (await phones.david.get("/phone/history")).json()["missed"] == missed
    assert (await phones.david.post("/phone/history/seen")).status_code == 204
    assert (await phones.david.get("/phone/history")).json()["missed"] == 0


async def test_a_call_that_do_not_disturb_kept_away_is_missed(phones: LivePhones) -> None:
    """It rang nowhere; who comes back finds who has called (B3, C6)."""
    control = f"{phones.world.neighbours.voicecloud_url}/control/api"

    async def sets(profile: str) -> None:
        (await phones.world.http.post(f"{control}/agents/{DAVID}", json={"Profile": profile})).raise_for_status()

    await sets("Do not disturb")
    try:
        call_id = await Customer(phones.world).calls(DAVIDS_NUMBER)

        async def listed() -> None:
            shown = (await phones.david.get("/phone/history")).json()["entries"]
            found = [(one["result"], one["name"], one["duration_s"]) for one in shown if one["callId"] == call_id]
            assert found == [("missed", "Matti Meikäläinen", 0)]

        await eventually(listed)
    finally:
        await sets("Available")


async def test_a_history_request_that_is_not_valid_is_refused(phones: LivePhones) -> None:
    """A time that is no time and a scope that is no scope are refused."""
    for wrong in ({"before": "yesterday"}, {"scope": "everybody"}):
        refused = await phones.anna.get("/phone/history", params=wrong)
        assert (refused.status_code, refused.json()["code"]) == (400, "malformed-history")
    refused = await phones.anna.post("/phone/history/seen", params={"until": "yesterday"})
    assert (refused.status_code, refused.json()["code"]) == (400, "malformed-history")


async def test_pools_are_shown_with_figures_and_members(phones: LivePhones) -> None:
    """The agent's own only; a switch shows within seconds, on the list and on the agent's line."""
    pools = (await phones.david.get("/phone/pools")).raise_for_status().json()
    for pool in pools:
        validate_as("PoolBoard", pool)
    [sales] = pools
    assert (sales["name"], sales["open"], sales["active"]) == ("Sales", True, True)
    assert {one["name"] for one in sales["agents"]} >= {"Anna Virtanen", "David Korhonen"}
    assert (await phones.david.put(f"/phone/pools/{sales['id']}", json={"active": False})).status_code == 204

    async def off() -> None:
        [shown] = (await phones.david.get("/phone/pools")).json()
        davids = next(one for one in shown["agents"] if one["id"] == DAVID)
        assert (shown["active"], davids["active"]) == (False, False)

    try:
        await eventually(off)
    finally:
        await phones.david.put(f"/phone/pools/{sales['id']}", json={"active": True})


async def test_an_unknown_call_has_no_caller_and_no_notes(phones: LivePhones) -> None:
    """Nothing is invented for an id nobody has."""
    shown = (await phones.anna.get(f"/phone/calls/{uuid4()}")).json()
    assert (shown["caller"], shown["notes"], shown["customer"]) == (None, "", None)
