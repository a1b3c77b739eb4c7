"""A phone behind a network that lets no UDP through: by a TURN server over TCP it talks all the same."""

import json
import shutil
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.fixtures.chromium import ARGUMENTS, NAMES
from tests.fixtures.phone_pages import NARROW, Browsers, Person, PhoneStack, phone_stack
from tests.fixtures.stack import StackProcess
from tests.fixtures.turn import SECRET, listens, turn_server

CUSTOMER_HZ = 1700.0
NO_UDP = "--webrtc-ip-handling-policy=disable_non_proxied_udp"
WAY = """async () => {
  const stats = [...(await window.peers.at(-1).getStats()).values()];
  const pair = stats.find((one) => one.type === "candidate-pair" && one.nominated);
  const { candidateType, relayProtocol } = stats.find((one) => one.id === pair.localCandidateId);
  return [candidateType, relayProtocol];
}"""


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with turn_server(tmp_path_factory.mktemp("turn")) as address:
        yield address


@pytest.fixture(scope="module")
def relayed_run(relay: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackProcess]:
    """A local run that names the TURN server to both ends, with passwords of a day made of what they share."""
    if not any(map(shutil.which, NAMES)):
        pytest.skip("no Chromium on this machine")
    environ = {"VOICECLOUD_ICE_SERVERS": json.dumps([{"urls": [relay]}]), "VOICECLOUD_TURN_SECRET": SECRET}
    stack = StackProcess(tmp_path_factory.mktemp("relayed") / "state", log="critical", environ=environ).start()
    yield stack
    stack.end()


@pytest_asyncio.fixture
async def work(relay: str, relayed_run: StackProcess, browsers: Browsers) -> AsyncIterator[PhoneStack]:
    await listens(relay)
    async with phone_stack(relayed_run, browsers) as made:
        yield made
        await made.report()


async def without_udp(work: PhoneStack) -> Person:
    """Somebody whose network lets only TCP through."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    fake = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
    browser = await work.browsers.playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, *fake, NO_UDP])
    work.stack.push_async_callback(browser.close)
    return await work.tab(await browser.new_context(viewport=NARROW))  # type: ignore[arg-type]


async def test_where_udp_is_blocked_a_call_goes_by_turn_over_tcp(work: PhoneStack) -> None:
    """Both ends hear each other; the way is a relay reached by TCP."""
    anna = await without_udp(work)
    await work.open(anna, "Anna Virtanen")
    call_id = await work.call("+35891001001", Hz=CUSTOMER_HZ)
    await anna.page.get_by_role("alertdialog").get_by_role("button", name="Answer").click()
    await expect(anna.page.locator(".call .state")).to_have_text("Connected")
    await anna.hears_tone(CUSTOMER_HZ)
    assert await anna.page.evaluate(WAY) == ["relay", "tcp"]
    heard = await work.heard(call_id)
    assert heard["LoudnessDb"] > -60
    assert anna.faults == []


async def test_where_nothing_gets_through_the_phone_says_why(phones_at_work: PhoneStack) -> None:
    """Without a TURN server the call is answered, nobody is heard, and the phone says that it is the network."""
    anna = await without_udp(phones_at_work)
    await phones_at_work.open(anna, "Anna Virtanen")
    await phones_at_work.call("+35891001001", Hz=CUSTOMER_HZ)
    await anna.page.get_by_role("alertdialog").get_by_role("button", name="Answer").click()
    told = anna.page.get_by_role("alert").filter(has_text="this network seems to block calls")
    await expect(told).to_be_visible()
    assert anna.faults == []
