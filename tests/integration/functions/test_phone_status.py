"""The web phone's requests on an agent's status (B1-B5), also where only the phone reaches Omnichannel."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest_asyncio

from shared.settings.model import SettingKind
from tests.fixtures.functions_host import BUSY_MACHINE_S, ChildHost
from tests.fixtures.people import token_of
from tests.fixtures.presence import DAVID_OBJECT, FOCUS, FREE, GONE, LEASE_S, QUIET, Statuses
from tests.fixtures.processes import ROOT
from tests.fixtures.world import eventually

ANNA_OBJECT = "e0000000-0000-4000-8000-000000000001"
SALES = "73000000-0000-4000-8000-000000000001"


@pytest_asyncio.fixture
async def phone(statuses: Statuses) -> AsyncIterator[httpx.AsyncClient]:
    """David's web phone."""
    headers = {"Authorization": f"Bearer {await token_of(statuses.world, DAVID_OBJECT)}"}
    url = f"{statuses.world.environ['APP']}/api/phone"
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=BUSY_MACHINE_S) as client:
        yield client


async def test_the_phone_shows_and_sets_the_status(statuses: Statuses, phone: httpx.AsyncClient) -> None:
    """What is set is shown with its note and mirrored; statuses and pools are there to choose from."""
    answer = await phone.put("/availability", json={"status": "do not disturb", "note": "quarterly figures"})
    assert answer.json()["availability"] == {
        "status": "Do not disturb",
        "kind": "dnd",
        "note": "quarterly figures",
        "endsAt": None,
    }
    await statuses.both_become(QUIET, "Do not disturb")

    async def shown() -> None:
        found = (await phone.get("/availability")).raise_for_status().json()
        assert (found["availability"]["note"], found["omnichannel"]["presenceId"]) == ("quarterly figures", QUIET)
        assert {one["name"] for one in found["statuses"]} >= {"Available", "Lunch", "Sick leave"}
        assert {one["name"]: one["active"] for one in found["pools"]}["Sales"]
        assert (found["wanted"], found["faults"]) == (None, [])

    await eventually(shown)


async def test_both_sides_are_one_when_the_phone_is_opened(statuses: Statuses) -> None:
    """Nobody has ever set Anna's status anywhere: Dynamics shows her offline, her phone available."""
    anna = Statuses(statuses.world, "a0000000-0000-4000-8000-000000000001")
    assert await anna.dynamics() == GONE
    headers = {"Authorization": f"Bearer {await token_of(statuses.world, ANNA_OBJECT)}"}
    url = f"{statuses.world.environ['APP']}/api/phone"
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=BUSY_MACHINE_S) as phone:
        (await phone.post("/session", json={"sessionId": str(uuid4())})).raise_for_status()
    await anna.dynamics_becomes(FREE)


async def test_lunch_is_off_work_for_half_an_hour(statuses: Statuses, phone: httpx.AsyncClient) -> None:
    """By name, with its end; Omnichannel is offline meanwhile (B1)."""
    answer = await phone.put("/availability", json={"status": "Lunch"})
    holds = answer.json()["availability"]
    assert (holds["status"], holds["kind"], holds["endsAt"] is not None) == ("Lunch", "off_work", True)
    await statuses.both_become(GONE, "Lunch")


async def test_after_a_status_with_an_end_it_is_what_it_was(statuses: Statuses, phone: httpx.AsyncClient) -> None:
    """On both sides, the custom presence too, without anybody doing anything."""
    await statuses.set_dynamics(FOCUS)
    await statuses.both_become(FOCUS, "Busy")
    await phone.put("/availability", json={"status": "Lunch", "length_s": 3})
    await statuses.both_become(GONE, "Lunch")
    await statuses.both_become(FOCUS, "Busy")


