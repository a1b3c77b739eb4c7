"""Calls that go elsewhere, and more calls than one: every voice is proved by its pitch (C2, C3, C6)."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.fixtures.phone_pages import ANNA_NUMBER, BJORN_NUMBER, PhoneStack

ANNA_HZ, BJORN_HZ, CUSTOMER_HZ, OTHER_HZ = 600.0, 1000.0, 1700.0, 1300.0
LIVELY = 0.01


def near(pitch_hz: float) -> Any:
    return pytest.approx(pitch_hz, abs=15.0)


def state(page: Page) -> Any:
    return page.locator(".call .state")


async def test_a_call_handed_on_at_once_is_between_the_two_others(phones_at_work: PhoneStack) -> None:
    """A blind transfer: who was asked for rings, and speaks with the customer; the first agent is free (C3)."""
    work = phones_at_work
    anna, bjorn = await asyncio.gather(work.agent("Anna Virtanen", ANNA_HZ), work.agent("Björn Lindqvist", BJORN_HZ))
    call_id = await work.call(ANNA_NUMBER, Hz=CUSTOMER_HZ)
    await anna.page.get_by_role("button", name="Answer").click()
    await anna.page.get_by_role("button", name="Transfer", exact=True).click()
    await anna.page.get_by_label("Transfer to").fill("Björn")
    await anna.page.get_by_role("button", name="Transfer: Björn").click()
    await bjorn.page.get_by_role("button", name="Answer").click()
    await expect(state(bjorn.page)).to_have_text("Connected")
    await expect(anna.page.locator(".call")).to_be_hidden()
    heard, (pitch_hz, _) = await asyncio.gather(work.heard(call_id), bjorn.hears())
    assert (heard["Hz"], pitch_hz) == (near(BJORN_HZ), near(CUSTOMER_HZ))
    assert anna.faults == bjorn.faults == []


async def test_a_call_that_comes_back_is_answered_again(phones_at_work: PhoneStack) -> None:
    """Who was asked for declines: it rings for the first agent anew, who speaks with the customer (C2, C3)."""
    work = phones_at_work
    anna, bjorn = await asyncio.gather(work.agent("Anna Virtanen", ANNA_HZ), work.agent("Björn Lindqvist", BJORN_HZ))
    call_id = await work.call(ANNA_NUMBER, Hz=CUSTOMER_HZ)
    await anna.page.get_by_role("button", name="Answer").click()
    await anna.page.get_by_role("button", name="Transfer", exact=True).click()
    await anna.page.get_by_label("Transfer to").fill("Björn")
    await anna.page.get_by_role("button", name="Transfer: Björn").click()
    await bjorn.page.get_by_role("button", name="Decline").click()
    await anna.page.get_by_role("button", name="Answer").click()
    await expect(state(anna.page)).to_have_text("Connected")
    assert (await work.heard(call_id))["Hz"] == near(ANNA_HZ)
    assert (await anna.hears())[0] == near(CUSTOMER_HZ)
    assert anna.faults == bjorn.faults == []


async def test_an_agent_goes_back_and_forth_between_two_calls(phones_at_work: PhoneStack) -> None:
    """The one that waits is shown with the way to it; only the one talked in is heard (C2)."""
    work = phones_at_work
    anna = await work.agent("Anna Virtanen", ANNA_HZ)
    first = await work.call(ANNA_NUMBER, Hz=CUSTOMER_HZ)
    await anna.page.get_by_role("button", name="Answer").click()
    await anna.page.get_by_role("button", name="Hold").click()
    await expect(state(anna.page)).to_have_text("On hold")
    await anna.page.get_by_role("tab", name="Keypad").click()
    await anna.page.get_by_label("Number", exact=True).fill("+358501112233")
    await anna.page.keyboard.press("Enter")
    await expect(anna.page.locator(".call h2")).to_have_text("+358 50 111 2233")
    await expect(state(anna.page)).to_have_text("Connected", timeout=12_000)
    second = next(
        call["CallId"] for call in (await work.control.get("state")).json()["calls"] if call["CallId"] != first
    )
    assert (await work.heard(second))["Hz"] == near(ANNA_HZ)
    await anna.page.get_by_role("button", name="Switch to Matti Meikäläinen").click()
    await expect(anna.page.locator(".call h2")).to_have_text("Matti Meikäläinen")
    await expect(state(anna.page)).to_have_text("Connected")
    heard, other = await asyncio.gather(work.heard(first), work.heard(second))
    assert heard["Hz"] == near(ANNA_HZ)
    assert other["Hz"] != near(ANNA_HZ)
    await anna.page.get_by_role("button", name="Switch to +358 50 111 2233").click()
    await expect(anna.page.locator(".call h2")).to_have_text("+358 50 111 2233")
    await expect(state(anna.page)).to_have_text("Connected")
    await anna.page.get_by_role("button", name="End call").click()
    await expect(anna.page.locator(".call h2")).to_have_text("Matti Meikäläinen")
    await anna.page.get_by_role("button", name="Resume").click()
    await expect(state(anna.page)).to_have_text("Connected")
    assert (await work.heard(first))["Hz"] == near(ANNA_HZ)
    assert anna.faults == []


async def test_a_missed_call_is_counted_until_the_history_is_seen(phones_at_work: PhoneStack) -> None:
    """It stands in the history as missed, from where it is called back (C6)."""
    work = phones_at_work
    bjorn = await work.agent("Björn Lindqvist", BJORN_HZ)
    await bjorn.page.get_by_role("tab", name="History").click()
    await expect(bjorn.page.locator(".badge")).to_be_hidden()
    await bjorn.page.get_by_role("tab", name="Keypad").click()
    call_id = await work.call(BJORN_NUMBER)
    await expect(bjorn.page.get_by_role("alertdialog")).to_be_visible()
    await work.control.post(f"calls/{call_id}/hangup", json={})
    await expect(bjorn.page.locator(".badge")).to_have_text("1", timeout=10_000)
    await bjorn.page.get_by_role("tab", name="History").click()
    await expect(bjorn.page.locator(".entry").first).to_have_attribute("data-result", "missed")
    await expect(bjorn.page.locator(".badge")).to_be_hidden()
    await bjorn.page.get_by_role("button", name="Call Matti Meikäläinen").first.click()
    await expect(state(bjorn.page)).to_have_text("Calling …")
    assert bjorn.faults == []
