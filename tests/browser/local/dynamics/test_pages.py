"""The pages of the local Dynamics, as people use them."""

import time
from uuid import uuid4

from playwright.async_api import Page, expect

from tests.fixtures.dynamics import ANNA, MATTI, SALES, SUPPORT, LocalDynamics


async def leave_callback(dynamics: LocalDynamics, number: str | None = "+358401234567", queue: str = SALES) -> str:
    call = str(uuid4())
    bind = {"regardingobjectid_contact_phonecall@odata.bind": f"/contacts({MATTI})"} if number else {}
    body = {"subject": "Callback Request", "directioncode": False, "phonenumber": number, "voice_requestcount": 2}
    await dynamics.ok("PATCH", f"phonecalls({call})", {**body, **bind})
    item = {"queueid@odata.bind": f"/queues({queue})", "objectid_phonecall@odata.bind": f"/phonecalls({call})"}
    await dynamics.ok("POST", "queueitems", item)
    return call


async def appears_after_s(page: Page, dynamics: LocalDynamics, count: int) -> float:
    """How long it takes until a new callback, the ``count``-th, is there to be seen."""
    started = time.monotonic()
    await leave_callback(dynamics)
    await page.wait_for_function("count => document.querySelectorAll('tbody tr').length === count", arg=count)
    return time.monotonic() - started


async def test_a_new_callback_appears_by_itself_within_a_second(page: Page, dynamics: LocalDynamics) -> None:
    """The open view shows what programs write, with number, customer, queue and count."""
    await page.goto("/")
    await expect(page.get_by_text("No open callback requests")).to_be_visible()
    lasted_s = [await appears_after_s(page, dynamics, count) for count in (1, 2, 3)]
    assert min(lasted_s) < 1.0, lasted_s  # a machine that does much else may be slower once
    row = page.get_by_role("row").nth(1)
    for text in ("Callback Request", "Matti Meikäläinen", "Callbacks Sales", "2"):
        await expect(row).to_contain_text(text)
    await expect(page.get_by_text("3 open")).to_be_visible()


async def test_a_callback_is_picked_released_and_completed(page: Page, dynamics: LocalDynamics) -> None:
    """Pick makes it one's own, others cannot pick it; completing takes it out of the view."""
    call = await leave_callback(dynamics)
    await page.goto("/")
    await page.get_by_role("button", name="Pick").click()
    await expect(page.get_by_role("button", name="Release")).to_be_visible()
    assert (await dynamics.ok("GET", f"phonecalls({call})"))["_ownerid_value"] == ANNA
    await page.get_by_label("Signed in as").select_option(label="Björn Lindqvist")
    await expect(page.get_by_role("button", name="Pick")).to_be_disabled()
    await page.get_by_label("Signed in as").select_option(label="Anna Virtanen")
    await page.get_by_role("button", name="Release").click()
    await expect(page.get_by_role("button", name="Pick")).to_be_enabled()
    await page.get_by_role("link", name="Callback Request", exact=True).click()
    await expect(page.get_by_role("heading", level=1, name="Callback Request")).to_be_visible()
    await expect(page.get_by_role("link", name="Matti Meikäläinen")).to_be_visible()
    await page.get_by_role("button", name="Mark complete").click()
    await expect(page.get_by_text("Completed", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name="Mark complete")).to_be_disabled()
    row = await dynamics.ok("GET", f"phonecalls({call})")
    assert (row["statecode"], row["statuscode"]) == (1, 4)
    await page.get_by_role("link", name="Callback requests").click()
    await expect(page.get_by_text("No open callback requests")).to_be_visible()


async def test_queues_can_be_looked_at_one_by_one(page: Page, dynamics: LocalDynamics) -> None:
    """The choice of a queue holds when something new arrives."""
    await leave_callback(dynamics)
    await page.goto("/")
    await page.get_by_label("Queue", exact=True).select_option(label="Callbacks Support")
    await expect(page.get_by_text("No open callback requests")).to_be_visible()
    await leave_callback(dynamics, None, SUPPORT)
    await expect(page.get_by_text("Withheld")).to_be_visible()
    await expect(page.get_by_text("1 open")).to_be_visible()


async def test_a_number_is_changed_as_it_is_typed(page: Page, dynamics: LocalDynamics) -> None:
    """A customer is found by name, the new number saved untouched; writes of others do not disturb the typing."""
    await page.goto("/#contacts")
    await page.get_by_label("Search names and numbers").press_sequentially("meik")
    await expect(page.get_by_role("row")).to_have_count(3)
    await page.get_by_role("link", name="Matti Meikäläinen").click()
    await page.get_by_label("Business phone").fill("(09) 55 66")
    await dynamics.ok("PATCH", f"contacts({MATTI})", {"jobtitle": "Baker"})
    await page.wait_for_timeout(200)
    await expect(page.get_by_label("Business phone")).to_have_value("(09) 55 66")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    await expect(page.get_by_text("Baker")).to_be_visible()
    row = await dynamics.ok("GET", f"contacts({MATTI})")
    assert (row["telephone1"], row["mobilephone"]) == ("(09) 55 66", "040 123 4567")


async def test_a_narrow_screen_shows_everything_without_scrolling_sideways(page: Page, dynamics: LocalDynamics) -> None:
    """At 380 pixels no view is wider than the screen."""
    call = await leave_callback(dynamics)
    await page.set_viewport_size({"width": 380, "height": 780})
    attempt = {"voice_callbackrequest@odata.bind": f"/phonecalls({call})", "description": "voicemail " * 20}
    await dynamics.ok("POST", "phonecalls", {"subject": "Outgoing call to Matti", "voice_result": "Busy", **attempt})
    places = [("", "Callback Request"), (f"activity/{call}", "voicemail"), ("calls", "Outgoing"), ("contacts", "Matti")]
    for path, text in places:
        await page.goto(f"/#{path}")
        await expect(page.get_by_text(text).first).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
