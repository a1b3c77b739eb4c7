"""A recording, from the link on the activity to the ear."""

import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from shared.settings.model import Kind
from tests.fixtures.calls import DEMO_CALL_SYNC
from tests.fixtures.customers import Customer, activity
from tests.fixtures.functions_host import RunningHost, running_host
from tests.fixtures.processes import ROOT
from tests.fixtures.world import World, eventually

DAVIDS_NUMBER = "+35891001004"


@pytest_asyncio.fixture
async def link(world: World) -> str:
    """The address on the activity of a call that was recorded, relative to the app."""
    await world.set(Kind.CALL_SYNC, "call-sync", DEMO_CALL_SYNC)
    call_id = await Customer(world).talks_to(DAVIDS_NUMBER)

    async def logged() -> None:
        await world.services.calls.look_at(call_id)
        assert (await activity(world, call_id))["statecode"] == 1

    await eventually(logged)
    return f"/api/recordings/{call_id}"


async def test_the_reader_signs_in_and_hears_the_call(world: World, link: str, page: Page) -> None:
    """He chooses who he is once, sees each recording with its length, and it plays."""
    async with running_host(ROOT, world.environ, auth=True) as app:
        await page.goto(at(app, link))
        await page.get_by_role("button", name="Anna Virtanen").click()
        await expect(page.get_by_role("heading", name="Recording 1")).to_be_visible()
        assert page.url == at(app, link)
        player = page.locator("audio")
        await player.evaluate("player => player.play()")

        async def heard() -> None:
            assert await player.evaluate("player => player.currentTime") > 0

        await eventually(heard)
        await page.reload()
        await expect(page.get_by_role("heading", name="Recording 1")).to_be_visible()


async def test_the_page_fits_a_narrow_panel(world: World, link: str, browser: Browser) -> None:
    """At 380 px nothing sticks out, in either theme."""
    async with running_host(ROOT, world.environ, auth=True) as app:
        for theme in ("light", "dark"):
            narrow = await browser.new_page(viewport={"width": 380, "height": 600}, color_scheme=theme)  # type: ignore[arg-type]
            await narrow.goto(at(app, link))
            await narrow.get_by_role("button", name="Anna Virtanen").click()
            await expect(narrow.get_by_role("heading", name="Recording 1")).to_be_visible()
            assert await narrow.evaluate("document.documentElement.scrollWidth") <= 380
            await narrow.close()


def at(app: RunningHost, link: str) -> str:
    """On localhost, which is where people may sign in without TLS."""
    return app.url.replace("127.0.0.1", "localhost") + link