async def test_lunch_ends_although_the_voice_cloud_was_away(statuses: Statuses, phone: httpx.AsyncClient) -> None:
    """Killed and started again during lunch, it still knows its end and what was before.

    Where it is away for longer than news is retried here, the timer finds it.
    """
    await statuses.set_dynamics(FOCUS)
    await statuses.both_become(FOCUS, "Busy")
    await phone.put("/availability", json={"status": "Lunch", "length_s": 6})
    await statuses.both_become(GONE, "Lunch")
    cloud = statuses.world.neighbours.voicecloud
    await asyncio.to_thread(cloud.kill)
    await asyncio.to_thread(cloud.start)
    await statuses.world.services.presence.polling.run()
    await statuses.both_become(FOCUS, "Busy")


async def test_lunch_ends_although_the_app_was_away(
    statuses: Statuses, phone: httpx.AsyncClient, app_host: ChildHost
) -> None:
    """The end of lunch falls into a restart of the app: what it missed it finds."""
    await phone.put("/availability", json={"status": "Lunch", "length_s": 3})
    await statuses.both_become(GONE, "Lunch")

    async def done() -> None:
        assert (await statuses.state()).pending == ()

    await eventually(done)
    await asyncio.to_thread(app_host.kill)
    await asyncio.sleep(3)
    assert await statuses.dynamics() == GONE
    await asyncio.to_thread(app_host.start)
    await statuses.both_become(FREE, "Available", within_s=90)


async def test_a_customers_own_status_is_known_by_its_note(statuses: Statuses, phone: httpx.AsyncClient) -> None:
    """It maps onto a kind and keeps its name (B4)."""
    own = {"name": "Training", "kind": "dnd", "event_type": 6, "note": "Training", "length_s": 3600}
    usual = [("Available", "available", 0), ("Busy", "busy", 1), ("Away", "away", 2), ("Do not disturb", "dnd", 3)]
    listed = [{"name": name, "kind": kind, "event_type": number} for name, kind, number in usual]
    listed += [{"name": "Off work", "kind": "off_work", "event_type": 4}, own]
    await statuses.world.set(
        SettingKind.PRESENCE, "presence", {"enabled": True, "lease_s": LEASE_S, "statuses": listed}
    )
    await asyncio.sleep(2.2)
    await phone.put("/availability", json={"status": "Training", "note": "room 2"})
    await statuses.dynamics_becomes(QUIET)
    shown = (await phone.get("/availability")).json()["availability"]
    assert (shown["status"], shown["note"]) == ("Training", "Training – room 2")


async def test_an_agent_switches_off_and_on_in_a_pool(statuses: Statuses, phone: httpx.AsyncClient) -> None:
    """It is possible in the agent's own pools only (B5)."""

    async def is_active() -> bool:
        pools: list[dict[str, Any]] = (await phone.get("/availability")).json()["pools"]
        return next(bool(one["active"]) for one in pools if one["id"] == SALES)

    assert (await phone.put(f"/pools/{SALES}", json={"active": False})).status_code == 204
    assert not await is_active()
    assert (await phone.put(f"/pools/{SALES}", json={"active": True})).status_code == 204
    assert await is_active()
    foreign = await phone.put(f"/pools/{uuid4()}", json={"active": True})
    assert (foreign.status_code, foreign.json()["code"]) == (403, "pool-foreign")


async def test_a_phone_that_falls_silent_is_restored_within_its_lease(
    statuses: Statuses, phone: httpx.AsyncClient
) -> None:
    """A crashed tab: its signs of life hold the call, their end gives the presence back."""
    await statuses.set_dynamics(FOCUS)
    await statuses.both_become(FOCUS, "Busy")
    call_id = str(uuid4())
    for _ in range(4):
        assert (await phone.post(f"/calls/{call_id}/heartbeat", json={})).status_code == 204
        await statuses.dynamics_becomes(QUIET)
        await asyncio.sleep(1)
    await statuses.dynamics_becomes(FOCUS, within_s=LEASE_S + 1)
    await phone.post(f"/calls/{uuid4()}/heartbeat", json={})
    await statuses.dynamics_becomes(QUIET)


