"""A recording, from the link on the activity to the ear."""

import wave
from io import BytesIO

import pytest_asyncio
from playwright.async_api import Browser, Page, Request, Route, expect

from shared.recordings.ranges import part_of
from shared.settings.model import SettingKind
from tests.fixtures.calls import ANNA_D365, DEMO_CALL_SYNC
from tests.fixtures.customers import Customer, activity
from tests.fixtures.functions_host import RunningHost, running_host
from tests.fixtures.processes import ROOT
from tests.fixtures.world import World, eventually

DAVIDS_NUMBER = "+35891001004"


def silence(length_s: int) -> bytes:
    """Stereo in full quality, as WAV: some 11 MiB a minute."""
    file = BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((2, 2, 48_000, 0, "NONE", ""))
        writer.writeframes(bytes(4 * 48_000 * length_s))
    return file.getvalue()


MINUTE = silence(60)


@pytest_asyncio.fixture
async def link(world: World) -> str:
    """The address on the activity of a call that was recorded, relative to the app."""
    await world.set(SettingKind.CALL_SYNC, "call-sync", DEMO_CALL_SYNC)
    call_id = await Customer(world).talks_to(DAVIDS_NUMBER)

    async def logged() -> None:
        await world.services.calls.reconcile(call_id)
        assert (await activity(world, call_id))["statecode"] == 1

    await eventually(logged)
    return f"/api/recordings/{call_id}"


async def test_the_reader_signs_in_and_hears_the_call(world: World, link: str, page: Page) -> None:
    """The reader signs in once, sees each recording with its length, and it plays."""
    async with running_host(ROOT, world.environ, auth=True) as app:
        await sign_in(page, at(app, link))
        assert page.url == at(app, link)
        player = page.locator("audio")
        await player.evaluate("player => player.play()")

        async def heard() -> None:
            assert await player.evaluate("player => player.currentTime") > 0

        await eventually(heard)
        await page.reload()
        await expect(page.get_by_role("heading", name="Recording 1")).to_be_visible()


async def test_a_long_recording_is_heard_to_its_end(world: World, link: str, page: Page) -> None:
    """The address of its audio expires while it is played: the page asks for another and goes on where it was."""
    has_expired = False

    async def audio(route: Route) -> None:
        """As the app answers, for a recording of a minute in several parts."""
        part = part_of(MINUTE, "audio/wav", route.request.headers.get("range", ""))
        headers = {**part.headers, "Content-Type": part.content_type}
        await route.fulfill(status=403 if has_expired else part.status, body=part.body, headers=headers)

    def asked(request: Request) -> None:
        nonlocal has_expired
        has_expired = has_expired and not request.url.endswith("/list")

    async with running_host(ROOT, world.environ, auth=True) as app:
        await page.route("**/audio?*", audio)
        await page.clock.install()
        await sign_in(page, at(app, link))
        player = page.locator("audio")
        await player.evaluate("player => player.play()")
        await page.clock.fast_forward("10:01")
        has_expired = True
        page.on("request", asked)
        await player.evaluate("player => { player.currentTime = 50 }")

        async def heard() -> None:
            assert await player.evaluate("player => player.currentTime") > 50

        await eventually(heard)
        assert not has_expired


async def test_who_may_not_read_the_activity_is_told_so(world: World, link: str, page: Page) -> None:
    """The message says why; once the right is given, trying again is enough."""
    switch = f"{world.neighbours.dynamics_url}/stand-in/privileges"
    right = {"systemuserid": ANNA_D365, "privilege": "prvReadPhonecall"}
    async with running_host(ROOT, world.environ, auth=True) as app:
        await world.http.post(switch, json={**right, "granted": False})
        try:
            await page.goto(at(app, link))
            await page.get_by_role("button", name="Anna Virtanen").click()
            await expect(page.get_by_role("status")).to_have_text(
                "You may not read the activity of this call in Dynamics."
            )
            assert await page.locator("audio").count() == 0
        finally:
            await world.http.post(switch, json={**right, "granted": True})
        await page.get_by_role("button", name="Try again").click()
        await expect(page.get_by_role("heading", name="Recording 1")).to_be_visible()


async def test_the_address_of_the_sign_in_alone_leads_nowhere(world: World, page: Page) -> None:
    """Whoever opens it is told where recordings are found."""
    async with running_host(ROOT, world.environ, auth=True) as app:
        await page.goto(at(app, "/api/recordings"))
        await expect(page.get_by_role("status")).to_have_text("Open a recording from its activity in Dynamics.")


async def test_the_page_fits_a_narrow_panel(world: World, link: str, browser: Browser) -> None:
    """At 380 px nothing sticks out, in either theme."""
    async with running_host(ROOT, world.environ, auth=True) as app:
        for theme in ("light", "dark"):
            narrow = await browser.new_page(viewport={"width": 380, "height": 600}, color_scheme=theme)  # type: ignore[arg-type]
            await sign_in(narrow, at(app, link))
            assert await narrow.evaluate("document.documentElement.scrollWidth") <= 380
            await narrow.close()


async def sign_in(page: Page, address: str) -> None:
    """Opens a link as Anna and waits for what there is to hear."""
    await page.goto(address)
    await page.get_by_role("button", name="Anna Virtanen").click()
    await expect(page.get_by_role("heading", name="Recording 1")).to_be_visible()


def at(app: RunningHost, link: str) -> str:
    """On localhost, which is where people may sign in without TLS."""
    return app.url.replace("127.0.0.1", "localhost") + link
