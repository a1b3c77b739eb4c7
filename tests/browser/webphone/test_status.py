"""The agent's status with phone and Dynamics page side by side; the app reaches Omnichannel itself (E1-E5)."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urljoin

import pytest_asyncio
from playwright.async_api import Locator, Page, Response, Route, expect

from shared.bootstrap import Services
from shared.settings.model import SettingKind
from tests.fixtures.phone_pages import ANNA_NUMBER, PhoneStack
from tests.fixtures.stack import StackProcess

ANNA_HZ, NOBODYS_HZ = 600.0, 440.0
ANNA = "71000000-0000-4000-8000-000000000001"
ANNA_D365 = "a0000000-0000-4000-8000-000000000001"
LEASE_S = 12
SETTINGS_KEPT_S = 2.2
"""A little longer than the app goes by settings it has read."""
UNSEEN = "Object.defineProperty(document, 'visibilityState', { value: 'hidden' });"
"""A page that nobody sees does not look by itself every ten seconds."""
MENDED_WITHIN_MS = 60_000
"""A write that was refused is tried again by the schedule, the phone looks every ten seconds."""


@pytest_asyncio.fixture
async def dynamics(phones_at_work: PhoneStack, phone_run: StackProcess) -> AsyncIterator[Page]:
    """Anna's Dynamics page without the panel; a call that nobody reports holds her 12 s."""
    services = Services(phone_run.settings)
    await services.settings.put(SettingKind.PRESENCE, "presence", {"enabled": True, "lease_s": LEASE_S})
    person = await phones_at_work.person(NOBODYS_HZ)  # in a browser that stays when that of the phone dies
    address = next(line.split()[-1] for line in phone_run.output.splitlines() if "Dynamics: queues" in line)
    await asyncio.sleep(SETTINGS_KEPT_S)
    await person.page.goto(address)
    await person.page.get_by_label("Signed in as").select_option(label="Anna Virtanen")
    yield person.page
    await services.settings.put(SettingKind.PRESENCE, "presence", {"enabled": True, "lease_s": 30})
    await services.close()


async def test_an_agent_whose_phone_dies_in_a_call_is_free_within_the_lease(
    dynamics: Page, phones_at_work: PhoneStack
) -> None:
    """The call is still held for her, longer than that; as long as the phone lived she was left alone (E3, K1)."""
    work, shown = phones_at_work, dynamics.locator("#presence-text")
    await dynamics.get_by_label("Status", exact=True).select_option(label="Focus time")
    await expect(shown).to_have_text("Focus time")
    anna = await work.agent("Anna Virtanen", ANNA_HZ)
    call_id = await work.call(ANNA_NUMBER)
    await anna.page.get_by_role("button", name="Answer").click()
    await expect(shown).to_have_text("Do not disturb")
    await asyncio.sleep(LEASE_S + 2)
    await expect(shown).to_have_text("Do not disturb")
    assert anna.page.context.browser is not None
    await anna.page.context.browser.close()
    await expect(shown).to_have_text("Focus time", timeout=(LEASE_S + 15) * 1000)
    live = (await work.control.get("state")).json()["calls"]
    assert call_id in {call["CallId"] for call in live}


async def test_an_agent_sees_that_dynamics_refuses_the_status(dynamics: Page, phones_at_work: PhoneStack) -> None:
    """The line stays until Dynamics takes the status; calls are not hindered (E5)."""
    anna = await phones_at_work.agent("Anna Virtanen", ANNA_HZ)
    url = urljoin(dynamics.url, "/stand-in/privileges")
    right = {"systemuserid": ANNA_D365, "privilege": "prvWritemsdyn_agentstatus"}
    assert (await dynamics.request.post(url, data={**right, "granted": False})).ok
    banner = anna.page.get_by_role("status").filter(has_text="Your status may be out of date in Dynamics")
    try:
        await anna.page.locator("button.status").click()
        await anna.page.get_by_role("menuitemradio", name="Away").click()
        await expect(banner).to_contain_text("dataverse-forbidden")
        await phones_at_work.call(ANNA_NUMBER)
        await anna.page.get_by_role("button", name="Answer").click()
        await expect(anna.page.locator(".call .state")).to_have_text("Connected")
        await anna.page.get_by_role("button", name="End call").click()
    finally:
        assert (await dynamics.request.post(url, data={**right, "granted": True})).ok
    await expect(banner).to_be_hidden(timeout=MENDED_WITHIN_MS)
    await expect(dynamics.locator("#presence-text")).to_have_text("Appear away")
    assert anna.faults == []


