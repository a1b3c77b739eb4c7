"""A channel provider's panel in the pages: presence by CIF 2, and the phone's module that mirrors by it (E1-E4)."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from aiohttp import web
from playwright.async_api import Frame, Page, expect

from local.free_ports import free_port
from local.serving import listen
from tests.fixtures.dynamics import ANNA, LocalDynamics, NewDynamics

WEBPHONE = Path(__file__).parents[4] / "webphone"
PANEL = """<!doctype html><title>Panel</title><script>
  const library = document.createElement("script");
  library.src = "LIBRARY";
  library.dataset.crmurl = new URL(library.src).origin;
  window.told = [];
  window.handler = (data) => told.push(JSON.parse(data).presenceInfo);
  addEventListener("CIFInitDone", () => { window.cif = Microsoft.CIFramework; document.body.dataset.ready = "yes"; });
  addEventListener("DOMContentLoaded", () => document.body.append(library));
</script><body>Panel</body>"""
MIRROR = """async () => {
  const { Omnichannel } = await import("/webphone/omnichannel.js");
  window.now = 0;
  window.posts = [];
  window.answer = { byPhone: true, omnichannel: null, wanted: null };
  const api = {
    get: async () => structuredClone(answer),
    post: async (path, body) => {
      posts.push(body);
      if (body.text ?? body.presenceId) answer.omnichannel = { text: body.text };
      answer.wanted = body.failed ? answer.wanted : null;
      return structuredClone(answer);
    },
  };
  const framework = { ...cif, addHandler: (...given) => window.deaf || cif.addHandler(...given) };
  window.mirror = new Omnichannel(framework, api, () => now);
  await mirror.start();
}"""


@pytest_asyncio.fixture
async def dynamics(new_dynamics: NewDynamics) -> AsyncIterator[LocalDynamics]:
    """With the panel of a provider of another origin."""
    port = free_port()
    made = await new_dynamics(channel_url=f"http://127.0.0.1:{port}/")

    async def show(_request: web.Request) -> web.Response:
        library = f"{made.url}/webresources/Widget/msdyn_ciLibrary.js"
        return web.Response(text=PANEL.replace("LIBRARY", library), content_type="text/html")

    app = web.Application()
    app.add_routes([web.get("/", show), web.static("/webphone", WEBPHONE)])
    runner, _ = await listen(app, {"port": (port, None)})
    yield made
    await runner.cleanup()


async def opened(page: Page) -> Frame:
    """The panel, once the framework is ready in it."""
    await page.goto("/")
    await expect(page.locator("#presence-text")).to_have_text("Offline")
    await page.get_by_role("button", name="Phone", exact=True).click()
    await page.frame_locator("iframe[title=Phone]").locator("body[data-ready]").wait_for()
    return page.frames[1]


async def test_a_panel_reads_and_sets_presence_and_hears_of_changes(page: Page, dynamics: LocalDynamics) -> None:
    """By the exact text; changes by a person and by the system alike, until nobody listens any more."""
    panel = await opened(page)
    await panel.evaluate("() => cif.addHandler('onPresenceChange', handler)")
    assert await panel.evaluate("() => cif.getPresence()") == "Offline"
    assert await panel.evaluate(
        "async () => [await cif.setPresence('Focus time'), await cif.setPresence('focus time')]"
    ) == [
        True,
        False,
    ]
    await expect(page.locator("#presence-text")).to_have_text("Focus time")
    await dynamics.switch("capacity", {"systemuserid": ANNA, "exhausted": True})
    await expect(page.locator("#presence-text")).to_have_text("Do not disturb")
    await panel.wait_for_function("() => told.length === 2")
    told = await panel.evaluate("() => told.map((one) => [one.presenceText, one.basePresenceStatus])")
    assert told == [["Focus time", "BUSY"], ["Do not disturb", "BUSY_DO_NOT_DISTURB"]]
    await panel.evaluate("() => cif.removeHandler('onPresenceChange', handler)")
    await page.get_by_label("Status", exact=True).select_option(label="Available")
    await expect(page.locator("#presence-text")).to_have_text("Available")
    environment = json.loads(await panel.evaluate("() => cif.getEnvironment()"))
    assert (environment["userId"], environment["username"]) == (f"{{{ANNA}}}", "Anna Virtanen")
    assert await panel.evaluate("() => told.length") == 2


async def test_a_presence_that_may_not_be_set_is_false(
    page: Page, dynamics: LocalDynamics, console_errors: list[str]
) -> None:
    """CIF answers false, and the presence stays what it was."""
    denied = {"systemuserid": ANNA, "privilege": "prvWritemsdyn_agentstatus", "granted": False}
    await dynamics.switch("privileges", denied)
    panel = await opened(page)
    assert await panel.evaluate("() => cif.setPresence('Busy')") is False
    assert await panel.evaluate("() => cif.getPresence()") == "Offline"
    assert ["403" in error for error in console_errors] == [True]
    console_errors.clear()


async def test_messages_of_strangers_are_no_calls(page: Page, dynamics: LocalDynamics) -> None:
    """Neither from the page's own window nor of an unknown kind."""
    panel = await opened(page)
    await page.evaluate(
        """() => {
      const messageData = new Map([["presenceText", "Busy"]]);
      postMessage({ messageType: "setAgentPresence", messageData }, "*");
    }"""
    )
    refused = """() => new Promise((done) => {
      addEventListener("message", ({ data }) => done([data.messageOutcome, data.messageData.get("message")]));
      parent.postMessage({ messageType: "constructor", messageData: new Map(), messageCorrelationId: "1" }, "*");
    })"""
    assert await panel.evaluate(refused) == ["failure", "constructor is not supported here"]
    assert await panel.evaluate("() => cif.getPresence()") == "Offline"


