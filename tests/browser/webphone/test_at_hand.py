"""The phone under an agent's hands: whose keyboard it is, what a double click does, what is said of a call (C2-C7)."""

import asyncio
import base64
import io
import wave
from typing import Any

import pytest
from playwright.async_api import expect

from tests.fixtures.played_phone import HOST, MATTI, PlayedPhone, a_call
from tests.fixtures.waiting import eventually

CLICKED_AT_ONCE = """
  new MutationObserver((_changes, seen) => {
    const tab = document.querySelector("#tab-history");
    if (!tab) return;
    seen.disconnect();
    tab.click();
  }).observe(document, { childList: true, subtree: true });
"""
BJORN = {"number": "+35891001002", "name": "Björn Lindqvist", "userId": "bjorn"}


async def test_a_ring_takes_the_keyboard_from_nobody(played: PlayedPhone) -> None:
    """What is typed into a form of Dynamics stays there, on opening and as it rings; no blank answers (A2)."""
    page = await played.framed()
    await page.locator("#subject").focus()
    panel = page.frame_locator("iframe")
    await panel.get_by_role("tab", name="Keypad").wait_for()
    await page.keyboard.type("Wants ")
    played.shows(a_call("c1", "ringing"))
    await expect(panel.get_by_role("button", name="Answer")).to_be_visible()
    await page.keyboard.type("a quote\n")
    await expect(page.locator("#subject")).to_have_value("Wants a quote")
    assert played.sent("/media") == []
    await panel.get_by_role("alertdialog").click(position={"x": 5, "y": 5})
    await page.keyboard.press("Escape")
    await eventually(lambda: len(played.sent("/decline")) == 1)


async def test_who_writes_or_searches_goes_on_while_it_rings(played: PlayedPhone) -> None:
    """Escape in a search is the search's, and an empty search keeps the keyboard (C2)."""
    page = await played.opened()
    await page.get_by_role("tab", name="Contacts").click()
    search = page.locator("#directory-search")
    await expect(search).to_be_focused()
    played.shows(a_call("c1", "ringing"))
    await expect(page.get_by_role("button", name="Answer")).to_be_visible()
    await expect(search).to_be_focused()
    await page.keyboard.type("Ma")
    await page.keyboard.press("Escape")
    await page.wait_for_timeout(300)
    assert played.sent("/decline") == []


@pytest.mark.parametrize(
    ("typed", "shown", "sent"),
    [("123456", "123 456", "123456"), ("112 113", "112 113", "112 113"), ("0401234567", "040 123 4567", "0401234567")],
)
async def test_blanks_that_only_the_phone_shows_are_not_sent(
    played: PlayedPhone, typed: str, shown: str, sent: str
) -> None:
    """One number that is shown in groups stays one; blanks that were typed may stand between two numbers (C1)."""
    page = await played.opened()
    number = page.locator("#number")
    await number.press_sequentially(typed)
    await expect(number).to_have_value(shown)
    await page.get_by_role("button", name="Call", exact=True).click()
    await eventually(lambda: bool(played.sent("/phone/calls")))
    assert [request["number"] for request in played.sent("/phone/calls")] == [sent]


async def test_a_tab_that_is_clicked_before_the_phone_runs_stays(played: PlayedPhone) -> None:
    """The phone is drawn a moment before (A1)."""
    await played.context.add_init_script(CLICKED_AT_ONCE)
    page = await played.opened()
    await expect(page.get_by_role("tab", name="History")).to_have_attribute("aria-selected", "true")
    await expect(page.locator("body")).to_have_attribute("data-view", "history")


async def test_a_status_keeps_its_note_when_the_menu_was_opened_before_it_was_known(played: PlayedPhone) -> None:
    """Note and end show as soon as they are known, and what is typed meanwhile is not overwritten (B4)."""
    lunch = {"status": "Lunch", "kind": "lunch", "note": "back soon"}
    path = "GET /api/phone/availability"
    played.answers[path] = (503, {})
    page = await played.opened()
    await page.locator("button.status").click()
    note = page.get_by_label("Note", exact=True)
    await expect(note).to_have_value("")
    played.answers[path] = {"availability": lunch, "statuses": [{"name": "Lunch", "kind": "lunch"}], "faults": []}
    await expect(note).to_have_value("back soon")
    await page.get_by_role("button", name="Save").click()
    await eventually(lambda: bool(played.sent("/availability", "PUT")))
    assert played.sent("/availability", "PUT") == [{"status": "Lunch", "note": "back soon"}]
    await page.locator("button.status").click()
    await note.fill("back at two")
    played.answers[path] = {**played.answers[path], "availability": {**lunch, "note": "of another"}}
    await expect(page.locator("button.status")).to_have_attribute("title", "of another")
    await expect(note).to_have_value("back at two")


