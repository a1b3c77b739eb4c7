"""A person's status with the Dynamics page and the voice cloud's control page side by side."""

from playwright.async_api import Browser, Page, expect

from tests.fixtures.presence import DAVID_NUMBER, Statuses


async def test_a_status_follows_from_page_to_page(statuses: Statuses, page: Page, browser: Browser) -> None:
    """Changed on one it moves the other; a ring is do not disturb in Dynamics, the end brings Focus time back."""
    neighbours = statuses.world.neighbours
    dynamics = await browser.new_page()
    await dynamics.goto(f"http://localhost:{neighbours.dynamics.ready['port']}/")
    await dynamics.get_by_label("Signed in as").select_option(label="David Korhonen")
    await page.goto(f"{neighbours.voicecloud_url}/control/")
    status, shown = dynamics.get_by_label("Status", exact=True), dynamics.locator("#presence-text")
    availability = page.get_by_label("Availability of David Korhonen")
    await expect(shown).to_have_text("Available")

    await availability.select_option("Away")
    await expect(shown).to_have_text("Appear away")
    await status.select_option(label="Focus time")
    await expect(availability).to_have_value("Busy")

    body = {"Number": DAVID_NUMBER, "From": "+358401234567", "Answer": "nobody"}
    answer = await page.request.post(f"{neighbours.voicecloud_url}/control/api/calls", data=body)
    await expect(shown).to_have_text("Do not disturb")
    await expect(availability).to_have_value("Busy")
    call_id = (await answer.json())["CallId"]
    await page.request.post(f"{neighbours.voicecloud_url}/control/api/calls/{call_id}/hangup", data={})
    await expect(shown).to_have_text("Focus time")
    await dynamics.close()
