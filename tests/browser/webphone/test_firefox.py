"""A live call in the machine's own Firefox (A1, A4, C1, C8)."""

from pathlib import Path

import pytest

from tests.fixtures.firefox import SPOKEN_HZ, Firefox, Tab, firefox, firefox_path
from tests.fixtures.phone_pages import ANNA_NUMBER, PhoneStack

IS_OPEN = "Boolean(document.querySelector('#tab-keypad'))"
STATE = "document.querySelector('.call:not([hidden]) .state')?.innerText"


async def opened(browser: Firefox, work: PhoneStack) -> Tab:
    """Anna's phone in a tab of its own."""
    tab = await browser.tab(f"{work.app}/api/webphone/")
    await tab.click("Anna Virtanen")
    await tab.until(IS_OPEN)
    return tab


async def test_an_agent_talks_in_firefox(phones_at_work: PhoneStack, tmp_path: Path) -> None:
    """The customer hears the agent; what Firefox cannot set is not offered; a closed tab frees the phone."""
    path = firefox_path()
    if path is None:
        pytest.skip("no Firefox on this machine")
    async with firefox(path, tmp_path / "profile") as browser:
        tab = await opened(browser, phones_at_work)
        call_id = await phones_at_work.call(ANNA_NUMBER)
        await tab.click("Answer")
        await tab.until(f"{STATE} === 'Connected'")
        await phones_at_work.customer_hears(call_id, SPOKEN_HZ)
        await tab.run("document.querySelector('#tab-settings').click()")
        await tab.until("Boolean(document.querySelector('#device-speaker'))")
        assert not await tab.run("Boolean(document.querySelector('#device-ringer'))")
        await tab.click("End call")
        await tab.until(f"{STATE} !== 'Connected'")
        other = await browser.tab("about:blank")
        await tab.close()
        again = await opened(browser, phones_at_work)
        waited_s = await again.run("performance.now() / 1000")
        assert waited_s < 10, "the closed tab has kept the phone"
        await other.close()