async def test_a_double_click_is_one_click(played: PlayedPhone) -> None:
    """On Call and on Hold; no fault is told, as it worked (C1, C2)."""
    page = await played.opened()
    await page.locator("#number").fill("0401234567")
    await page.get_by_role("button", name="Call", exact=True).dblclick()
    await eventually(lambda: bool(played.sent("/phone/calls")))
    await page.wait_for_timeout(300)
    assert len(played.sent("/phone/calls")) == 1
    played.answers["POST /api/phone/calls/c1/hold"] = (409, {"code": "not-in-this-state", "state": "held"})
    played.shows(a_call("c1", "connected"))
    await page.get_by_role("button", name="Hold").dblclick(delay=20)
    await eventually(lambda: bool(played.sent("/hold")))
    await page.wait_for_timeout(300)
    assert len(played.sent("/hold")) == 1
    for _ in range(2):
        await page.get_by_role("button", name="Keys").click()
        await page.wait_for_timeout(600)
    await page.get_by_role("button", name="Keys").click()
    await page.wait_for_timeout(600)
    await page.get_by_role("group", name="Keys to press").get_by_role("button", name="5").dblclick()
    await eventually(lambda: len(played.sent("/keys")) == 2)


async def test_a_consultation_has_three_ways_out(played: PlayedPhone) -> None:
    """It says whom one talks with and who waits; hand over, back and end are told apart by name (C3)."""
    page = await played.opened()
    played.shows(a_call("c1", "consulting", consult={**BJORN, "state": "connected"}))
    await expect(page.locator(".call h2")).to_have_text("Björn Lindqvist")
    await expect(page.locator(".call .who")).to_contain_text("+358 40 123 4567 is on hold")
    for name, command in (
        ("Hand over to Björn Lindqvist", "complete"),
        ("Back to +358 40 123 4567", "cancel"),
        ("End call for everyone", "hangup"),
    ):
        await page.wait_for_timeout(600)
        await page.get_by_role("button", name=name).click()
        await eventually(lambda command=command: len(played.sent(f"/{command}")) == 1)


async def test_who_is_asked_sees_whom_it_is_about_and_the_notes(played: PlayedPhone) -> None:
    """While it rings and in the call; a call that came back says why (C3)."""
    played.answers["GET /api/phone/calls/c1"] = {
        "callId": "c1",
        "caller": {"number": MATTI, "matches": [{"kind": "contact", "id": "m", "name": "Matti"}], "more": False},
        "notes": "",
        "colleaguesNotes": [{"name": "Björn Lindqvist", "notes": "wants a refund"}],
        "customer": None,
    }
    page = await played.opened()
    asked = {
        "kind": "consult",
        "party": {**BJORN, "state": "consulting"},
        "about": {"number": MATTI, "name": None, "userId": None, "state": "parked"},
    }
    played.shows(a_call("c1", "ringing", **asked))
    ring = page.get_by_role("alertdialog")
    for shown in ("Björn Lindqvist", "About Matti", "wants a refund"):
        await expect(ring).to_contain_text(shown)
    played.shows(a_call("c1", "connected", sequence=2, **asked))
    for shown in ("Björn Lindqvist", "About Matti", "wants a refund"):
        await expect(page.locator(".call")).to_contain_text(shown)
    back = {"by": {"userId": "anna", "name": "Anna Virtanen"}, "returned": {**BJORN, "reason": "declined"}}
    played.shows(a_call("c2", "ringing", transfer=back))
    await expect(ring).to_contain_text("Back from Björn Lindqvist: Declined")


async def test_it_is_said_what_happened_and_not_for_longer_than_it_is_news(played: PlayedPhone) -> None:
    """Declined, not "no answer"; the next call is not under what was said of this one (C2, C3)."""
    page = await played.opened()
    played.shows(a_call("c1", "consulting", terminal="web", consult={**BJORN, "state": "ringing"}))
    await expect(page.locator(".call .state")).to_contain_text("Asking")
    played.shows(a_call("c1", "connected", sequence=2, unheard={**BJORN, "reason": "declined"}))
    told = page.get_by_role("alert").filter(has_text="Björn Lindqvist: Declined")
    await expect(told).to_be_visible()
    played.shows(a_call("c1", "connected", sequence=2), a_call("c2", "ringing"))
    await expect(page.get_by_role("alertdialog")).to_be_visible()
    assert await told.count() == 0


