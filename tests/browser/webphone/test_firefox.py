"""A live call in the machine's own Firefox (A1, A4, C1, C8)."""

import asyncio
import math
import time
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.fixtures.firefox import SPOKEN_HZ, Firefox, Tab, firefox, firefox_path
from tests.fixtures.phone_pages import ANNA_NUMBER, WATCH, PhoneStack
from tests.fixtures.waiting import eventually

AUDIBLE = 0.05
LISTEN_S, ASK_EVERY_S = 0.5, 0.2
FREED_WITHIN_S, GIVEN_UP_S = 4.0, 60.0
LEASE_OVER_S = 30.0
IS_OPEN = "Boolean(document.querySelector('#tab-keypad'))"
STATE = "document.querySelector('.call:not([hidden]) .state')?.innerText"
WATCH_TOKEN = """
  const fetched = window.fetch;
  window.fetch = (where, how) => {
    window.bearer = new Headers(how?.headers).get("Authorization") ?? window.bearer;
    return fetched(where, how);
  };
"""
WATCH_SOUND = """
  const Sound = window.Audio;
  window.Audio = function (...given) { return (window.sound = new Sound(...given)); };
"""
WATCH_GOODBYE = "addEventListener('pagehide', () => localStorage.setItem('goodbye', 'said'));"
GOODBYE = "localStorage.getItem('goodbye')"
PLAYED = """(async () => {
  const peer = window.peers.findLast((one) => one.connectionState === "connected");
  const stats = [...(await peer?.getStats())?.values() ?? []].find((one) => one.type === "inbound-rtp");
  const isOn = Boolean(window.sound) && !window.sound.paused && !window.sound.muted && window.sound.volume > 0;
  return isOn && stats ? [stats.totalAudioEnergy, stats.totalSamplesDuration] : [0, 0];
})()"""


async def opened(browser: Firefox, work: PhoneStack) -> Tab:
    """Anna's phone in a tab of its own."""
    tab = await browser.tab(f"{work.app}/api/webphone/")
    await tab.click("Anna Virtanen")
    await tab.until(IS_OPEN)
    return tab


async def loudness(tab: Tab) -> float:
    """Of what the phone plays (1 is full scale): Firefox has no working AudioContext where there is no sound card."""
    energy, duration_s = await tab.run(PLAYED)
    await asyncio.sleep(LISTEN_S)
    more_energy, longer_s = await tab.run(PLAYED)
    return float(math.sqrt((more_energy - energy) / (longer_s - duration_s))) if longer_s > duration_s else 0.0


async def is_loud(tab: Tab) -> bool:
    return await loudness(tab) > AUDIBLE


async def freed_after(work: PhoneStack, bearer: str) -> float:
    """Seconds until another phone of the agent may have the session."""
    started = time.monotonic()
    wish = {"sessionId": str(uuid4()), "client": "another", "takeOver": False}
    async with httpx.AsyncClient(base_url=work.app, headers={"Authorization": bearer}, timeout=30) as http:
        while (answer := await http.post("/api/phone/session", json=wish)).status_code == httpx.codes.CONFLICT:
            assert time.monotonic() - started < GIVEN_UP_S, answer.text
            await asyncio.sleep(ASK_EVERY_S)
    answer.raise_for_status()
    return time.monotonic() - started


async def test_an_agent_talks_in_firefox(phones_at_work: PhoneStack, tmp_path: Path) -> None:
    """Both hear each other; what Firefox cannot set is not offered; a closed tab frees the phone at once.

    Now and then Firefox closes a page without ``pagehide``; then the end of the lease frees it.
    """
    path = firefox_path()
    if path is None:
        pytest.skip("no Firefox on this machine")
    async with firefox(path, tmp_path / "profile") as browser:
        await browser.ask(
            "script.addPreloadScript",
            functionDeclaration=f"() => {{ {WATCH} {WATCH_SOUND} {WATCH_TOKEN} {WATCH_GOODBYE} }}",
        )
        tab = await opened(browser, phones_at_work)
        call_id = await phones_at_work.call(ANNA_NUMBER)
        await tab.click("Answer")
        await tab.until(f"{STATE} === 'Connected'")
        await phones_at_work.customer_hears(call_id, SPOKEN_HZ)
        await eventually(lambda: is_loud(tab))
        await tab.run("document.querySelector('#tab-settings').click()")
        await tab.until("Boolean(document.querySelector('#device-speaker'))")
        assert not await tab.run("Boolean(document.querySelector('#device-ringer'))")
        await tab.click("End call")
        await tab.until(f"!{STATE} || {STATE} === 'Call ended'")  # in a call a closed tab keeps the phone
        bearer = await tab.run("window.bearer")
        another = await browser.tab(f"{phones_at_work.app}/api/webphone/clock.js")
        await another.run("localStorage.removeItem('goodbye')")  # of the page before the sign-in
        await tab.close()
        freed_s = await freed_after(phones_at_work, bearer)
        assert freed_s < (FREED_WITHIN_S if await another.run(GOODBYE) else LEASE_OVER_S)
