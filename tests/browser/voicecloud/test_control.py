"""The control page in a browser."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Page, async_playwright, expect

from tests.fixtures.voicecloud import VoiceCloud

CHROMIUM = {"executable_path": "/usr/bin/chromium", "args": ["--no-sandbox"]}


@pytest_asyncio.fixture
async def page(voicecloud: VoiceCloud) -> AsyncIterator[Page]:
    """The control page of a fresh voice cloud; an error in its script fails the test."""
    errors: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(**CHROMIUM)  # type: ignore[arg-type]
        opened = await browser.new_page()
        opened.on("pageerror", lambda error: errors.append(str(error)))
        await opened.goto(f"{voicecloud.url}/control/")
        yield opened
        await browser.close()
    assert errors == []


async def test_a_callback_is_left_and_listed(page: Page) -> None:
    """One chooses a customer and a list, and sees the callback open."""
    await page.get_by_label("Who you are").select_option(label="Priya Raman")
    await page.get_by_label("Callback list").select_option(label="Billing callbacks")
    await page.get_by_label("Note").fill("after four")
    await page.get_by_role("button", name="Leave the callback").click()
    await expect(page.get_by_text("The callback is left.")).to_be_visible()
    row = page.locator("#callbacks li")
    await expect(row).to_contain_text("Priya Raman")
    await expect(row).to_contain_text("Billing callbacks · after four")
    await expect(row).to_contain_text("Open")


async def test_a_call_is_made_answered_and_ended(page: Page) -> None:
    """One calls a pool, sees an agent talking, hangs up, and nobody is calling any more."""
    await page.get_by_role("button", name="Call", exact=True).click()
    call = page.locator("#calls li")
    await expect(call).to_contain_text("Matti Meikäläinen")
    await expect(call).to_contain_text("talking")
    await call.get_by_role("button", name="Hang up").click()
    await expect(page.get_by_text("Nobody is calling.")).to_be_visible()


async def test_an_agent_goes_to_lunch(page: Page) -> None:
    """His availability is changed and he is no longer free in his pools."""
    sales = page.locator("#pools tr", has_text="Sales").locator("td")
    before = await sales.nth(1).text_content()
    await page.get_by_label("Availability of David Korhonen").select_option("Lunch")
    await expect(page.get_by_text("The availability is changed.")).to_be_visible()
    await expect(sales.nth(1)).not_to_have_text(before or "")


async def test_the_page_fits_a_small_screen(page: Page) -> None:
    """At 380 pixels nothing sticks out."""
    await page.set_viewport_size({"width": 380, "height": 800})
    await expect(page.locator("#pools tr")).to_have_count(3)
    assert await page.evaluate("document.documentElement.scrollWidth") == 380