async def test_nobody_switches_away_from_a_call_that_still_rings(played: PlayedPhone) -> None:
    """It could not wait: the one on hold is shown, and offered once the other is talked in (C2)."""
    page = await played.opened()
    dialled = {"direction": "outbound", "kind": None, "party": {**BJORN, "state": "ringing"}}
    played.shows(a_call("c1", "held"), a_call("c2", "waiting", **dialled, answeredAt=None))
    other = page.locator(".others button")
    await expect(other).to_have_text("+358 40 123 4567 is on hold")
    await expect(other).to_be_disabled()
    played.shows(a_call("c1", "held"), a_call("c2", "connected", sequence=2, **dialled))
    await expect(other).to_be_enabled()


async def test_a_call_missed_while_the_history_is_opened_is_counted(played: PlayedPhone) -> None:
    """What was seen is told to the server; what was missed before it knows is not among that (C6)."""
    of_before, missed = (
        {"callId": call, "name": call, "startedAt": f"2026-11-23T{at}:00:00Z", "direction": "inbound"}
        for call, at in (("c0", "09"), ("c1", "10"))
    )
    path, is_noted = "GET /api/phone/history", asyncio.Event()
    played.answers[path] = {"entries": [of_before], "missed": 1, "next": None}

    async def noted() -> dict[str, Any]:
        await is_noted.wait()
        return {}

    played.answers["POST /api/phone/history/seen"] = noted
    page = await played.opened()
    await page.get_by_role("tab", name="History").click()
    await eventually(lambda: bool(played.sent("/history/seen")))
    played.answers[path] = {"entries": [missed, of_before], "missed": 1, "next": None}
    played.shows(a_call("c1", "ringing"))
    await expect(page.get_by_role("alertdialog")).to_be_visible()
    played.shows()
    await expect(page.locator(".entry")).to_have_count(2)
    is_noted.set()
    await page.wait_for_timeout(300)
    await expect(page.locator(".badge")).to_have_text("1")
    await expect(page.locator(".badge")).to_be_visible()


async def test_a_pool_switch_stays_as_it_was_set(played: PlayedPhone) -> None:
    """While the server's figures are some seconds old; a second click takes the first one back (B5)."""
    pool: dict[str, Any] = {"id": "p", "name": "Sales", "active": True, "open": True, "agents": []}
    played.answers["GET /api/phone/pools"] = [pool]
    page = await played.opened()
    await page.get_by_role("tab", name="Pools").click()
    switch = page.get_by_role("switch", name="Sales")
    await switch.click()
    await eventually(lambda: played.sent("/pools/p", "PUT") == [{"active": False}])
    before = len(played.sent("/pools", "GET"))
    await eventually(lambda: len(played.sent("/pools", "GET")) > before + 1)
    await expect(switch).not_to_be_checked()
    await switch.click()
    await eventually(lambda: played.sent("/pools/p", "PUT") == [{"active": False}, {"active": True}])
    await expect(switch).to_be_checked()


async def test_colleagues_are_shown_as_they_are_now(played: PlayedPhone) -> None:
    """A status that changes while one looks; who has no phone is not green, whatever is set (C6)."""
    colleague = {"kind": "user", "id": "bjorn", "name": "Björn", "number": "+35891001002", "numbers": []}
    status = {"name": "Available", "talking": False, "reachable": False}
    played.answers["GET /api/phone/directory"] = [{**colleague, "status": status}]
    page = await played.opened()
    played.shows(a_call("c1", "connected"))
    await page.get_by_role("button", name="Transfer", exact=True).click()
    target = page.locator(".targets li")
    await expect(target).to_contain_text("Available, no phone")
    await expect(target.locator(".dot")).to_be_hidden()
    played.answers["GET /api/phone/directory"] = [{**colleague, "status": {**status, "reachable": True}}]
    await expect(target.locator(".dot")).to_be_visible()
    await page.get_by_role("tab", name="Contacts").click()
    await expect(page.locator(".entry .dot")).to_have_attribute("data-kind", "available")
    played.answers["GET /api/phone/directory"] = [{**colleague, "status": {**status, "talking": True}}]
    await expect(page.locator(".entry .dot")).to_have_attribute("data-kind", "busy")


