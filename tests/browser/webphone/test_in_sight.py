"""What stays where it is and in sight, whatever comes later, and what an upgrade of the server offers (C5, D5, A1)."""

import pytest
from playwright.async_api import Page, expect

from tests.fixtures.played_phone import MATTI, PlayedPhone, a_call
from tests.fixtures.waiting import eventually

MANY = 14
PANEL = {"width": 380, "height": 700}
NOTHING_COMES = """
  Object.defineProperty(RTCPeerConnection.prototype, "connectionState", { get: () => "connected" });
  RTCPeerConnection.prototype.setRemoteDescription = async () => {};
  RTCPeerConnection.prototype.getStats = async () =>
    new Map([["in", { type: "inbound-rtp", packetsReceived: 0, packetsLost: 0 }]]);
"""
"""A voice that is connected, of which no packet arrives."""


async def in_sight(page: Page, selector: str) -> bool:
    """Whether the whole of it can be seen without scrolling."""
    rectangles = "one => { const { top, bottom } = one.getBoundingClientRect(); return [top, bottom]; }"
    top, bottom = await page.locator(selector).evaluate(rectangles)
    nav_top, _ = await page.locator("nav").evaluate(rectangles)
    return bool(top >= 0 and bottom <= nav_top)


async def test_of_many_customers_few_are_listed_and_the_notes_stay_in_sight(played: PlayedPhone) -> None:
    """The rest comes at a click; whoever was picked stays in the short list (D5, D6)."""
    matches = [
        {"kind": "contact", "id": f"m{at}", "name": f"Customer {at}", "company": "Acme Oy", "city": "Espoo"}
        for at in range(MANY)
    ]
    caller = {"number": MATTI, "matches": matches, "more": False}
    known = {"callId": "c1", "caller": caller, "notes": "", "customer": None}
    played.answers["GET /api/phone/calls/c1"] = known
    played.answers["PATCH /api/phone/calls/c1"] = {"customer": {"kind": "contact", "id": "m11"}}
    page = await played.opened()
    await page.set_viewport_size(PANEL)  # type: ignore[arg-type]
    played.shows(a_call("c1", "connected"))
    rows, notes = page.locator(".match"), page.get_by_label("Notes")
    await expect(rows.first).to_have_text("Customer 0Acme Oy, Espoo")
    await expect(rows).to_have_count(3)
    await eventually(lambda: in_sight(page, "#notes"))
    await notes.fill("Wants a quote")
    await page.get_by_role("button", name=f"Show all {MANY}").click()
    await expect(rows).to_have_count(MANY)
    await expect(notes).to_have_value("Wants a quote")
    await eventually(lambda: in_sight(page, "#notes"))
    await page.get_by_role("button", name="Customer 11").click()
    await eventually(lambda: played.sent("/c1", "PATCH")[-1:] == [{"customer": {"kind": "contact", "id": "m11"}}])
    await expect(page.get_by_role("button", name="Customer 11")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize(("state", "button"), [("ringing", "Answer"), ("connected", "Hold")])
async def test_who_it_is_may_come_late_and_moves_nothing(played: PlayedPhone, state: str, button: str) -> None:
    """A click that was aimed before the customer's name came meets what it was meant for (C5)."""
    path = "GET /api/phone/calls/c1"
    played.answers[path] = (503, {})
    page = await played.opened()
    played.shows(a_call("c1", state))
    aimed_at = page.get_by_role("button", name=button)
    await expect(page.get_by_role("heading", name="+358 40 123 4567")).to_be_visible()
    before = await aimed_at.bounding_box()
    matches = [{"kind": "contact", "id": "m", "name": "Matti Meikäläinen"}]
    caller = {"number": MATTI, "matches": matches, "more": False}
    played.answers[path] = {"callId": "c1", "caller": caller, "notes": "", "customer": None}
    await expect(page.get_by_role("heading", name="Matti Meikäläinen")).to_be_visible()
    assert await aimed_at.bounding_box() == before


async def test_a_poor_connection_is_told_and_moves_nothing(played: PlayedPhone) -> None:
    """The line comes below everything that is clicked (C2)."""
    await played.context.add_init_script(NOTHING_COMES)
    page = await played.opened()
    played.shows(a_call("c1", "connected", terminal="web"))
    hold = page.get_by_role("button", name="Hold")
    await expect(hold).to_be_visible()
    before = await hold.bounding_box()
    await expect(page.get_by_text("The connection is poor")).to_be_visible()
    assert await hold.bounding_box() == before


async def test_an_idle_phone_offers_to_reload_after_an_upgrade(played: PlayedPhone) -> None:
    """Not while it rings or somebody is talked to; the offer loads the page again (A1)."""
    page = await played.opened()
    offer = page.get_by_role("button", name="Reload")
    await expect(offer).to_have_count(0)
    played.shows(a_call("c1", "connected"))
    await expect(page.locator(".call .state")).to_be_visible()
    session_id = played.sent("/phone/session")[0]["sessionId"]
    heartbeat = {"leaseS": 25, "page": "newer", "events": {"ticket": "t"}}
    played.answers[f"PUT /api/phone/session/{session_id}"] = heartbeat
    await page.evaluate("dispatchEvent(new Event('online'))")
    await expect(page.locator(".banner[data-name=upgrade]")).to_have_count(1)
    await expect(page.locator(".banner[data-name=upgrade]")).to_be_hidden()
    await page.get_by_label("Notes").fill("Wants a quote")  # what is left of the call stays until the agent is done
    played.shows()
    await page.get_by_role("button", name="Done").click()
    await expect(page.get_by_text("A newer version of the phone is there.")).to_be_visible()
    await page.wait_for_timeout(600)
    async with page.expect_navigation():
        await offer.click()
    await expect(page.get_by_role("tab", name="Keypad")).to_be_visible()
