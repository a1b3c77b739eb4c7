"""The phone as a panel of Dynamics, by the Channel Integration Framework 2.0 (A2, E1-E4)."""

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import FrameLocator, Page, expect

from shared.bootstrap import Services
from shared.settings.model import SettingKind
from tests.fixtures.phone_pages import ANNA_NUMBER, PhoneStack, at_work
from tests.fixtures.stack import StackProcess

ASKED = """async () => {
  while (!window.Microsoft?.CIFramework) await new Promise((later) => setTimeout(later, 20));
  const { CIFramework } = window.Microsoft;
  const told = [];
  CIFramework.addHandler("onPresenceChange", (data) => told.push(JSON.parse(data).presenceInfo.presenceText));
  const exact = await CIFramework.setPresence("Busy");
  const other = await CIFramework.setPresence("busy");
  const later = (ms) => new Promise((done) => setTimeout(done, ms));
  while (!told.length) await later(50);
  await later(500); // nothing else is told
  const environment = JSON.parse(await CIFramework.getEnvironment());
  return { exact, other, shown: await CIFramework.getPresence(), told, user: environment.userId };
}"""
SETTINGS_KEPT_S = 2.2
"""A little longer than the app goes by settings it has read."""
UNRECORDED = ["pagetype=entityrecord&etn=lead"]
ANNA_D365 = "a0000000-0000-4000-8000-000000000001"


@pytest_asyncio.fixture
async def dynamics(phones_at_work: PhoneStack, phone_run: StackProcess) -> AsyncIterator[Page]:
    """The Dynamics page, Anna signed in; only the phone reaches Omnichannel."""
    services = Services(phone_run.settings)
    await services.settings.put(SettingKind.PRESENCE, "presence", {"enabled": True, "method": "phone"})
    person = await phones_at_work.person(600)
    address = next(line.split()[-1] for line in phone_run.output.splitlines() if "Dynamics: queues" in line)
    of_the_demo = (await services.settings.documents(SettingKind.PHONE))["phone"]
    await services.settings.put(SettingKind.PHONE, "phone", {**of_the_demo, "unrecorded_pages": UNRECORDED})
    await asyncio.sleep(SETTINGS_KEPT_S)
    await person.page.set_viewport_size({"width": 1200, "height": 800})
    await person.page.goto(address)
    await person.page.get_by_label("Signed in as").select_option(label="Anna Virtanen")
    await person.page.locator("#presence select").select_option(label="Available")
    await expect(person.page.locator("#presence-text")).to_have_text("Available")
    yield person.page
    await expect(person.page.locator("#presence-text")).not_to_have_text("Do not disturb")
    await person.page.locator("#presence select").select_option(label="Available")
    await services.settings.put(SettingKind.PRESENCE, "presence", {"enabled": True, "lease_s": 30})
    await services.settings.put(SettingKind.PHONE, "phone", of_the_demo)
    await services.close()


async def signed_in(page: Page) -> FrameLocator:
    """The panel with the phone ready; the sign-in opens a window of its own."""
    await page.get_by_role("button", name="Phone", exact=True).click()
    panel = page.frame_locator("iframe[title=Phone]")
    async with page.expect_popup() as opening:
        await panel.get_by_role("button", name="Sign in").click()
    await (await opening.value).get_by_role("button", name="Anna Virtanen").click()
    await at_work(panel)
    await panel.locator("body[data-omnichannel=mirrored]").wait_for()
    await expect(page.locator("#presence-text")).to_have_text("Available")  # on both sides: nothing is on its way
    return panel


async def test_a_panel_reads_and_sets_the_presence_by_its_exact_text(dynamics: Page) -> None:
    """A text that differs by a letter is no presence; each change is reported, and whose it is."""
    panel = await signed_in(dynamics)
    asked = await panel.locator("body").evaluate(ASKED)
    assert (asked["exact"], asked["other"], asked["shown"]) == (True, False, "Busy")
    assert asked["told"] == ["Busy"]
    assert asked["user"] == f"{{{ANNA_D365}}}"
    await expect(dynamics.locator("#presence-text")).to_have_text("Busy")


async def test_the_phone_does_omnichannels_part_where_only_it_can(dynamics: Page, phones_at_work: PhoneStack) -> None:
    """A ring is do not disturb, the end brings the custom presence back, a change in Dynamics reaches the phone."""
    panel, shown = await signed_in(dynamics), dynamics.locator("#presence-text")
    status = dynamics.get_by_label("Status", exact=True)
    await status.select_option(label="Appear away")
    await expect(panel.locator("button.status")).to_contain_text("Away")
    await status.select_option(label="Focus time")
    await expect(panel.locator("button.status")).to_contain_text("Busy")
    await phones_at_work.call(ANNA_NUMBER)
    await panel.get_by_role("button", name="Answer").click()
    await expect(shown).to_have_text("Do not disturb")
    await panel.get_by_role("button", name="End call").click()
    await expect(shown).to_have_text("Focus time")


async def test_on_a_page_that_must_not_be_recorded_recording_pauses_by_itself(
    dynamics: Page, phones_at_work: PhoneStack
) -> None:
    """It is paused when the page is opened, goes on when it is left, and begins paused when a call comes there (K9)."""
    panel = await signed_in(dynamics)
    pause, resume = (panel.get_by_role("button", name=name) for name in ("Pause rec.", "Resume rec."))
    await phones_at_work.call(ANNA_NUMBER)
    await panel.get_by_role("button", name="Answer").click()
    await expect(pause).to_be_enabled()
    await dynamics.get_by_role("link", name="Leads").click()
    await expect(dynamics.get_by_role("heading", level=1)).to_have_text("Leads")
    await dynamics.locator("main table a, main li a").first.click()
    await expect(resume).to_be_visible()
    await dynamics.get_by_role("link", name="Contacts").click()
    await expect(pause).to_be_visible()
    await dynamics.go_back()
    await expect(resume).to_be_visible()
    await panel.get_by_role("button", name="End call").click()
    await expect(panel.get_by_role("button", name="End call")).to_be_hidden()
    await phones_at_work.call(ANNA_NUMBER)
    await panel.get_by_role("button", name="Answer").click()
    await expect(resume).to_be_visible()
    await panel.get_by_role("button", name="End call").click()
