"""Commands, media and callers over the app (C1-C5, D5, K1, K9; "Bad input" of live calls)."""

import asyncio
import logging
import time
from typing import Any
from uuid import uuid4

import pytest

from shared.dataverse.model import Change
from shared.phone.services import OFFERS_PER_S
from tests.fixtures.calls import MATTI, MATTI_NUMBER
from tests.fixtures.live_phone import ANNA, DAVID, OFFER, LivePhones
from tests.fixtures.world import eventually
from tests.unit.test_openapi import validate_as

SDP = {"Content-Type": "application/sdp"}


async def test_a_call_is_dialled_with_a_number_the_agent_may_show(phones: LivePhones) -> None:
    """Their own or one of their pools', however it is written; any other is refused. The voice cloud gets the phone's
    own id of the call."""
    own, call_id = await phones.opened(phones.anna), str(uuid4())
    dialled = {"callId": call_id, "number": MATTI_NUMBER, "callerNumber": "+35891000100"}
    answer = await phones.anna.post("/phone/calls", json=dialled, headers=own)
    assert (answer.status_code, answer.json()) == (201, {"callId": call_id})
    body = {"CallId": call_id, "Number": MATTI_NUMBER, "CallerNumber": "+35891000100"}
    assert phones.cloud.asked[-1] == ("POST", f"/users/{ANNA}/phone/calls", body)
    foreign = await phones.anna.post("/phone/calls", json={**dialled, "callerNumber": "+35891000300"}, headers=own)
    assert (foreign.status_code, foreign.json()["code"]) == (403, "caller-number-foreign")
    for spelled in ("09 1000 100", "+358 (0)9 1000100", "00358-9-1000100"):
        again = {**dialled, "callId": str(uuid4()), "callerNumber": spelled}
        assert (await phones.anna.post("/phone/calls", json=again, headers=own)).status_code == 201
        assert phones.cloud.asked[-1][2]["CallerNumber"] == "+35891000100"
    for body in ({}, {"callId": "a/b", "number": "1"}, {"callId": call_id, "number": ""}, {**dialled, "number": 5}):
        refused = await phones.anna.post("/phone/calls", json=body, headers=own)
        assert (refused.status_code, refused.json()["code"]) == (400, "malformed-phone-request")


@pytest.mark.parametrize(
    ("command", "body", "passed_on"),
    [
        ("answer", None, {}),
        ("hold", {}, {}),
        ("mute", {"muted": True}, {"Muted": True}),
        ("keys", {"keys": "12#a"}, {"Keys": "12#A"}),
        ("transfer", {"to": "user:71"}, {"To": "user:71"}),
        ("consult", {"to": " 040 123 4567 "}, {"To": "+358401234567"}),
        ("consult", {"to": "1 0-01"}, {"To": "1001"}),
        ("recording", {"paused": False}, {"Paused": False}),
    ],
)
async def test_commands_are_passed_on_with_their_key(
    phones: LivePhones, command: str, body: Any, passed_on: dict[str, Any]
) -> None:
    """In the voice cloud's words; the answer is the call as it is then."""
    headers = {**await phones.opened(phones.anna), "Idempotency-Key": "k-1"}
    answer = await phones.anna.post(f"/phone/calls/c1/{command}", json=body, headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"call": {"callId": "c1", "state": "connected"}})
    assert phones.cloud.asked[-1] == ("POST", f"/users/{ANNA}/phone/calls/c1/{command}", passed_on)
    assert phones.cloud.keys[-1] == "k-1"


async def test_a_command_needs_its_key_and_a_meaning(phones: LivePhones) -> None:
    """Nothing of it reaches the voice cloud otherwise."""
    own = await phones.opened(phones.anna)
    keyed = {**own, "Idempotency-Key": "k-1"}
    before = len(phones.cloud.asked)
    for path, body, headers, code in (
        ("c1/hold", {}, own, "idempotency-key-missing"),
        ("c1/hold", {}, {**own, "Idempotency-Key": "x" * 129}, "malformed-phone-request"),
        ("c1/dance", {}, keyed, "command-unknown"),
        ("c1/mute", {"muted": "yes"}, keyed, "malformed-phone-request"),
        ("c1/keys", {"keys": "12E"}, keyed, "malformed-phone-request"),
        ("c1/transfer", {"to": "x" * 129}, keyed, "malformed-phone-request"),
        ("going-on/hold", {}, keyed, "malformed-phone-request"),
    ):
        refused = await phones.anna.post(f"/phone/calls/{path}", json=body, headers=headers)
        assert refused.json()["code"] == code
    assert len(phones.cloud.asked) == before


