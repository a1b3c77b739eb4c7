"""Takes the pictures of the documents from a demo stack of its own, light and dark: ``make screenshots``."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright, expect

from tests.browser.local.dynamics.test_first_call import first_address, nobody_has_annas_phone
from tests.fixtures.phone_pages import SIMULATED, Browsers, Person, PhoneStack, phone_stack
from tests.fixtures.stack import StackProcess

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
LARGEST = 150_000
ANNA_HZ = 600.0
PANEL, DESK, PAGE = ({"width": width, "height": height} for width, height in ((380, 680), (1000, 680), (1200, 760)))
SALES = "+35891000100"
NOTES = "Asks for an offer: twelve heat pumps, installed before March. Calls back on Thursday."


async def shot(page: Page, name: str, *, sharp: bool = False) -> None:
    """Without a blinking caret, and with the pointer out of the way; ``sharp``: in the pixels of a fine screen."""
    await page.mouse.move(0, 0)
    path = PICTURES / f"{name}.png"
    await page.screenshot(path=path, animations="disabled", caret="hide", scale="device" if sharp else "css")
    print(f"{path.relative_to(Path.cwd())}  {path.stat().st_size // 1000} kB")
    if path.stat().st_size > LARGEST:
        sys.exit(f"{path.name} is larger than {LARGEST // 1000} kB")


async def calm(page: Page) -> None:
    """Nothing has the focus, whose ring would draw the eye."""
    await page.evaluate("document.activeElement.blur()")


async def colleagues(work: PhoneStack) -> None:
    """Some of them are at work."""
    for user in SIMULATED[:3]:
        (await work.control.post(f"agents/{user}", json={"Profile": "Available"})).raise_for_status()


@asynccontextmanager
async def somebody(work: PhoneStack, **look: Any) -> AsyncIterator[Person]:
    """In a browser window that gives its phone up when it closes."""
    person = await work.person(ANNA_HZ, **look)
    try:
        yield person
    finally:
        await person.page.goto("about:blank")
        await person.page.context.close()


async def web_phone(work: PhoneStack, scheme: str) -> None:
    """The web phone alone: idle, then in a call with a customer of the pool."""
    async with somebody(work, color_scheme=scheme, device_scale_factor=2) as anna:
        page = anna.page
        await nobody_has_annas_phone(work)
        await page.set_viewport_size(PANEL)
        await work.open(anna, "Anna Virtanen")
        await page.get_by_role("button", name="No", exact=True).click()  # to notices of calls
        await calm(page)
        await asyncio.sleep(2)
        await shot(page, f"phone-idle-{scheme}", sharp=True)
        await work.call(SALES)
        await page.get_by_role("button", name="Answer").click()
        await expect(page.locator(".call .state")).to_have_text("Connected")
        await page.get_by_label("Notes").fill(NOTES)
        await calm(page)
        await colleagues(work)
        await asyncio.sleep(5)
        await shot(page, f"phone-call-{scheme}", sharp=True)
        await page.set_viewport_size(DESK)
        await asyncio.sleep(1)
        await shot(page, f"desk-{scheme}")
        await control(work, scheme)
        await work.calls_over()


async def control(work: PhoneStack, scheme: str) -> None:
    """The page where one plays everybody, while Anna talks."""
    async with somebody(work, color_scheme=scheme) as player:
        await player.page.set_viewport_size(PAGE)
        await player.page.goto(f"{work.cloud}/control/")
        await asyncio.sleep(2)
        await shot(player.page, f"control-{scheme}")


async def in_dynamics(work: PhoneStack, start: str, scheme: str) -> None:
    """The first call, as the first address leads to it."""
    async with somebody(work, color_scheme=scheme) as anna:
        page, panel = anna.page, anna.page.frame_locator("iframe[title=Phone]")
        await nobody_has_annas_phone(work)
        await page.set_viewport_size(PAGE)
        await page.goto(start)
        await page.get_by_role("button", name="Sign in as Anna").click()
        await page.get_by_role("button", name="Let a customer call").click()
        await panel.get_by_role("button", name="Answer").click()
        await expect(page.locator(".news")).to_contain_text("You are talking with")
        await panel.get_by_label("Notes").fill(NOTES)
        await asyncio.sleep(5)
        await shot(page, f"in-dynamics-{scheme}")
        await work.calls_over()


async def every_picture(run: StackProcess, folder: Path) -> None:
    async with async_playwright() as playwright:
        browsers = Browsers(playwright, folder)
        async with phone_stack(run, browsers) as work:
            start = first_address(run)
            for scheme in ("light", "dark"):
                await web_phone(work, scheme)
                await in_dynamics(work, start, scheme)
        await asyncio.gather(*(one.close() for one in browsers.opened.values()))


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="screenshots-") as folder:
        run = StackProcess(Path(folder) / "state", log="critical")
        try:
            asyncio.run(every_picture(run.start(), Path(folder)))
        finally:
            run.end()


if __name__ == "__main__":
    main()
