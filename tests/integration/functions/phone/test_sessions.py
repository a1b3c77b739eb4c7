"""The web phone's session over the app: opened, kept, lost, and its state (A1, A4, A5)."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from shared.dataverse.names import VOICE_USER_ID
from shared.findings import HealthState
from shared.health.checks import settings as settings_check
from shared.phone.limiter import ALLOWED, Budget
from shared.settings.model import SettingKind
from shared.storage.tables import Row
from tests.fixtures.calls import ANNA_D365
from tests.fixtures.live_phone import ANNA, DAVID, LivePhones
from tests.fixtures.presence import DAVID_D365
from tests.unit.test_openapi import validate_as


async def test_a_phone_opens_with_all_it_needs(phones: LivePhones) -> None:
    """Name and numbers, ICE servers, the event stream's ticket, settings and the state, as the contract says."""
    answer = await phones.anna.post("/phone/session", json={"sessionId": str(uuid4()), "client": "Chrome on Windows"})
    assert answer.status_code == 201, answer.text
    session = answer.json()
    validate_as("PhoneSession", session)
    assert (session["agent"]["name"], session["agent"]["number"]) == ("Anna Virtanen", "+35891001001")
    shown = {one["number"]: one["name"] for one in session["agent"]["callerNumbers"]}
    assert shown.items() >= {"+35891001001": "", "+35891000100": "Sales", "+35891000200": "Support"}.items()
    assert "+35891000300" not in shown
    assert session["iceServers"] == [{"urls": ["turn:localhost:3478"], "username": "u", "credential": "c"}]
    assert session["events"]["ticket"] == "ticket-1"
    settings = {"takeOver": True, "defaultRegion": "FI", "voiceCenterUrl": "", "unrecordedPages": []}
    assert session["settings"] == settings
    assert session["state"] == {"version": "v-0", "calls": []}
    assert phones.cloud.sessions == {ANNA: session["sessionId"]}


async def test_a_second_window_is_told_where_the_phone_is(phones: LivePhones) -> None:
    """Since when, last seen, on what; the first one goes on undisturbed; the wish to take over ends it."""
    first, second = str(uuid4()), str(uuid4())
    await phones.anna.post("/phone/session", json={"sessionId": first, "client": "Chrome\u0000 on Windows"})
    refused = await phones.anna.post("/phone/session", json={"sessionId": second})
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (409, "phone-active-elsewhere")
    validate_as("ActiveElsewhere", problem)
    assert (problem["client"], problem["takeOver"]) == ("Chrome on Windows", True)
    assert (await phones.anna.put(f"/phone/session/{first}")).status_code == 200
    taken = await phones.anna.post("/phone/session", json={"sessionId": second, "takeOver": True})
    assert taken.status_code == 201
    lost = await phones.anna.put(f"/phone/session/{first}")
    assert (lost.status_code, lost.json()["code"]) == (409, "phone-session-lost")
    assert (await phones.anna.get(f"/phone/session/{first}/state")).json()["code"] == "phone-session-lost"
    assert (await phones.anna.delete(f"/phone/session/{first}")).status_code == 204
    assert (await phones.anna.put(f"/phone/session/{second}")).status_code == 200
    assert phones.cloud.sessions == {ANNA: second}


async def test_giving_up_the_phone_again_ends_what_the_first_try_could_not(phones: LivePhones) -> None:
    """The lease is free though the voice cloud does not answer; the next try ends its session, and nobody else's."""
    own, claim = str(uuid4()), "page-one-of-two"
    path, params = f"/phone/session/{own}", {"claim": claim}
    await phones.anna.post("/phone/session", json={"sessionId": own, "claim": claim})
    phones.cloud.is_away = True
    assert (await phones.anna.delete(path, params=params)).status_code == 503
    assert phones.cloud.sessions == {ANNA: own}
    phones.cloud.is_away = False
    assert (await phones.anna.delete(path, params={"claim": "page-two-of-two"})).status_code == 204
    assert phones.cloud.sessions == {ANNA: own}
    assert (await phones.anna.delete(path, params=params)).status_code == 204
    assert phones.cloud.sessions == {}
    other = str(uuid4())
    assert (await phones.anna.post("/phone/session", json={"sessionId": other})).status_code == 201
    assert (await phones.anna.delete(path, params=params)).status_code == 204
    assert phones.cloud.sessions == {ANNA: other}


