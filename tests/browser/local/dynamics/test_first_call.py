"""From the first address that the local run prints to a call in Dynamics with audio both ways: three clicks."""

import asyncio
import os
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Frame, Page, Route, expect

from lab.voices.messages import CUSTOMER_HZ
from tests.browser.webphone.test_looks import fits, violations
from tests.fixtures.phone_pages import HEARD, SILENT, SIMULATED, PhoneStack, comes_to_hear
from tests.fixtures.stack import StackProcess

ANNA_HZ = 600.0
WITHIN_MS = 30_000
WIDE, SMALL = {"width": 1200, "height": 800}, {"width": 380, "height": 780}


def first_address(run: StackProcess) -> str:
    """What a person opens who starts the stack for the first time."""
    assert run.functions_url  # the whole table has been printed
    return next(word for line in run.output.splitlines() for word in line.split() if word.startswith("http"))


async def heard(panel: Frame) -> float:
    """The pitch that the phone plays; 0: silence."""
    pitch, loudness = await panel.evaluate(HEARD)
    return float(pitch) if loudness > SILENT else 0.0


async def annas_state(work: PhoneStack) -> str:
    agents = (await work.control.get("state")).json()["agents"]
    return str(next(one["State"] for one in agents if one["Name"] == "Anna Virtanen"))


async def nobody_has_annas_phone(work: PhoneStack) -> None:
    """One that was closed without a word is hers for half a minute."""
    async with asyncio.timeout(60):
        while await annas_state(work) != "no phone":  # noqa: ASYNC110 (another process knows)
            await asyncio.sleep(0.2)


async def shot(page: Page, name: str) -> None:
    """A picture for a person to look at, where one is wanted."""
    if folder := os.environ.get("LOOKS"):
        await page.screenshot(path=Path(folder) / f"{name}.png")


async def newcomer(work: PhoneStack, address: str, scheme: Literal["light", "dark"], size: Any) -> Page:
    """Somebody who opens the address for the first time, while simulated agents are free."""
    for user in SIMULATED:
        (await work.control.post(f"agents/{user}", json={"Profile": "Available"})).raise_for_status()
    await nobody_has_annas_phone(work)
    person = await work.person(ANNA_HZ, color_scheme=scheme)
    await person.page.set_viewport_size(size)
    await person.page.goto(address)
    return person.page


async def hear_each_other(work: PhoneStack, page: Page) -> None:
    """The phone plays the customer, and the customer hears the microphone."""
    [panel] = [frame for frame in page.main_frame.child_frames if "/api/webphone/" in frame.url]
    [call] = (await work.control.get("state")).json()["calls"]
    await comes_to_hear(lambda: heard(panel), CUSTOMER_HZ)
    await work.customer_hears(call["CallId"], ANNA_HZ)


async def test_a_call_is_shown_though_the_answer_that_it_was_made_is_lost(
    phones_at_work: PhoneStack, phone_run: StackProcess
) -> None:
    """A slow machine cuts the answer off, while the customer is calling already."""
    work = phones_at_work
    page = await newcomer(work, first_address(phone_run), "light", SMALL)

    async def lose_the_answer(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await page.route("**/first-call/call", lose_the_answer)
    await page.get_by_role("button", name="Sign in as Anna").click()
    call = page.get_by_role("button", name="Let a customer call")
    await expect(call).to_be_enabled(timeout=WITHIN_MS)
    await call.click()
    await expect(page.locator(".news")).to_contain_text("Matti Meikäläinen is calling", timeout=WITHIN_MS)
    await expect(call).to_be_disabled()
    await work.calls_over()
    await page.goto("about:blank")


@pytest.mark.parametrize(("scheme", "size"), [("dark", WIDE), ("light", SMALL)])
async def test_three_clicks_lead_to_a_call_with_audio_both_ways(
    phones_at_work: PhoneStack, phone_run: StackProcess, scheme: Literal["light", "dark"], size: Any
) -> None:
    """Sign in as Anna, let a customer call, answer: though simulated agents are free, and on ports nobody knew."""
    work, name = phones_at_work, f"{scheme}-{size['width']}"
    page = await newcomer(work, first_address(phone_run), scheme, size)
    steps, news = page.locator(".first-call ol > li"), page.locator(".news")
    await expect(steps).to_have_count(3)
    await expect(steps.nth(0)).to_have_attribute("aria-current", "step")
    await shot(page, f"{name}-1")
    assert await fits(page)
    assert await violations(page) == []

    await page.get_by_role("button", name="Sign in as Anna").click()
    await expect(steps.nth(1)).to_have_attribute("aria-current", "step", timeout=WITHIN_MS)
    await shot(page, f"{name}-2")
    await page.get_by_role("button", name="Let a customer call").click()
    answer = page.frame_locator("iframe[title=Phone]").get_by_role("button", name="Answer")
    await answer.wait_for(timeout=WITHIN_MS)
    await shot(page, f"{name}-3")
    await answer.click()
    await expect(news).to_contain_text("You are talking with Matti", timeout=WITHIN_MS)
    await hear_each_other(work, page)
    await shot(page, f"{name}-4")
    assert await fits(page)

    await work.calls_over()
    await expect(news).to_contain_text("That was your first call", timeout=WITHIN_MS)
    await page.goto("about:blank")  # closes the phone
