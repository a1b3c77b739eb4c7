import re

from playwright.async_api import Browser, Page, expect

from tests.fixtures.world import World


async def test_a_callback_left_on_the_control_page_appears_in_the_queue(
    told: World, page: Page, browser: Browser
) -> None:
    """A person plays the customer on one page and sees the request come up in Dynamics on the other by itself."""
    dynamics = await browser.new_page()
    await dynamics.goto(f"http://localhost:{told.neighbours.dynamics.ready['port']}/")
    await expect(dynamics.get_by_role("heading", name="Open Callback Requests")).to_be_visible()

    number = told.new_number()
    await page.goto(f"{told.neighbours.voicecloud_url}/control/")
    await page.get_by_label("Number as the network shows it").fill(number)
    await page.get_by_label("Note").fill("please call before five")
    await page.get_by_role("button", name="Leave the callback").click()
    await expect(page.locator("#callbacks li").first).to_contain_text(
        re.compile("Handled by D365|closed", re.IGNORECASE)
    )

    row = dynamics.get_by_role("row").filter(has_text=number)
    await expect(row).to_contain_text("Callbacks Sales")
    await row.get_by_role("button", name="Pick").click()
    await expect(row).to_contain_text("Anna Virtanen")
    await row.get_by_role("link", name="Callback Request").click()
    await expect(dynamics.get_by_text("please call before five")).to_be_visible()
    await dynamics.get_by_role("button", name="Mark complete").click()
    await expect(dynamics.locator(".badge")).to_have_text("Completed")
    await dynamics.goto(f"http://localhost:{told.neighbours.dynamics.ready['port']}/#queue")
    await expect(dynamics.get_by_role("heading", name="Open Callback Requests")).to_be_visible()
    await expect(dynamics.get_by_role("row").filter(has_text=number)).to_have_count(0)
    await dynamics.close()


async def test_the_pages_fit_a_narrow_panel(world: World, browser: Browser) -> None:
    """At 380 px nothing of either page has to be scrolled to sideways."""
    addresses = (
        f"http://localhost:{world.neighbours.dynamics.ready['port']}/",
        f"{world.neighbours.voicecloud_url}/control/",
    )
    for address in addresses:
        narrow = await browser.new_page(viewport={"width": 380, "height": 700})
        await narrow.goto(address)
        await expect(narrow.locator("h1").first).to_be_visible()
        assert await narrow.evaluate("document.documentElement.scrollWidth") <= 380
        await narrow.close()