async def test_a_lease_whose_instance_died_is_ended_by_another(
    statuses: Statuses, phone: httpx.AsyncClient, child_host: Callable[..., ChildHost]
) -> None:
    """All signs of life went to one instance, which is killed in the call; the presence comes back all the same."""
    await statuses.set_dynamics(FOCUS)
    await statuses.both_become(FOCUS, "Busy")
    other = child_host(ROOT, {name: value for name, value in statuses.world.environ.items() if name != "APP"})
    await asyncio.to_thread(other.start)
    await phone.post(f"{other.url}/api/phone/calls/{uuid4()}/heartbeat", json={})
    await statuses.dynamics_becomes(QUIET)
    other.kill()
    await statuses.dynamics_becomes(FOCUS, within_s=10)
    assert not (await statuses.state()).in_call


async def test_the_phones_own_end_of_a_call_restores_at_once(statuses: Statuses, phone: httpx.AsyncClient) -> None:
    """And what it says late of that call changes nothing."""
    call_id = str(uuid4())
    await phone.post(f"/calls/{call_id}/heartbeat", json={})
    await statuses.dynamics_becomes(QUIET)
    await phone.post(f"/calls/{call_id}/heartbeat", json={"ended": True, "sequence": 5})
    await phone.post(f"/calls/{call_id}/heartbeat", json={"sequence": 4})
    await statuses.dynamics_becomes(FREE, within_s=1.5)
    assert not (await statuses.state()).in_call


async def test_where_only_the_phone_reaches_omnichannel_it_is_told_what_to_set(
    statuses: Statuses, phone: httpx.AsyncClient
) -> None:
    """The same rules: a ring wants do not disturb, the end wants back what was; what fails is shown."""
    await statuses.world.set(SettingKind.PRESENCE, "presence", {"enabled": True, "lease_s": LEASE_S, "method": "phone"})
    await asyncio.sleep(2.2)
    focus = {"presenceId": FOCUS, "baseStatus": "BUSY", "text": "Focus time"}
    assert (await phone.post("/presence", json=focus)).raise_for_status().json()["wanted"] is None

    async def busy() -> None:
        assert await statuses.phone() == "Busy"

    await eventually(busy)
    call_id = str(uuid4())
    await phone.post(f"/calls/{call_id}/heartbeat", json={})

    async def wanted() -> dict[str, Any]:
        found: dict[str, Any] | None = (await phone.get("/availability")).json()["wanted"]
        assert found
        return found

    ring = await eventually(wanted)
    assert (ring["presenceId"], ring["text"]) == (QUIET, "Do not disturb")
    refused = (await phone.post("/presence", json={"cause": ring["cause"]})).json()
    assert [fault["code"] for fault in refused["faults"]] == ["presence-refused"]
    quiet = {"presenceId": QUIET, "baseStatus": 192360002, "text": "Do not disturb"}
    done = (await phone.post("/presence", json=quiet)).json()
    assert (done["wanted"], done["faults"]) == (None, [])
    assert (await phone.post("/presence", json=quiet)).json()["wanted"] is None  # told again, it is nobody's choice
    await phone.post(f"/calls/{call_id}/heartbeat", json={"ended": True})
    back = await eventually(wanted)
    assert (back["presenceId"], back["text"]) == (FOCUS, "Focus time")
    assert (await phone.post("/presence", json=focus)).json()["wanted"] is None
    assert await statuses.phone() == "Busy"
    assert await statuses.writes() == []