async def test_note_and_end_of_a_status_can_be_seen_changed_and_cleared(phones_at_work: PhoneStack) -> None:
    """A note added to lunch leaves its end; the menu shows both; a status chosen again has neither (B3, B4)."""
    page = (await phones_at_work.agent("Anna Virtanen", ANNA_HZ)).page
    note, until = page.get_by_label("Note", exact=True), page.get_by_label("Until", exact=True)

    def is_set(answer: Response) -> bool:
        return answer.request.method == "PUT" and answer.url.endswith("/phone/availability")

    async def after(press: Locator) -> dict[str, Any]:
        async with page.expect_response(is_set) as answered:
            await press.click()
        holds: dict[str, Any] = (await (await answered.value).json())["availability"]
        await page.locator("button.status").click()
        return holds

    lunch, busy = (page.get_by_role("menuitemradio", name=name) for name in ("Lunch", "Busy"))
    save = page.get_by_role("button", name="Save", exact=True)
    await page.locator("button.status").click()
    ends_at = (await after(lunch))["endsAt"]
    assert ends_at is not None
    await note.fill("at the harbour")
    holds = await after(save)
    assert (holds["status"], holds["endsAt"]) == ("Lunch", ends_at)
    await expect(note).to_have_value("at the harbour")
    await expect(until).not_to_have_value("")
    holds = await after(busy)
    assert (holds["status"], holds["endsAt"], holds["note"]) == ("Busy", None, "")
    await note.fill("on the phone")
    await until.fill("23:59")
    assert (await after(save))["endsAt"] is not None
    holds = await after(page.get_by_role("button", name="Clear note and end"))
    assert (holds["status"], holds["endsAt"], holds["note"]) == ("Busy", None, "")
    await expect(note).to_have_value("")


async def test_a_status_just_chosen_is_not_overdrawn_by_what_was_asked_before_it_was_done(
    phones_at_work: PhoneStack,
) -> None:
    """The answer comes late, with the status of before: note and end would be set for that one."""
    page = (await phones_at_work.agent("Anna Virtanen", ANNA_HZ, service_workers="block")).page
    name, asked, done, late = page.locator("button.status .name"), asyncio.Event(), asyncio.Event(), asyncio.Event()
    await expect(name).to_have_text("Available")

    async def one_after_the_other(route: Route) -> None:
        if route.request.method == "PUT":
            await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
            await asked.wait()
            await route.continue_()
            return
        answer = await route.fetch()
        asked.set()
        await done.wait()
        await route.fulfill(response=answer)
        late.set()

    await page.route("**/api/phone/availability", one_after_the_other)
    await page.locator("button.status").click()
    await page.get_by_role("menuitemradio", name="Busy").click()
    await expect(name).to_have_text("Busy")
    done.set()
    await asyncio.wait_for(late.wait(), 30)
    await page.evaluate("new Promise((drawn) => setTimeout(drawn, 100))")
    assert await name.text_content() == "Busy"


async def test_the_phone_shows_at_once_what_the_voice_cloud_has(
    phones_at_work: PhoneStack, phone_run: StackProcess
) -> None:
    """Each time, as when it was chosen in Dynamics, by the state of the phone and not by looking (B1, E1)."""
    services = Services(phone_run.settings)
    anna = await phones_at_work.person(ANNA_HZ)
    await anna.page.add_init_script(UNSEEN)
    await phones_at_work.open(anna, "Anna Virtanen")
    for number, name in ((2, "Away"), (1, "Busy"), (0, "Available")):
        await services.enreach.set_availability(ANNA, number)
        await expect(anna.page.locator("button.status .name")).to_have_text(name)
    await services.close()
