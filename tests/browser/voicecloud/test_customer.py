"""The page where a person is the customer: their own voice, both directions, in two themes."""

import shutil
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright, expect

from tests.fixtures.chromium import ARGUMENTS, NAMES
from tests.fixtures.media import Voice
from tests.fixtures.phone_pages import comes_to_hear
from tests.fixtures.voicecloud import VoiceCloud
from tests.fixtures.web_agent import AGENT_HZ, answers, dials, until, web_agent
from voicecloud.media import tones

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
  return strength.indexOf(Math.max(...strength)) * context.sampleRate / ear.fftSize;
}"""


@pytest.fixture(scope="module")
def tone_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tones") / "person.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 48_000, 0, "NONE", ""))
        file.writeframes(tones.tone(PERSON_HZ, 10.0))
    return path


@pytest_asyncio.fixture
async def customer(voicecloud: VoiceCloud, tone_file: Path) -> AsyncIterator[Page]:
    """The page in a browser whose microphone hears a tone of ``PERSON_HZ``."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("no Chromium on this machine")
    microphone = (
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={tone_file}",
        "--autoplay-policy=no-user-gesture-required",
    )
    faults: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, *microphone])
        page = await browser.new_page(viewport={"width": 380, "height": 760})
        page.on("pageerror", lambda error: faults.append(str(error)))
        await page.goto(f"{voicecloud.url}/control/customer.html")
        await page.get_by_label("Your number").fill(NUMBER)
        await page.get_by_role("button", name="Be reachable").click()
        await expect(page.locator("#link")).to_have_text("Reachable")
        yield page
        await browser.close()
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