async def test_only_the_primary_phone_commands(phones: LivePhones) -> None:
    """A secondary tab, an invented session, another agent's: refused before the voice cloud hears of it."""
    first = await phones.opened(phones.anna)
    second = str(uuid4())
    await phones.anna.post("/phone/session", json={"sessionId": second, "takeOver": True})
    davids = await phones.opened(phones.david)
    before = len(phones.cloud.asked)
    for session in (first, davids, {"Phone-Session": str(uuid4())}):
        headers = {**session, "Idempotency-Key": "k"}
        for refused in (
            await phones.anna.post("/phone/calls/c1/hangup", headers=headers),
            await phones.anna.post("/phone/calls", json={"callId": "c1", "number": "1"}, headers=session),
            await phones.anna.post("/phone/calls/c1/media", content=OFFER, headers={**session, **SDP}),
            await phones.anna.delete("/phone/calls/c1/media/m1", headers=session),
        ):
            assert (refused.status_code, refused.json()["code"]) == (409, "phone-session-lost")
    unnamed = await phones.anna.post("/phone/calls/c1/hangup", headers={"Idempotency-Key": "k"})
    assert (unnamed.status_code, unnamed.json()["code"]) == (400, "phone-session-missing")
    assert len(phones.cloud.asked) == before
    good = {"Phone-Session": second, "Idempotency-Key": "k"}
    assert (await phones.anna.post("/phone/calls/c1/hangup", headers=good)).status_code == 200


@pytest.mark.parametrize(
    ("refusal", "status", "code"),
    [
        ((409, {"Code": "not-in-this-state", "State": "held"}, {}), 409, "not-in-this-state"),
        ((404, {"Code": "call-unknown"}, {}), 404, "call-unknown"),
        ((404, {"Code": "user-unknown"}, {}), 400, "call-refused"),
        ((403, {"Code": "foreign-call"}, {}), 403, "call-foreign"),
        ((403, {"Code": "foreign-user"}, {}), 500, "voicecloud-forbidden"),
        ((400, {"Code": "caller-number-not-allowed"}, {}), 400, "call-refused"),
        ((429, {"Code": "rate-limit"}, {"Retry-After": "7"}), 429, "phone-throttled"),
        ((503, {"Code": "media-full"}, {}), 503, "media-full"),
        ((503, {}, {}), 503, "voicecloud-unavailable"),
        ((200, {"odd": 1}, {}), 503, "voicecloud-malformed"),
    ],
)
async def test_the_voice_clouds_refusals_are_ours(
    phones: LivePhones, refusal: tuple[int, dict[str, Any], dict[str, str]], status: int, code: str
) -> None:
    """With the call's state, the pause to make, or the reason, where there is one."""
    headers = {**await phones.opened(phones.anna), "Idempotency-Key": "k"}
    phones.cloud.refusal = refusal
    answer = await phones.anna.post("/phone/calls/c1/hold", headers=headers)
    problem = answer.json()
    validate_as("Problem", problem)
    assert (answer.status_code, problem["code"]) == (status, code)
    assert problem.get("state") == refusal[1].get("State")
    assert answer.headers.get("Retry-After") == refusal[2].get("Retry-After")
    if code == "call-refused":
        assert problem["reason"] == refusal[1]["Code"]