async def test_a_presence_the_phone_is_refused_twice_is_replaced_by_the_usual_one(
    statuses: Statuses, phone: httpx.AsyncClient
) -> None:
    """The agent's own was deleted in Dynamics during the call; nobody is left in do not disturb."""
    await statuses.world.set(SettingKind.PRESENCE, "presence", {"enabled": True, "lease_s": LEASE_S, "method": "phone"})
    await asyncio.sleep(2.2)
    await phone.post("/presence", json={"presenceId": FOCUS, "baseStatus": "BUSY", "text": "Focus time"})
    call_id = str(uuid4())
    await phone.post(f"/calls/{call_id}/heartbeat", json={})

    async def wanted(text: str) -> dict[str, Any]:
        found: dict[str, Any] | None = (await phone.get("/availability")).json()["wanted"]
        assert found
        assert found["text"] == text
        return found

    await eventually(lambda: wanted("Do not disturb"))
    quiet = {"presenceId": QUIET, "baseStatus": "BUSY_DO_NOT_DISTURB", "text": "Do not disturb"}
    await phone.post("/presence", json=quiet)
    await phone.post(f"/calls/{call_id}/heartbeat", json={"ended": True})
    back = await eventually(lambda: wanted("Focus time"))
    once = (await phone.post("/presence", json={"cause": back["cause"], "failed": True})).json()
    assert once["wanted"] == back
    twice = (await phone.post("/presence", json={"cause": back["cause"], "failed": True})).json()
    assert (twice["wanted"]["text"], twice["wanted"]["kind"]) == ("Busy", "busy")
    assert [(fault["code"], fault["times"]) for fault in twice["faults"]] == [("presence-refused", 2)]
    done = {name: twice["wanted"][name] for name in ("presenceId", "text")}
    shown = (await phone.post("/presence", json=done)).json()
    assert (shown["omnichannel"]["text"], shown["wanted"], shown["faults"]) == ("Busy", None, [])
    assert not (await statuses.state()).in_call


async def test_a_text_or_an_id_alone_is_enough_of_a_report(statuses: Statuses, phone: httpx.AsyncClient) -> None:
    """CIF may tell no more; a text nobody knows is a fault until a known one comes; a fast clock is no news."""
    await statuses.world.set(SettingKind.PRESENCE, "presence", {"enabled": True, "lease_s": LEASE_S, "method": "phone"})
    await asyncio.sleep(2.2)
    unknown = (await phone.post("/presence", json={"text": "focus TIME"})).raise_for_status().json()
    assert [fault["code"] for fault in unknown["faults"]] == ["presence-unmapped"]
    for body, text in (
        ({"text": "Focus time", "at": "2099-01-01T00:00:00Z"}, "Focus time"),
        ({"presenceId": f"{{{QUIET.upper()}}}"}, "Do not disturb"),
        ({"text": "Focus time"}, "Focus time"),
    ):
        shown = (await phone.post("/presence", json=body)).raise_for_status().json()
        assert (shown["omnichannel"]["text"], shown["faults"]) == (text, [])
    for body in ({}, {"text": 7}, {"text": "x" * 101}, {"presenceId": "focus"}, {"text": "Busy", "at": "soon"}):
        assert (await phone.post("/presence", json=body)).json()["code"] == "malformed-availability"


async def test_strangers_and_nonsense_are_refused(statuses: Statuses, phone: httpx.AsyncClient) -> None:
    """No token, no such status, an end in the past, a report without a presence."""
    async with httpx.AsyncClient(base_url=str(phone.base_url)) as stranger:
        assert (await stranger.get("/availability")).status_code == 401
    for path, body in (
        ("/availability", {"status": "Gone fishing"}),
        ("/availability", {"status": "Busy", "endsAt": "2020-01-01T00:00:00Z"}),
        ("/availability", {"status": "Busy", "note": 7}),
        ("/availability", []),
    ):
        answer = await phone.put(path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed-availability")
    assert (await phone.post("/presence", json={"presenceId": FOCUS, "baseStatus": "ODD"})).status_code == 400
    for call_id, body in (("no.call", {}), (str(uuid4()), {"sequence": -1}), (str(uuid4()), {"sequence": True})):
        assert (await phone.post(f"/calls/{call_id}/heartbeat", json=body)).json()["code"] == "malformed-availability"
    assert await statuses.phone() == "Available"