async def test_where_taking_over_is_forbidden_the_wish_does_not_help(phones: LivePhones) -> None:
    """The settings row decides, and the refusal says so."""
    await phones.world.set(SettingKind.PHONE, "phone", {"take_over": False})
    await phones.opened(phones.anna)
    refused = await phones.anna.post("/phone/session", json={"sessionId": str(uuid4()), "takeOver": True})
    assert (refused.status_code, refused.json()["takeOver"]) == (409, False)


@pytest.mark.parametrize(
    ("kind", "document", "shown"),
    [
        (SettingKind.PHONE, "{", {"takeOver": True, "unrecordedPages": [""]}),
        (SettingKind.PHONE, '{"take_over": "no", "unrecorded_pages": ["etn=invoice"]}', {"takeOver": True}),
        (SettingKind.PHONE, '{"take_over": false, "unrecorded_pages": "etn=invoice"}', {"takeOver": False}),
        (SettingKind.GENERAL, '{"default_region": 358}', {"defaultRegion": None}),
    ],
)
async def test_a_settings_row_that_cannot_be_read_keeps_nobody_from_the_phone(
    phones: LivePhones, kind: SettingKind, document: str, shown: dict[str, object]
) -> None:
    """Edited by hand. The page is sent, the phone opens, who rings is shown; health names the row and the cure."""
    await phones.world.services.tables.table("settings").put(Row(kind, kind, {"document": document}))
    phones.world.services.settings.forget()
    assert (await phones.anna.get("/webphone/")).status_code == 200
    answer = await phones.anna.post("/phone/session", json={"sessionId": str(uuid4())})
    assert answer.status_code == 201, answer.text
    assert answer.json()["settings"].items() >= shown.items()
    await phones.cloud.rings(ANNA, "c-unreadable", "+35840999999")
    caller = await phones.anna.get("/phone/calls/c-unreadable")
    assert (caller.status_code, caller.json()["caller"]["number"]) == (200, "+35840999999")
    found = await settings_check(phones.world.services.settings)()
    assert found.state is HealthState.FAILED
    assert f"{kind}/{kind}: " in found.detail
    assert ("pause the recording" in found.detail) == (answer.json()["settings"]["unrecordedPages"] == [""])
    assert "settings put" in (found.cure or "")


async def test_of_tabs_that_race_exactly_one_wins(phones: LivePhones) -> None:
    """However many ask at once; and again when all of them take over from it."""
    tabs = [str(uuid4()) for _ in range(8)]

    async def race(**wish: bool) -> list[httpx.Response]:
        asked = [phones.anna.post("/phone/session", json={"sessionId": tab, **wish}) for tab in tabs]
        return list(await asyncio.gather(*asked))

    answers = await race()
    assert sorted(one.status_code for one in answers) == [201] + [409] * 7
    assert {one.json()["code"] for one in answers if one.status_code == 409} == {"phone-active-elsewhere"}
    await race(takeOver=True)
    alive = await asyncio.gather(*(phones.anna.put(f"/phone/session/{tab}") for tab in tabs))
    assert sorted(one.status_code for one in alive) == [200] + [409] * 7


async def test_a_reload_gets_its_session_back_and_a_closed_one_is_free(phones: LivePhones) -> None:
    """The same id again is the same session; after the end anybody may have it at once."""
    own = await phones.opened(phones.anna)
    again = await phones.anna.post("/phone/session", json={"sessionId": own["Phone-Session"]})
    assert again.status_code == 201
    assert (await phones.anna.delete(f"/phone/session/{own['Phone-Session']}")).status_code == 204
    assert phones.cloud.sessions == {}
    assert (await phones.anna.put(f"/phone/session/{own['Phone-Session']}")).json()["code"] == "phone-session-lost"
    await phones.opened(phones.anna)