async def test_an_offer_is_answered_by_the_gateway(phones: LivePhones) -> None:
    """201 with the answer, where to delete it and its id; preparing a ringing leg is passed on as such."""
    own = await phones.opened(phones.anna)
    answer = await phones.anna.post("/phone/calls/c1/media?answer=0", content=OFFER, headers={**own, **SDP})
    assert (answer.status_code, answer.text) == (201, OFFER)
    assert answer.headers["Content-Type"].startswith("application/sdp")
    assert answer.headers["Location"] == "/api/phone/calls/c1/media/m-1"
    assert answer.headers["Media-Id"] == "m-1"
    assert phones.cloud.asked[-1] == ("POST", f"/users/{ANNA}/phone/calls/c1/media", OFFER)
    assert (await phones.anna.delete("/phone/calls/c1/media/m-1", headers=own)).status_code == 204
    assert phones.cloud.asked[-1][:2] == ("DELETE", f"/users/{ANNA}/phone/calls/c1/media/m-1")


async def test_offers_that_are_none_do_not_reach_the_gateway(phones: LivePhones) -> None:
    """Offers of another type, empty, malformed or huge ones are refused."""
    own = await phones.opened(phones.anna)
    before = len(phones.cloud.asked)
    for content, content_type, code in (
        (OFFER, "text/plain", "sdp-expected"),
        ("", "application/sdp", "sdp-expected"),
        ("GET / HTTP/1.1", "application/sdp", "sdp-expected"),
        (OFFER + "a=x" * 20_000, "application/sdp", "sdp-too-long"),
    ):
        headers = {**own, "Content-Type": content_type}
        refused = await phones.anna.post("/phone/calls/c1/media", content=content, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (400, code)
    assert len(phones.cloud.asked) == before


async def test_a_flood_of_offers_stays_with_who_sends_it(phones: LivePhones) -> None:
    """A dozen reach the gateway, the others are 429 with a pause; another agent's offer is answered meanwhile."""
    anna, david = await phones.opened(phones.anna), await phones.opened(phones.david)
    before = len(phones.cloud.asked)

    async def offer(number: int) -> int:
        path = f"/phone/calls/c{number % 7}/media"
        return (await phones.anna.post(path, content=OFFER, headers={**anna, **SDP})).status_code

    began = time.monotonic()
    flood = asyncio.gather(*(offer(number) for number in range(300)))
    calm = await phones.david.post("/phone/calls/d1/media", content=OFFER, headers={**david, **SDP})
    assert calm.status_code == 201
    answered = await flood
    assert set(answered) == {201, 429}
    refilled = OFFERS_PER_S * (time.monotonic() - began)  # the more, the busier the machine
    assert len(phones.cloud.asked) - before - 1 == answered.count(201) < 30 + refilled
    last = await phones.anna.post("/phone/calls/c1/media", content=OFFER, headers={**anna, **SDP})
    if last.status_code == 429:
        assert (last.json()["code"], last.headers["Retry-After"]) == ("phone-too-often", "1")


async def test_the_ringing_phone_learns_who_calls(phones: LivePhones, caplog: pytest.LogCaptureFixture) -> None:
    """By the number index, however the number is written in Dynamics; no number reaches the log."""
    caplog.set_level(logging.DEBUG)
    await phones.opened(phones.anna)
    await phones.cloud.rings(ANNA, "c1", MATTI_NUMBER)
    shown = (await phones.anna.get("/phone/calls/c1")).json()
    validate_as("CallCaller", shown)
    matti = {"kind": "contact", "id": MATTI, "name": "Matti Meikäläinen"}
    assert shown["caller"] == {"number": MATTI_NUMBER, "matches": [matti], "more": False}
    assert (shown["notes"], shown["customer"], shown["callbackRequest"]) == ("", None, None)
    await phones.cloud.rings(ANNA, "c1", "")
    assert (await phones.anna.get("/phone/calls/c1")).json()["caller"] == {"number": "", "matches": [], "more": False}
    ours = [f"{one.getMessage()} {vars(one)}" for one in caplog.records if not one.name.startswith("aiohttp")]
    assert [line for line in ours if MATTI_NUMBER[1:] in line] == []


async def test_agents_learn_nothing_of_calls_they_are_not_in(phones: LivePhones) -> None:
    """Another agent's call has no caller; what the agent noted is there after the call and after a reload (K4)."""
    await phones.opened(phones.anna)
    await phones.cloud.rings(ANNA, "c1", MATTI_NUMBER)
    assert (await phones.david.get("/phone/calls/c1")).json()["caller"] is None
    noted = {"notes": "wants a refund", "customer": {"kind": "contact", "id": MATTI}}
    (await phones.anna.patch("/phone/calls/c1", json=noted)).raise_for_status()
    phones.cloud.states.clear()

    async def kept() -> None:
        shown = (await phones.anna.get("/phone/calls/c1")).json()
        validate_as("CallCaller", shown)
        assert (shown["caller"], shown["notes"], shown["customer"]["id"]) == (None, "wants a refund", MATTI)

    await eventually(kept)
    assert (await phones.david.get("/phone/calls/c1")).json()["notes"] == ""


async def test_who_is_asked_sees_the_customer_and_what_was_noted(phones: LivePhones) -> None:
    """Whom it is about, not the colleague who asks; the colleague's notes with the name; nobody else sees them (C3)."""
    await phones.opened(phones.anna)
    await phones.opened(phones.david)
    await phones.cloud.rings(ANNA, "c1", MATTI_NUMBER)
    (await phones.anna.patch("/phone/calls/c1", json={"notes": "wants a refund"})).raise_for_status()
    assert (await phones.david.get("/phone/calls/c1")).json().get("colleaguesNotes", []) == []
    asked = {"callId": "c1", "state": "ringing", "party": {"number": "+35891001001"}, "about": {"number": MATTI_NUMBER}}
    phones.cloud.states[DAVID] = {"version": "v-1", "calls": [asked]}
    shown = (await phones.david.get("/phone/calls/c1")).json()
    validate_as("CallCaller", shown)
    assert [one["name"] for one in shown["caller"]["matches"]] == ["Matti Meikäläinen"]
    assert shown["colleaguesNotes"] == [{"name": "Anna Virtanen", "notes": "wants a refund"}]
    assert (await phones.anna.get("/phone/calls/c1")).json()["colleaguesNotes"] == []


async def test_a_colleague_without_a_telephone_that_can_ring_is_not_reachable(phones: LivePhones) -> None:
    """In the directory and among a pool's members, whatever the status (C6, C7)."""
    everybody = (await phones.anna.get("/phone/directory")).json()
    statuses = {one["name"]: one["status"]["reachable"] for one in everybody if one.get("status")}
    assert (statuses["David Korhonen"], statuses["Anna Virtanen"]) == (True, False)
    pools = (await phones.anna.get("/phone/pools")).json()
    members = {one["name"]: one["reachable"] for pool in pools for one in pool["agents"]}
    assert (members["David Korhonen"], members["Anna Virtanen"]) == (True, False)


async def test_customers_with_one_number_are_distinguished(phones: LivePhones) -> None:
    """By the company of a contact and the city of each, as Dynamics shows them to the agent (C5, D5)."""
    number = phones.world.new_number()
    acme, contact, lead = (str(uuid4()) for _ in range(3))
    aino = {"firstname": "Aino", "lastname": "Aalto", "address1_city": "Espoo", "telephone1": number}
    bound = {"parentcustomerid_account@odata.bind": f"/accounts({acme})"}
    rows: dict[str, dict[str, str]] = {
        f"accounts({acme})": {"name": "Acme Oy", "address1_city": "Turku", "telephone1": number},
        f"contacts({contact})": {**aino, **bound},
        f"leads({lead})": {"lastname": "Lind", "companyname": "Lind Ab", "mobilephone": number},
    }
    await phones.world.services.dataverse.transact([Change("PATCH", path, row) for path, row in rows.items()])
    await phones.world.services.index_sync.run()
    await phones.opened(phones.anna)
    await phones.cloud.rings(ANNA, "c1", number)
    shown = (await phones.anna.get("/phone/calls/c1")).json()
    validate_as("CallCaller", shown)
    found = {one["id"]: (one.get("company"), one.get("city")) for one in shown["caller"]["matches"]}
    assert found == {acme: ("", "Turku"), contact: ("Acme Oy", "Espoo"), lead: ("Lind Ab", "")}