async def test_the_phone_is_that_of_who_has_dynamics_open(played: PlayedPhone) -> None:
    """Else it says whose it is, and does not ring (A2)."""
    played.answers["POST /api/phone/session"] = (403, {"code": "phone-of-another", "name": "Anna Virtanen"})
    other = "a0000000-0000-4000-8000-000000000002"
    page = await played.framed({"userId": f"{{{other.upper()}}}"})
    panel = page.frame_locator("iframe")
    await expect(panel.get_by_role("heading")).to_have_text("This is the phone of somebody else")
    await expect(panel.locator("main")).to_contain_text("Anna Virtanen")
    [asked] = played.sent("/phone/session")
    assert asked["dynamicsUser"] == other


async def test_a_phone_without_a_microphone_says_so_to_the_server(played: PlayedPhone) -> None:
    """From the beginning, and that it can answer again as soon as one is there (A1)."""
    await played.context.add_init_script(
        """
        const { mediaDevices } = navigator, open = mediaDevices.getUserMedia.bind(mediaDevices);
        let isThere = false;
        mediaDevices.enumerateDevices = async () => (isThere ? [{ kind: "audioinput", deviceId: "d" }] : []);
        mediaDevices.getUserMedia = async (wanted) => {
          if (!isThere) throw new DOMException("", "NotFoundError");
          return open(wanted);
        };
        window.connectHeadset = () => ((isThere = true), mediaDevices.dispatchEvent(new Event("devicechange")));
        """
    )
    page = await played.opened()
    assert played.sent("/phone/session")[0].get("canAnswer") is False
    await expect(page.get_by_role("alert")).to_contain_text("No microphone was found")
    await page.evaluate("connectHeadset()")
    await expect(page.get_by_role("alert")).to_have_count(0)
    beats = lambda: [body for how, path, body in played.asked if how == "PUT" and "/session/" in path]  # noqa: E731
    await eventually(lambda: {"canAnswer": True} in beats())


def silence(length_s: int) -> str:
    """The address of a recording in which nobody says anything."""
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(bytes(16_000 * length_s))
    return "data:audio/wav;base64," + base64.b64encode(sound.getvalue()).decode()


async def test_one_recording_is_heard_at_a_time_and_none_in_a_call(played: PlayedPhone) -> None:
    """Who plays the second has done with the first; a call that rings silences both (C6)."""
    entry = {"number": MATTI, "direction": "inbound", "result": "answered", "duration_s": 20, "pool": None}
    played.answers["GET /api/phone/history"] = {
        "entries": [
            {**entry, "callId": one, "name": one, "startedAt": f"2026-11-23T10:0{at}:00Z", "recording": f"/api/r/{one}"}
            for at, one in enumerate(("Matti", "Liisa"))
        ],
        "missed": 0,
        "next": None,
    }
    for one in ("Matti", "Liisa"):
        played.answers[f"GET /api/r/{one}"] = [{"audio": silence(20)}]
    page = await played.opened()
    await page.get_by_role("tab", name="History").click()
    for one in ("Matti", "Liisa"):
        await page.get_by_role("button", name=f"Play the recording: {one}").click()
        await page.wait_for_function(
            "who => { const heard = [...document.querySelectorAll('audio')].filter((one) => !one.paused);"
            " return heard.length === 1 && heard[0].closest('li').textContent.includes(who); }",
            arg=one,
        )
    played.shows(a_call("c1", "ringing"))
    await page.wait_for_function("[...document.querySelectorAll('.history audio')].every((one) => one.paused)")


async def test_a_panel_whose_browser_keeps_nothing_is_a_phone_all_the_same(played: PlayedPhone) -> None:
    """Where third-party cookies are blocked, Dynamics and the phone being two sites, storage is refused (A2)."""
    page = await played.framed()
    panel = page.frame_locator("iframe")
    await panel.get_by_role("tab", name="Keypad").wait_for()
    [frame] = [one for one in page.frames if one.url.startswith(HOST)]
    assert await frame.evaluate("() => { try { return !localStorage; } catch (error) { return error.name; } }")
    played.shows(a_call("c1", "ringing"))
    await panel.get_by_role("button", name="Answer").click()
    await eventually(lambda: len(played.sent("/c1/media")) == 1)
