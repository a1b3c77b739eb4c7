"""A call goes on when the agent's sign-in runs out, and after they are back (A1, K1)."""

import asyncio
import json
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

from playwright.async_api import Locator, Page, Route, expect
from playwright.async_api import TimeoutError as PlaywrightTimeout

from shared.phone.primary_session import LEASE_S
from tests.browser.webphone.test_interruptions import LOSE_VOICE, hear_each_other, state, talking
from tests.fixtures.phone_pages import SOON_S, PhoneStack

API, TOKEN, SILENT_TRY = "**/api/phone/**", "**/oauth2/v2.0/token", "**/oauth2/v2.0/authorize?*prompt=none*"


async def sign_out(page: Page) -> None:
    """No token holds any more, nobody gives another, and the authority knows nobody, until routes are lifted."""

    async def refuse(route: Route) -> None:
        await route.fulfill(status=401, json={"code": "token-invalid"})

    async def nothing(route: Route) -> None:
        await route.fulfill(status=400, json={"error": "invalid_grant"})

    async def nobody(route: Route) -> None:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(route.request.url).query).items()}
        to = f"{asked['redirect_uri']}?error=login_required&state={asked['state']}"
        await route.fulfill(body=f"<script>location.replace({json.dumps(to)})</script>", content_type="text/html")

    await page.route(SILENT_TRY, nobody)
    await page.route(TOKEN, nothing)
    await page.route(API, refuse)  # the last: else another token would be had for the first that is refused


async def sign_in_by_click(page: Page, banner: Locator) -> None:
    """The authority still knows nobody: the agent has to sign in."""
    await page.unroute(API)
    await page.unroute(TOKEN)
    await banner.get_by_role("button", name="Sign in").click()


async def asked_to_sign_in(page: Page) -> Locator:
    """A command needs a token: the banner that asks the agent to sign in again."""
    await page.get_by_role("button", name="Hold").click()
    banner = page.get_by_role("alert").filter(has_text="Your sign-in has run out")
    await expect(banner).to_be_visible()
    return banner


async def hold(page: Page) -> None:
    """Again where a click has no effect: one that joins another, which is still being refused, is refused with it."""
    async with asyncio.timeout(SOON_S):
        while await state(page).text_content() != "On hold":
            with suppress(PlaywrightTimeout):  # it is held meanwhile, and the button says "Resume"
                await page.get_by_role("button", name="Hold").click(timeout=1_000)
            await page.wait_for_timeout(500)


async def test_a_call_goes_on_when_the_sign_in_has_run_out(phones_at_work: PhoneStack) -> None:
    """Both hear each other; the agent is asked to sign in, and then commands again (A1)."""
    work = phones_at_work
    anna, call_id = await talking(work)
    await sign_out(anna.page)
    banner = await asked_to_sign_in(anna.page)
    await hear_each_other(work, anna, call_id)
    await sign_in_by_click(anna.page, banner)
    await expect(banner).to_be_hidden()
    await hold(anna.page)
    assert anna.faults == []


async def test_a_call_waits_for_an_agent_who_signs_in_slowly(phones_at_work: PhoneStack) -> None:
    """For longer than the phone's lease no sign of life comes: the voice stays, and so does the phone (A1, K1)."""
    work = phones_at_work
    anna, call_id = await talking(work)
    await sign_out(anna.page)
    banner = await asked_to_sign_in(anna.page)
    await asyncio.sleep(LEASE_S + 5)
    await hear_each_other(work, anna, call_id)
    await anna.page.evaluate(LOSE_VOICE)
    await sign_in_by_click(anna.page, banner)
    await hear_each_other(work, anna, call_id)
    await anna.page.get_by_role("button", name="End call").click()
    await expect(state(anna.page)).not_to_have_text("Connected")
    assert anna.faults == []


async def test_a_click_on_sign_in_counts_while_a_silent_try_is_going_on(phones_at_work: PhoneStack) -> None:
    """It opens a window of its own, not the hidden frame of that try (A1)."""
    anna, _ = await talking(phones_at_work)
    await sign_out(anna.page)
    banner = await asked_to_sign_in(anna.page)

    async def never(_route: Route) -> None:
        await asyncio.Event().wait()

    await anna.page.route(SILENT_TRY, never)
    await anna.page.get_by_role("button", name="Hold").click()
    await expect(anna.page.locator("iframe")).to_have_count(1)
    async with anna.page.expect_popup():
        await sign_in_by_click(anna.page, banner)
    await expect(banner).to_be_hidden()


async def test_a_lost_voice_comes_back_with_the_sign_in(phones_at_work: PhoneStack) -> None:
    """It could not be renewed while the agent was signed out; nobody has to hang up for it (A1, K1)."""
    work = phones_at_work
    anna, call_id = await talking(work)
    await sign_out(anna.page)
    await anna.page.evaluate(LOSE_VOICE)
    banner = await asked_to_sign_in(anna.page)
    await sign_in_by_click(anna.page, banner)
    await hear_each_other(work, anna, call_id)
    assert anna.faults == []


async def test_a_lost_voice_comes_back_with_a_sign_in_that_needs_no_click(phones_at_work: PhoneStack) -> None:
    """The authority gives a token again by itself: the banner goes, and nobody has to hang up (A1, K1)."""
    work = phones_at_work
    anna, call_id = await talking(work)
    tokens: set[str] = set()
    anna.page.on("request", lambda request: tokens.add(request.headers.get("authorization", "")))
    await sign_out(anna.page)
    await anna.page.evaluate(LOSE_VOICE)
    banner = await asked_to_sign_in(anna.page)
    run_out = frozenset(tokens - {""})

    async def refuse_old(route: Route) -> None:
        is_old = route.request.headers.get("authorization") in run_out
        await (route.fulfill(status=401, json={"code": "token-invalid"}) if is_old else route.continue_())

    await anna.page.unroute_all()
    await anna.page.route(API, refuse_old)
    await hold(anna.page)
    await expect(banner).to_be_hidden()
    await anna.page.get_by_role("button", name="Resume").click()
    await hear_each_other(work, anna, call_id)
    assert anna.faults == []