async def test_the_phone_tells_at_once_what_the_server_does_not_know(page: Page, dynamics: LocalDynamics) -> None:
    """Otherwise the first call after opening could not be given back."""
    panel = await opened(page)
    await panel.evaluate(MIRROR)
    assert await panel.evaluate("() => posts") == [{"text": "Offline"}]
    await page.get_by_label("Status", exact=True).select_option(label="Focus time")
    await panel.wait_for_function("() => posts.length === 2")
    (_, report) = await panel.evaluate("() => posts")
    assert (report["baseStatus"], report["text"]) == ("BUSY", "Focus time")


async def test_the_phone_sets_what_is_wanted_once_and_says_what_fails(page: Page, dynamics: LocalDynamics) -> None:
    """By its text; an unknown text is reported with its cause, and tried again half a minute later."""
    panel = await opened(page)
    await panel.evaluate(MIRROR)
    quiet = (
        """(text) => { answer.wanted = { presenceId: "1", text, cause: "cause of " + text }; return mirror.look(); }"""
    )
    await panel.evaluate(quiet, "Do not disturb")
    await panel.wait_for_function("() => posts.some((one) => one.baseStatus)")  # the event of it has come as well
    await expect(page.locator("#presence-text")).to_have_text("Do not disturb")
    await panel.evaluate("() => (posts.length = 0)")
    await panel.evaluate(quiet, "Do not disturb, please")
    await panel.evaluate("() => mirror.look()")
    failure = {"cause": "cause of Do not disturb, please", "failed": True}
    assert await panel.evaluate("() => posts") == [failure]
    await panel.evaluate("() => { now += 31_000; return mirror.look(); }")
    assert await panel.evaluate("() => posts") == [failure, failure]


async def test_a_change_without_an_event_is_found_by_reading(page: Page, dynamics: LocalDynamics) -> None:
    """But not before it has lasted: the framework may lag behind what was just set."""
    panel = await opened(page)
    await panel.evaluate("() => { window.deaf = true; }")
    await panel.evaluate(MIRROR)
    await panel.evaluate("() => (posts.length = 0)")
    await page.get_by_label("Status", exact=True).select_option(label="Available")
    await expect(page.locator("#presence-text")).to_have_text("Available")
    await panel.evaluate("() => mirror.look()")
    assert await panel.evaluate("() => posts") == []
    await panel.evaluate("() => { now += 5_000; return mirror.look(); }")
    assert await panel.evaluate("() => posts") == [{"text": "Available"}]