async def test_a_reload_while_dynamics_is_away_gets_the_phone_back(
    phones: LivePhones, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a call that would be the end of it: who was known opens the phone, and sees and sets their status (K1)."""
    own = await phones.opened(phones.anna)
    await phones.anna.get("/phone/availability")
    for name in ("CACHED_FOR", "KNOWN_FOR", "ASK_AGAIN_AFTER"):
        monkeypatch.setattr(f"shared.users.service.{name}", timedelta(0), raising=False)
    fault = {"match": "systemusers", "status": 503, "times": 1000}
    await phones.world.http.post(f"{phones.world.neighbours.dynamics_url}/stand-in/faults", json=fault)
    try:
        again = await phones.anna.post("/phone/session", json={"sessionId": own["Phone-Session"]})
        assert again.status_code == 201, again.text
        set_to = await phones.anna.put("/phone/availability", json={"status": "Busy"})
        assert set_to.json()["availability"]["status"] == "Busy"
    finally:
        await phones.world.forget_requests()
        await phones.anna.put("/phone/availability", json={"status": "Available"})


async def test_a_page_that_goes_leaves_the_session_to_the_page_that_has_it_now(phones: LivePhones) -> None:
    """A copied tab and a reload have the same session; the farewell of the page before may come late."""
    session = {"sessionId": str(uuid4())}
    before, now = str(uuid4()), str(uuid4())
    for claim in (before, now):
        assert (await phones.anna.post("/phone/session", json={**session, "claim": claim})).status_code == 201
    path = f"/phone/session/{session['sessionId']}"
    assert (await phones.anna.delete(path, params={"claim": before})).status_code == 204
    assert (await phones.anna.put(path)).status_code == 200
    assert phones.cloud.sessions == {ANNA: session["sessionId"]}
    assert (await phones.anna.delete(path, params={"claim": now})).status_code == 204
    assert phones.cloud.sessions == {}


async def test_agents_do_not_disturb_each_other(phones: LivePhones) -> None:
    """A session id of another agent is worth nothing: it is the token that says whose it is."""
    anna = await phones.opened(phones.anna)
    await phones.opened(phones.david)
    forged = await phones.david.put(f"/phone/session/{anna['Phone-Session']}")
    assert (forged.status_code, forged.json()["code"]) == (409, "phone-session-lost")
    await phones.david.delete(f"/phone/session/{anna['Phone-Session']}")
    assert set(phones.cloud.sessions) == {ANNA, DAVID}
    assert (await phones.anna.put(f"/phone/session/{anna['Phone-Session']}")).status_code == 200


async def test_a_session_that_the_voice_cloud_forgot_is_mended_by_a_sign_of_life(phones: LivePhones) -> None:
    """After its restart the terminal is there again, with a new ticket and the stream's address."""
    own = (await phones.opened(phones.anna))["Phone-Session"]
    kept = (await phones.anna.put(f"/phone/session/{own}")).json()
    now = datetime.fromisoformat(kept.pop("now"))
    assert abs((now - datetime.now(UTC)).total_seconds()) < 5
    assert len(kept.pop("page")) == 16
    assert kept == {"leaseS": 25.0, "events": {"ticket": "ticket-2"}}
    phones.cloud.sessions.clear()
    mended = (await phones.anna.put(f"/phone/session/{own}")).json()
    assert (mended["events"]["ticket"], mended["events"]["url"][-13:]) == ("ticket-3", "/phone/events")
    assert phones.cloud.sessions == {ANNA: own}


async def test_the_state_is_waited_for_while_others_are_served(phones: LivePhones) -> None:
    """An unchanged state is 304 after a while; a ring ends the wait at once; twenty waiting phones block nobody."""
    own = (await phones.opened(phones.anna))["Phone-Session"]
    path = f"/phone/session/{own}/state"
    now = await phones.anna.get(path)
    assert (now.status_code, now.headers["ETag"], now.json()["calls"]) == (200, '"v-0"', [])
    known = {"If-None-Match": now.headers["ETag"]}
    same = await phones.anna.get(path, headers=known)
    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", '"v-0"')
    phones.cloud.longest_wait_s = 20.0
    waiting = [asyncio.create_task(phones.anna.get(path, headers=known)) for _ in range(20)]
    await asyncio.sleep(0.3)
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert (await phones.david.get("/webphone/config.json")).status_code == 200
    assert loop.time() - began < 8
    await phones.cloud.rings(ANNA, "c1", "+358401234567")
    began = loop.time()
    told = await asyncio.gather(*waiting)
    assert loop.time() - began < 8
    assert sorted(one.status_code for one in told)[:3] == [200] * 3  # the older ones have given way to the newest
    assert told[-1].json()["calls"][0]["state"] == "ringing"
    assert ("GET", f"/users/{ANNA}/phone", "") in phones.cloud.asked


async def test_without_live_calls_the_phone_is_told_so_and_nothing_is_held(phones: LivePhones) -> None:
    """As with Enreach Cloud: 501, and the lease is free for the next try; lists work all the same."""
    phones.cloud.is_there = False
    for _ in range(2):
        refused = await phones.anna.post("/phone/session", json={"sessionId": str(uuid4())})
        assert (refused.status_code, refused.json()["code"]) == (501, "live-calls-unavailable")
    assert (await phones.anna.get("/phone/pools")).status_code == 200
    caller = (await phones.anna.get(f"/phone/calls/{uuid4()}")).json()
    assert caller["caller"] is None


async def test_who_is_no_agent_is_told_what_is_missing(phones: LivePhones) -> None:
    """Signed in with the role, but without a voice-cloud id in Dynamics (A5)."""
    path = f"systemusers({DAVID_D365})"
    await phones.world.services.dataverse.update(path, {VOICE_USER_ID: None})
    try:
        for refused in (
            await phones.david.post("/phone/session", json={"sessionId": str(uuid4())}),
            await phones.david.get("/phone/history"),
            await phones.david.get("/phone/directory"),
        ):
            assert (refused.status_code, refused.json()["code"]) == (403, "agent-unknown")
            assert "voice-cloud id" in refused.json()["detail"]
    finally:
        await phones.world.services.dataverse.update(path, {VOICE_USER_ID: DAVID})


async def test_one_phone_takes_no_more_than_its_share(phones: LivePhones) -> None:
    """Beyond it: 429 with a pause, without a question to anybody; another agent is served."""
    answers = await asyncio.gather(*(phones.anna.get("/phone/pools") for _ in range(200)))
    refused = [one for one in answers if one.status_code == 429]
    assert 50 < len(refused) <= 200 - ALLOWED[Budget.READS][0]
    assert {(one.json()["code"], one.headers["Retry-After"]) for one in refused} == {("phone-too-often", "1")}
    assert (await phones.david.get("/phone/pools")).status_code == 200


async def test_who_may_not_use_the_phone_is_refused(phones: LivePhones) -> None:
    """Without a token, with nonsense: the contract's refusals."""
    async with httpx.AsyncClient(base_url=str(phones.anna.base_url)) as stranger:
        for method, path in (("POST", "/phone/session"), ("GET", "/phone/history"), ("POST", "/phone/calls/c/hold")):
            assert (await stranger.request(method, path)).json()["code"] == "token-missing"
    for body in (
        [],
        {},
        {"sessionId": 5},
        {"sessionId": "../x"},
        {"sessionId": str(uuid4()), "takeOver": 1},
        {"sessionId": str(uuid4()), "claim": 1},
    ):
        refused = await phones.anna.post("/phone/session", json=body)
        assert (refused.status_code, refused.json()["code"]) == (400, "malformed-phone-request")


async def test_inside_dynamics_the_phone_is_that_of_the_person_there(phones: LivePhones) -> None:
    """Somebody else's is refused before anything happens, and says whose it is; in braces or not, capital or not."""
    before, body = dict(phones.cloud.sessions), {"sessionId": str(uuid4()), "takeOver": True}
    for other, refusal in (
        (f"{{{DAVID_D365}}}", (403, "phone-of-another")),
        ("nobody", (400, "malformed-phone-request")),
    ):
        refused = await phones.anna.post("/phone/session", json={**body, "dynamicsUser": other})
        assert (refused.status_code, refused.json()["code"]) == refusal
    refused = await phones.anna.post("/phone/session", json={**body, "dynamicsUser": str(DAVID_D365)})
    assert refused.json()["name"] == "Anna Virtanen"
    assert phones.cloud.sessions == before
    opened = await phones.anna.post("/phone/session", json={**body, "dynamicsUser": f"{{{ANNA_D365.upper()}}}"})
    assert (opened.status_code, opened.json()["agent"]["dynamicsUser"]) == (201, ANNA_D365)


async def test_a_phone_says_whether_it_can_answer(phones: LivePhones) -> None:
    """When it opens, with any sign of life, and where the voice cloud has forgotten the session (A1)."""
    session_id = str(uuid4())
    await phones.anna.post("/phone/session", json={"sessionId": session_id, "canAnswer": False})
    assert phones.cloud.asked[-1][2] == {"SessionId": session_id, "CanAnswer": False}
    path = f"/phone/session/{session_id}"
    assert (await phones.anna.put(path)).status_code == 200
    assert phones.cloud.asked[-1][2] == {}
    assert (await phones.anna.put(path, json={"canAnswer": True})).status_code == 200
    assert phones.cloud.asked[-1][2] == {"CanAnswer": True}
    assert (await phones.anna.put(path, json={"canAnswer": "no"})).status_code == 400
    phones.cloud.sessions.clear()
    assert (await phones.anna.put(path, json={"canAnswer": False})).status_code == 200
    assert phones.cloud.asked[-1][2] == {"SessionId": session_id, "CanAnswer": False}
