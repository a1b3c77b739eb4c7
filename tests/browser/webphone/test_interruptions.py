"""A call goes on when the network, the sign-in or the machine changes under it (A1, A4, K1)."""

import asyncio
import os
import signal
from typing import Any

from playwright.async_api import Page, Route, expect

from tests.fixtures.phone_pages import ANNA_NUMBER, Person, PhoneStack
from tests.fixtures.stack import StackProcess

ANNA_HZ, CUSTOMER_HZ = 600.0, 1700.0
CUT_S = 5.0
SILENT_UNTIL_CLICKED = """
  const Native = window.AudioContext;
  let isAllowed = false;
  addEventListener("pointerdown", () => (isAllowed = true), true);
  window.AudioContext = class extends Native {
    get state() { return isAllowed ? super.state : "suspended"; }
  };
"""
"""Browsers judge by what a person has done before; a driven one does not."""


def state(page: Page) -> Any:
    return page.locator(".call .state")


async def talking(work: PhoneStack) -> tuple[Person, str]:
    """Anna in a call with a customer, and the call's id."""
    anna = await work.agent("Anna Virtanen", ANNA_HZ)
    call_id = await work.call(ANNA_NUMBER, Hz=CUSTOMER_HZ)
    await anna.page.get_by_role("button", name="Answer").click()
    await expect(state(anna.page)).to_have_text("Connected")
    return anna, call_id


async def hear_each_other(work: PhoneStack, agent: Person, call_id: str) -> None:
    await asyncio.gather(work.customer_hears(call_id, ANNA_HZ), agent.hears_tone(CUSTOMER_HZ))


async def test_a_call_goes_on_after_the_network_was_away(phones_at_work: PhoneStack, phone_run: StackProcess) -> None:
    """Five seconds without a packet or an answer: the voice is connected anew, commands work, nobody clicks (K1)."""
    work = phones_at_work
    anna, call_id = await talking(work)
    voicecloud = phone_run.child("voicecloud")
    os.kill(voicecloud, signal.SIGSTOP)
    await anna.page.context.set_offline(True)
    lost = anna.page.get_by_text("Connection lost")
    await expect(lost).to_be_visible(timeout=1_000)
    await asyncio.sleep(CUT_S)
    await anna.hears_nothing()
    os.kill(voicecloud, signal.SIGCONT)
    await anna.page.context.set_offline(False)
    await anna.page.wait_for_function(
        "() => window.peers.at(-1).connectionState === 'connected' && window.peers.length > 1"
    )
    await expect(lost).to_be_hidden()
    await hear_each_other(work, anna, call_id)
    await anna.page.get_by_role("button", name="Hold").click()
    await expect(state(anna.page)).to_have_text("On hold")
    assert anna.faults == []


async def test_a_call_goes_on_when_the_sign_in_has_run_out(phones_at_work: PhoneStack) -> None:
    """Both hear each other; the agent is asked to sign in, and then commands again (A1)."""
    work = phones_at_work
    anna, call_id = await talking(work)

    async def refuse(route: Route) -> None:
        await route.fulfill(status=401, json={"code": "token-invalid"})

    async def nothing(route: Route) -> None:
        await route.fulfill(status=400, json={"error": "invalid_grant"})

    await anna.page.route("**/api/phone/**", refuse)
    await anna.page.route("**/oauth2/v2.0/token", nothing)
    await anna.page.get_by_role("button", name="Hold").click()
    banner = anna.page.get_by_role("alert").filter(has_text="Your sign-in has run out")
    await expect(banner).to_be_visible(timeout=15_000)
    await hear_each_other(work, anna, call_id)
    await anna.page.unroute_all()
    await banner.get_by_role("button", name="Sign in").click()
    await expect(banner).to_be_hidden()
    await anna.page.get_by_role("button", name="Hold").click()
    await expect(state(anna.page)).to_have_text("On hold")
    assert anna.faults == []


async def test_a_call_follows_its_agent_to_another_machine(phones_at_work: PhoneStack) -> None:
    """The one that takes over speaks; the other one says so and is silent (A4)."""
    work = phones_at_work
    anna, call_id = await talking(work)
    other = await work.agent("Anna Virtanen", ANNA_HZ)
    await expect(state(other.page)).to_have_text("Connected")
    await expect(anna.page.get_by_role("heading").first).to_have_text("The phone is now used in another window")
    await hear_each_other(work, other, call_id)
    assert await anna.page.evaluate("() => window.peers.every((peer) => peer.connectionState === 'closed')")
    assert anna.faults == other.faults == []


async def test_a_browser_that_keeps_silent_says_so_before_anybody_rings(phones_at_work: PhoneStack) -> None:
    """Any click allows sound, and the banner goes (A1)."""
    work = phones_at_work
    person = await work.person(ANNA_HZ)
    await person.page.add_init_script(f"{{{SILENT_UNTIL_CLICKED}}}")
    await work.open(person, "Carla Mäkinen")
    banner = person.page.get_by_role("alert").filter(has_text="keeps this page silent")
    await expect(banner).to_be_visible()
    await banner.get_by_role("button", name="Allow sound").click()
    await expect(banner).to_be_hidden()
    assert person.faults == []
