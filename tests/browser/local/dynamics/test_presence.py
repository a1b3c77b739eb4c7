"""The status control of the local Dynamics' pages."""

from playwright.async_api import Page, expect

from tests.fixtures.dynamics import ANNA, LocalDynamics


async def test_the_status_is_chosen_and_follows_the_system(page: Page, dynamics: LocalDynamics) -> None:
    """What a person chooses is set, what the system sets is shown by itself; everybody has a status of their own."""
    await page.goto("/")
    status, person = page.get_by_label("Status", exact=True), page.get_by_label("Signed in as")
    shown = page.locator("#presence")
    await expect(shown).to_have_attribute("data-tone", "offline")
    await status.select_option(label="Focus time")
    await expect(shown).to_have_attribute("data-tone", "busy")
    await expect(page.locator("#presence-text")).to_have_text("Focus time")
    (row,) = (await dynamics.ok("GET", "msdyn_agentstatuses"))["value"]
    assert (row["_msdyn_agentid_value"], row["msdyn_presencemodifiedby"]) == (ANNA, "AGENT")
    await dynamics.switch("capacity", {"systemuserid": ANNA, "exhausted": True})
    await expect(shown).to_have_attribute("title", "Set by the system")
    await expect(page.locator("#presence-text")).to_have_text("Do not disturb")
    await person.select_option(label="Björn Lindqvist")
    await expect(page.locator("#presence-text")).to_have_text("Offline")
    await person.select_option(label="Anna Virtanen")
    await dynamics.switch("capacity", {"systemuserid": ANNA, "exhausted": False})
    await expect(page.locator("#presence-text")).to_have_text("Focus time")


async def test_a_status_that_is_refused_is_not_shown(
    page: Page, dynamics: LocalDynamics, console_errors: list[str]
) -> None:
    """The control goes back to what is so, and says why."""
    denied = {"systemuserid": ANNA, "privilege": "prvWritemsdyn_agentstatus", "granted": False}
    await dynamics.switch("privileges", denied)
    await page.goto("/")
    status = page.get_by_label("Status", exact=True)
    await expect(status.get_by_role("option", name="Available", include_hidden=True)).to_have_count(1)
    await status.select_option(label="Available")
    await expect(page.locator("#notice")).to_contain_text("missing prvWritemsdyn_agentstatus privilege")
    await expect(page.locator("#presence")).to_have_attribute("data-tone", "offline")
    assert await status.evaluate("it => it.selectedOptions[0].text") == "Offline"
    assert ["403" in error for error in console_errors] == [True]
    console_errors.clear()
