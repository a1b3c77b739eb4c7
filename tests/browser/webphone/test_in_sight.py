"""What stays in sight beside many customers of one number, and what an upgrade of the server offers (D5, A1)."""

from playwright.async_api import Page, expect

from tests.fixtures.played_phone import MATTI, PlayedPhone, a_call
from tests.fixtures.waiting import eventually

MANY = 14
PANEL = {"width": 380, "height": 700}


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
    assert await in_sight(page, "#notes")
    await notes.fill("Wants a quote")
    await page.get_by_role("button", name=f"Show all {MANY}").click()
    await expect(rows).to_have_count(MANY)
    await expect(notes).to_have_value("Wants a quote")
    assert await in_sight(page, "#notes")
    await page.get_by_role("button", name="Customer 11").click()
    await eventually(lambda: played.sent("/c1", "PATCH")[-1:] == [{"customer": {"kind": "contact", "id": "m11"}}])
    await expect(page.get_by_role("button", name="Customer 11")).to_have_attribute("aria-pressed", "true")


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
    played.shows()
    await page.get_by_role("button", name="Done").click()
    await expect(page.get_by_text("A newer version of the phone is there.")).to_be_visible()
    await page.wait_for_timeout(600)
    async with page.expect_navigation():
        await offer.click()
    await expect(page.get_by_role("tab", name="Keypad")).to_be_visible()
