"""The page where a person is the customer: their own voice, both directions, in two themes."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Page, expect

from tests.fixtures.media import Voice
from tests.fixtures.phone_pages import Browsers, comes_to_hear
from tests.fixtures.voicecloud import VoiceCloud
from tests.fixtures.web_agent import AGENT_HZ, answers, dials, until, web_agent

NUMBER = "+358409998877"
PERSON_HZ = 600.0
HEARD = """async () => {
  const sound = document.getElementById("sound").srcObject;
  if (!sound) return 0;
  const context = new AudioContext(), ear = context.createAnalyser();
  ear.fftSize = 8192;
  context.createMediaStreamSource(sound).connect(ear);
  await new Promise((done) => setTimeout(done, 800));
  const strength = new Float32Array(ear.frequencyBinCount);
  ear.getFloatFrequencyData(strength);
  const pitch = strength.indexOf(Math.max(...strength)) * context.sampleRate / ear.fftSize;
  await context.close();
  return pitch;
}"""


@pytest_asyncio.fixture
async def customer(voicecloud: VoiceCloud, browsers: Browsers) -> AsyncIterator[Page]:
    """The page in a browser whose microphone hears a tone of ``PERSON_HZ``."""
    faults: list[str] = []
    context = await (await browsers.speaking(PERSON_HZ)).new_context(viewport={"width": 380, "height": 760})
    page = await context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    await page.goto(f"{voicecloud.url}/control/customer.html")
    await page.get_by_label("Your number").fill(NUMBER)
    await page.get_by_role("button", name="Be reachable").click()
    await expect(page.locator("#link")).to_have_text("Reachable")
    yield page
    await context.close()
    assert faults == []


async def hear_each_other(customer: Page, agent: Voice) -> None:
    """Returns once the agent hears the person's microphone and the page plays the agent."""

    async def plays() -> float:
        return float(await customer.evaluate(HEARD))

    async def hears() -> float:
        return (await agent.listen())[0]

    await comes_to_hear(plays, AGENT_HZ)
    await comes_to_hear(hears, PERSON_HZ)


async def test_a_person_calls_talks_presses_keys_and_hangs_up(voicecloud: VoiceCloud, customer: Page) -> None:
    """The agent hears the person's microphone and keys, the person hears the agent; it all fits at 380 pixels."""
    async with web_agent(voicecloud) as anna:
        await customer.get_by_label("Pool or agent").select_option(label="Anna Virtanen · +35891001001")
        await customer.get_by_role("button", name="Call", exact=True).click()
        live = voicecloud.store.telephony.engine.platform.live_calls
        await until(lambda: list(live()))
        [call] = live()
        await answers(voicecloud, anna, call.call_id)
        await expect(customer.locator("#state")).to_have_text("Talking")
        await hear_each_other(customer, anna)
        await customer.get_by_role("button", name="5", exact=True).click()
        await until(lambda: anna.keys == ["5"])
        assert await customer.evaluate("document.documentElement.scrollWidth") == 380
        await customer.get_by_role("button", name="Hang up").click()
        await expect(customer.locator("#dialler")).to_be_visible()
        await until(lambda: not list(live()))


async def test_a_person_is_called_and_a_reload_does_not_end_it(voicecloud: VoiceCloud, customer: Page) -> None:
    """It rings in the tab; answered, both hear each other, before and after the page is loaded again."""
    async with web_agent(voicecloud) as anna:
        await dials(voicecloud, anna, NUMBER)
        await expect(customer.locator("#state")).to_have_text("Calls you")
        await customer.get_by_role("button", name="Answer").click()
        await expect(customer.locator("#state")).to_have_text("Talking")
        await hear_each_other(customer, anna)
        await customer.reload()
        await expect(customer.locator("#state")).to_have_text("Talking")
        await hear_each_other(customer, anna)
        await customer.get_by_role("button", name="Hang up").click()
        await expect(customer.locator("#dialler")).to_be_visible()
