"""The phone under an agent's hands: whose keyboard it is, what a double click does, what is said of a call (C2-C7)."""

from typing import Any

from playwright.async_api import expect

from tests.fixtures.played_phone import MATTI, PlayedPhone, a_call
from tests.fixtures.waiting import eventually

BJORN = {"number": "+35891001002", "name": "Björn Lindqvist", "userId": "bjorn"}


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
    session = next(path for how, path, _ in reversed(played.asked) if how == "PUT" and "/session/" in path)
    await eventually(lambda: played.sent(session, "PUT")[-1] == {"canAnswer": True})
