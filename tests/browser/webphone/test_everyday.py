"""What agents do without thinking of it: they click where they look, and answer while the browser asks (C1, C5)."""

from typing import Any

from playwright.async_api import Locator, expect

from tests.fixtures.phone_pages import ANNA_NUMBER, Person, PhoneStack

ANNA_HZ = 600.0
STILL_STARTING_MS = 2_000
MOMENT_MS = 400
SILENT_UNTIL_CLICKED = """
  const Native = window.AudioContext;
  let isAllowed = false;
  addEventListener("pointerdown", () => (isAllowed = true), true);
  window.AudioContext = class extends Native {
    get state() { return isAllowed ? super.state : "suspended"; }
    resume() { return isAllowed ? super.resume() : new Promise(() => {}); }
  };
  Object.defineProperty(navigator, "userActivation", { get: () => ({ hasBeenActive: isAllowed }) });
"""
"""Browsers judge by what a person has done before; a driven one does not."""
SLOW_SOUND = """
  const Native = window.AudioContext;
  window.AudioContext = class extends Native {
    #started = performance.now() + 1_500;
    get state() { return performance.now() < this.#started ? "suspended" : super.state; }
    async resume() {
      await new Promise((done) => setTimeout(done, this.#started - performance.now()));
      return super.resume();
    }
  };
"""
CLICK_AFTER_RING = """() => {
  const ring = document.querySelector(".ring");
  window.rang = 0;
  window.clicked = { on: null };
  new MutationObserver(() => !ring.hidden && (window.rang ||= performance.now())).observe(ring, { attributes: true });
  window.onpointerdown = () => (window.clicked.afterMs = performance.now() - window.rang);
  window.onclick = (event) => (window.clicked.on = event.target.closest("button")?.className ?? null);
}"""
ASKED_FOR_THE_MICROPHONE = """
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const allowed = new Promise((done) => (window.allow = done));
  navigator.mediaDevices.getUserMedia = async (wanted) => (await allowed, open(wanted));
  navigator.permissions.query = async () => ({ state: "prompt" });
"""


async def opened(work: PhoneStack, script: str) -> Person:
    """Anna's phone in a browser that behaves as the script says."""
    anna = await work.person(ANNA_HZ)
    await anna.page.add_init_script(script)
    await work.nobody_has_phone_of("Anna Virtanen")  # to take it over would be a click
    await work.open(anna, "Anna Virtanen")
    return anna


async def middle(shown: Locator) -> tuple[float, float]:
    box = await shown.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


async def test_a_click_lands_on_what_it_was_meant_for(phones_at_work: PhoneStack) -> None:
    """A banner that goes as the mouse is pressed, and a ring that comes under it, move nothing and take no click."""
    work = phones_at_work
    anna = await opened(work, SILENT_UNTIL_CLICKED)
    key, mouse = anna.page.get_by_role("button", name="5", exact=True), anna.page.mouse
    before = await middle(key)
    banner = anna.page.get_by_role("alert").filter(has_text="keeps this page silent")
    await expect(banner).to_be_visible()
    assert await middle(key) == before
    await work.call(ANNA_NUMBER)
    answer = anna.page.get_by_role("button", name="Answer")
    await expect(answer).to_be_visible()
    assert await middle(key) == before
    at = await middle(answer)
    await mouse.move(*at)
    await mouse.down()
    await expect(banner).to_be_visible()
    await mouse.up()
    await expect(banner).to_be_hidden()
    await expect(anna.page.locator(".call .state")).to_have_text("Connected")
    assert anna.faults == []


async def clicked_as_it_comes(work: PhoneStack, anna: Person) -> dict[str, Any]:
    """A ring that comes under the mouse, and a click: how long after it that was, and which button took it."""
    await anna.page.evaluate(CLICK_AFTER_RING)
    call_id = await work.call(ANNA_NUMBER)
    await anna.page.wait_for_function("() => window.rang")
    await anna.page.mouse.down()
    await anna.page.mouse.up()
    clicked: dict[str, Any] = await anna.page.evaluate("window.clicked")
    return {"call": call_id, **clicked}


async def test_a_ring_takes_no_click_meant_for_a_key(phones_at_work: PhoneStack) -> None:
    """It comes over the keypad in the moment the agent clicks; a moment later it takes clicks."""
    work = phones_at_work
    anna = await work.agent("Anna Virtanen", ANNA_HZ)
    decline = anna.page.get_by_role("button", name="Decline")
    first = await work.call(ANNA_NUMBER)
    at = await middle(decline)
    await work.control.post(f"calls/{first}/hangup", json={})
    await expect(decline).to_be_hidden()
    await anna.page.mouse.move(*at)
    clicked = await clicked_as_it_comes(work, anna)
    while clicked["afterMs"] > MOMENT_MS:  # this machine was too slow to click in that moment
        await work.control.post(f"calls/{clicked['call']}/hangup", json={})
        await expect(decline).to_be_hidden()
        clicked = await clicked_as_it_comes(work, anna)
    assert clicked["on"] is None
    await expect(decline).to_be_visible()
    await anna.page.wait_for_timeout(600)
    await anna.page.mouse.down()
    await anna.page.mouse.up()
    await expect(decline).to_be_hidden()


async def test_a_sound_device_that_starts_slowly_is_not_blocked(phones_at_work: PhoneStack) -> None:
    """No banner asks for a click that changes nothing."""
    anna = await opened(phones_at_work, SLOW_SOUND)
    banner = anna.page.get_by_role("alert").filter(has_text="keeps this page silent")
    await anna.page.wait_for_timeout(STILL_STARTING_MS)
    await expect(banner).to_be_hidden()


async def test_an_agent_learns_that_the_browser_waits_for_an_answer(phones_at_work: PhoneStack) -> None:
    """It goes on ringing, says what it waits for, and the call is there when the microphone is allowed."""
    work = phones_at_work
    anna = await opened(work, ASKED_FOR_THE_MICROPHONE)
    banner = anna.page.get_by_role("alert").filter(has_text="Allow the microphone")
    await expect(banner).to_be_visible()
    await work.call(ANNA_NUMBER)
    await anna.page.get_by_role("button", name="Answer").click()
    await expect(anna.page.get_by_role("alertdialog")).to_contain_text("Allow the microphone")
    await anna.page.evaluate("window.allow()")
    await expect(anna.page.locator(".call .state")).to_have_text("Connected")
    await expect(banner).to_be_hidden()
    assert anna.faults == []


async def test_a_wide_phone_keeps_a_keypad_in_a_call_and_says_what_cannot_be_loaded(phones_at_work: PhoneStack) -> None:
    """Somebody else can be called from beside the call; a view that an upgrade has taken away offers to reload."""
    work = phones_at_work
    anna = await work.agent("Anna Virtanen", ANNA_HZ, service_workers="block")
    page = anna.page
    await page.set_viewport_size({"width": 1000, "height": 700})
    await page.route("**/views/pools.js", lambda route: route.abort())
    await work.call(ANNA_NUMBER)
    await page.get_by_role("button", name="Answer").click()
    await expect(page.locator(".call .state")).to_have_text("Connected")
    await page.get_by_role("tab", name="Pools").click()
    await expect(page.get_by_role("status").filter(has_text="could not be loaded")).to_be_visible()
    await page.get_by_role("tab", name="Keypad").click()
    await page.get_by_label("Number", exact=True).fill("+358401112233")
    await expect(page.get_by_role("button", name="End call")).to_be_visible()
    await page.get_by_role("button", name="End call").click()
    await expect(page.locator("#panel-keypad input")).to_have_value("+358 40 111 2233")
    assert anna.faults == []
