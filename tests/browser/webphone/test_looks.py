"""What the phone looks like to people and to assistive technology, in both themes and widths (C, accessibility)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Literal

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.fixtures.phone_pages import ANNA_NUMBER, PhoneStack
from tests.fixtures.processes import ROOT

AXE = ROOT / "node_modules/axe-core/axe.min.js"
FAULTS = "axe.run({ resultTypes: ['violations'] }).then((found) => found.violations)"
TABS = ("Keypad", "History", "Contacts", "Pools", "Settings")


async def violations(page: Page) -> list[str]:
    """What axe finds wrong, as ``rule: elements``; it is put into a page once, and only faults leave the browser."""
    if not await page.evaluate("Boolean(window.axe)"):
        await page.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = await page.evaluate(FAULTS)
    return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found]


async def fits(page: Page) -> bool:
    """Nothing sticks out at the side."""
    return bool(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


async def look_at_a_call(page: Page, look: Callable[[str], Awaitable[None]]) -> None:
    """All that an agent unfolds in a call, and what is left of it afterwards."""
    for name in ("Keys", "Transfer", "Mute", "Hold"):
        await page.get_by_role("button", name=name, exact=True).click()
        await look(name)
    await page.get_by_label("Notes").fill("Wants a quote")
    await page.get_by_role("button", name="End call").hover()
    await look("about to end")
    await page.get_by_role("button", name="End call").click()
    await expect(page.get_by_role("button", name="Done")).to_be_visible()
    await look("wrap-up")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_view_is_accessible_and_fits(phones_at_work: PhoneStack, scheme: Literal["light", "dark"]) -> None:
    """At panel width and wide: no view has anything that axe objects to, ringing and talking included."""
    work = phones_at_work
    anna = await work.agent("Anna Virtanen", 600, color_scheme=scheme)
    found: dict[str, list[str]] = {}

    async def look(view: str) -> None:
        for width, height in ((1000, 700), (320, 600), (380, 700)):
            await anna.page.set_viewport_size({"width": width, "height": height})
            found[f"{view} at {width}"] = await violations(anna.page)
            assert await fits(anna.page), f"{view} at {width}"

    for name in TABS:
        await anna.page.get_by_role("tab", name=name).click()
        await asyncio.sleep(0.3)
        await look(name)
    await anna.page.locator("button.status").click()
    await look("availability")
    await anna.page.keyboard.press("Escape")
    await work.call(ANNA_NUMBER)
    await expect(anna.page.get_by_role("alertdialog")).to_be_visible()
    await look("ringing")
    await anna.page.get_by_role("button", name="Answer").hover()
    await look("about to answer")
    await anna.page.get_by_role("button", name="Answer").click()
    await expect(anna.page.locator(".call .state")).to_have_text("Connected")
    await look_at_a_call(anna.page, look)
    assert {view: faults for view, faults in found.items() if faults} == {}


async def test_the_first_load_is_small(phones_at_work: PhoneStack) -> None:
    """At most 60 kB over the wire in all."""
    work = phones_at_work
    anna = await work.agent("Anna Virtanen", 600)
    names = await anna.page.evaluate(
        "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
        ".map((one) => one.name).filter((name) => name.includes('/api/webphone/'))"
    )
    async with httpx.AsyncClient() as http:
        answers = [await http.get(name) for name in {name.split("?")[0] for name in names}]
    assert len(answers) > 20
    assert 20_000 < sum(answer.num_bytes_downloaded for answer in answers) <= 60_000
