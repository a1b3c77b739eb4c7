"""The control page in a browser."""

import asyncio

import pytest_asyncio
from playwright.async_api import Page, Route, expect

from tests.fixtures.voicecloud import CUSTOMER, DAVID, VoiceCloud


@pytest_asyncio.fixture
async def control(page: Page, voicecloud: VoiceCloud) -> Page:
    """The control page of a fresh voice cloud."""
    await page.goto(f"{voicecloud.url}/control/")
    return page


async def test_a_callback_is_left_and_listed(control: Page) -> None:
    """One chooses a customer and a list, and sees the callback open."""
    await control.get_by_label("Who you are").select_option(label="Priya Raman")
    await control.get_by_label("Callback list").select_option(label="Billing callbacks")
    await control.get_by_label("Note").fill("after four")
    await control.get_by_role("button", name="Leave the callback").click()
    await expect(control.get_by_text("The callback is left.")).to_be_visible()
    row = control.locator("#callbacks li")
    await expect(row).to_contain_text("Priya Raman")
    await expect(row).to_contain_text("Billing callbacks · after four")
    await expect(row).to_contain_text("Open")


async def test_a_call_is_made_answered_and_ended(control: Page) -> None:
    """One calls a pool, sees an agent talking, hangs up, and nobody is calling any more."""
    await control.get_by_role("button", name="Call", exact=True).click()
    call = control.locator("#calls li")
    await expect(call).to_contain_text("Matti Meikäläinen")
    await expect(call).to_contain_text("talking")
    await call.get_by_role("button", name="Hang up").click()
    await expect(control.get_by_text("Nobody is calling.")).to_be_visible()


async def test_who_clicks_before_the_state_is_there_calls_all_the_same(page: Page, voicecloud: VoiceCloud) -> None:
    """While the page does not know yet who can be called, it takes no call that would come to nothing."""
    known = asyncio.Event()

    async def later(route: Route) -> None:
        await known.wait()
        await route.continue_()

    await page.route("**/control/api/state", later)
    await page.goto(f"{voicecloud.url}/control/")
    button = page.get_by_role("button", name="Call", exact=True)
    await expect(button).to_be_disabled()
    known.set()
    await button.click()
    await expect(page.locator("#calls li")).to_contain_text("talking")


async def test_an_agent_goes_to_lunch(control: Page) -> None:
    """The agent's availability is changed, and they are no longer free in their pools."""
    sales = control.locator("#pools tr", has_text="Sales").locator("td")
    before = await sales.nth(1).text_content()
    await control.get_by_label("Availability of David Korhonen").select_option("Lunch")
    await expect(control.get_by_text("The availability is changed.")).to_be_visible()
    await expect(sales.nth(1)).not_to_have_text(before or "")


async def test_the_page_fits_a_small_screen(control: Page) -> None:
    """At 380 pixels nothing sticks out."""
    await control.set_viewport_size({"width": 380, "height": 800})
    await expect(control.locator("#pools tr")).to_have_count(3)
    assert await control.evaluate("document.documentElement.scrollWidth") == 380
    assert await control.evaluate("(box => box.scrollWidth - box.clientWidth)(document.querySelector('.scroll'))") == 0


async def test_traffic_is_seen_live(control: Page) -> None:
    """Switched on, calls come and go in the table; an outgoing call says who has made it."""
    await control.get_by_label("Simulated traffic").select_option("1200")
    await expect(control.locator("#calls .pill").first).to_be_visible()
    await control.get_by_label("Simulated traffic").select_option("0")


async def test_a_users_own_call_shows_who_is_called(control: Page, voicecloud: VoiceCloud) -> None:
    """By name, with the terminal, and it can be ended here."""
    body = {"Number": CUSTOMER, "Terminal": "teams", "AnswerAfterS": 0.1}
    await voicecloud.client.post(f"/control/api/agents/{DAVID}/calls", json=body)
    call = control.locator("#calls li")
    await expect(call).to_contain_text("Matti Meikäläinen")
    await expect(call).to_contain_text("called by David Korhonen · teams")
    await expect(call).to_contain_text("talking")
    await call.get_by_role("button", name="Hang up").click()
    await expect(control.get_by_text("Nobody is calling.")).to_be_visible()
