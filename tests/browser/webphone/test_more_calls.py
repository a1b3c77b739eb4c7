"""Calls that go elsewhere, and more calls than one: every voice is proved by its pitch (C2, C3, C6)."""

import asyncio
from typing import Any

from playwright.async_api import Page, Route, expect

from shared.clock import utc_now
from tests.fixtures.heard_recordings import LOUDNESS, recording_of
from tests.fixtures.phone_pages import (
    ANNA_NUMBER,
    BJORN_NUMBER,
    CARLA_NUMBER,
    NEAR_HZ,
    PATIENT_NUMBER,
    SILENT,
    SOON_S,
    PhoneStack,
    unfold_transfer,
)
from tests.fixtures.waiting import eventually

PAUSED_S, PAUSED_TENTHS = 2, 8
"""The pause is longer; shorter silence is a machine that was too slow to send a voice."""
SHOWN_NUMBER = "+358 50 111 2298"
CARLA = "71000000-0000-4000-8000-000000000003"
ANNA_HZ, BJORN_HZ, CUSTOMER_HZ, OTHER_HZ = 600.0, 1000.0, 1700.0, 1300.0


def state(page: Page) -> Any:
    return page.locator(".call .state")


async def test_a_call_handed_on_at_once_is_between_the_two_others(phones_at_work: PhoneStack) -> None:
    """A blind transfer: who was asked for rings, and speaks with the customer; the first agent is free (C3)."""
    work = phones_at_work
    anna, bjorn = await asyncio.gather(work.agent("Anna Virtanen", ANNA_HZ), work.agent("Björn Lindqvist", BJORN_HZ))
    call_id = await work.call(ANNA_NUMBER, Hz=CUSTOMER_HZ)
    await anna.page.get_by_role("button", name="Answer").click()
    await unfold_transfer(anna.page)
    await anna.page.get_by_label("Transfer to").fill("Björn")
    await anna.page.get_by_role("button", name="Transfer: Björn").click()
    await bjorn.page.get_by_role("button", name="Answer").click()
    await expect(state(bjorn.page)).to_have_text("Connected")
    await expect(anna.page.locator(".call")).to_be_hidden()
    await asyncio.gather(work.customer_hears(call_id, BJORN_HZ), bjorn.hears_tone(CUSTOMER_HZ))
    assert anna.faults == bjorn.faults == []


async def test_a_call_that_comes_back_is_answered_again(phones_at_work: PhoneStack) -> None:
    """Who was asked for declines: it rings for the first agent again, who speaks with the customer (C2, C3)."""
    work = phones_at_work
    anna, bjorn = await asyncio.gather(work.agent("Anna Virtanen", ANNA_HZ), work.agent("Björn Lindqvist", BJORN_HZ))
    call_id = await work.call(ANNA_NUMBER, Hz=CUSTOMER_HZ)
    await anna.page.get_by_role("button", name="Answer").click()
    await unfold_transfer(anna.page)
    await anna.page.get_by_label("Transfer to").fill("Björn")
    await anna.page.get_by_role("button", name="Transfer: Björn").click()
    await bjorn.page.get_by_role("button", name="Decline").click()
    await anna.page.get_by_role("button", name="Answer").click()
    await expect(state(anna.page)).to_have_text("Connected")
    await asyncio.gather(work.customer_hears(call_id, ANNA_HZ), anna.hears_tone(CUSTOMER_HZ))
    assert anna.faults == bjorn.faults == []


async def test_transfer_asked_for_before_its_part_is_loaded_opens_when_it_is(phones_at_work: PhoneStack) -> None:
    """A slow network delays the list of targets and loses no click (C3)."""
    work = phones_at_work
    anna = await work.person(ANNA_HZ, service_workers="block")
    asked: asyncio.Queue[Route] = asyncio.Queue()
    await anna.page.route("**/views/transfer.js", asked.put)
    await work.open(anna, "Anna Virtanen")
    await work.call(ANNA_NUMBER, Hz=CUSTOMER_HZ)
    await anna.page.get_by_role("button", name="Answer").click()
    await unfold_transfer(anna.page)
    await (await asked.get()).continue_()
    await expect(anna.page.get_by_label("Transfer to")).to_be_focused()
    await anna.page.get_by_label("Transfer to").press("Escape")
    await expect(anna.page.get_by_label("Transfer to")).to_be_hidden()
    assert anna.faults == []


async def test_who_calls_a_colleague_in_vain_is_told_why(phones_at_work: PhoneStack) -> None:
    """The colleague talks already: the keypad stays, the reason shows for a moment; the same beside a held call."""
    work = phones_at_work
    anna, bjorn = await asyncio.gather(work.agent("Anna Virtanen", ANNA_HZ), work.agent("Björn Lindqvist", BJORN_HZ))
    await work.call(BJORN_NUMBER, Hz=CUSTOMER_HZ)
    await bjorn.page.get_by_role("button", name="Answer").click()
    await expect(state(bjorn.page)).to_have_text("Connected")
    for _ in range(2):
        await anna.page.get_by_role("tab", name="Keypad").click()
        await anna.page.get_by_label("Number", exact=True).fill(BJORN_NUMBER)
        await anna.page.keyboard.press("Enter")
        told = anna.page.get_by_role("alert")
        await expect(told).to_have_text("Björn Lindqvist: Busy")
        await expect(anna.page.locator(".call .state", has_text="Calling")).to_be_hidden()
        await expect(told).to_be_hidden()
        if await anna.page.locator(".call").is_hidden():
            await work.call(ANNA_NUMBER, Hz=OTHER_HZ)
            await anna.page.get_by_role("button", name="Answer").click()
            await anna.page.get_by_role("button", name="Hold").click()
            await expect(state(anna.page)).to_have_text("On hold")
    assert anna.faults == bjorn.faults == []


async def test_who_asks_a_colleague_in_vain_is_told_so(phones_at_work: PhoneStack) -> None:
    """The agent is back with the customer when the colleague declines, and is told so; not after calling off."""
    work = phones_at_work
    anna, bjorn = await asyncio.gather(work.agent("Anna Virtanen", ANNA_HZ), work.agent("Björn Lindqvist", BJORN_HZ))
    await work.call(ANNA_NUMBER, Hz=CUSTOMER_HZ)
    await anna.page.get_by_role("button", name="Answer").click()
    for ends, at in (("Decline", bjorn), ("Back to Matti Meikäläinen", anna)):
        await unfold_transfer(anna.page)
        await anna.page.get_by_label("Transfer to").fill("Björn")
        await anna.page.get_by_role("button", name="Ask first: Björn").click()
        await expect(state(anna.page)).to_have_text("Asking Björn Lindqvist …")
        await expect(bjorn.page.get_by_role("button", name="Answer")).to_be_visible()
        await at.page.get_by_role("button", name=ends).click()
        await expect(state(anna.page)).to_have_text("Connected")
        told = anna.page.get_by_role("alert")
        if at is bjorn:
            await expect(told).to_have_text("Björn Lindqvist: Declined")
        await expect(told).to_be_hidden()
    await anna.page.get_by_role("tab", name="Settings").click()
    await anna.page.get_by_role("button", name="Sign out").click()
    await expect(anna.page.get_by_role("alert")).to_have_text("End the call first.")
    assert anna.faults == bjorn.faults == []


async def test_those_a_call_can_be_sent_to_are_shown_as_they_are_now(phones_at_work: PhoneStack) -> None:
    """Opened again the list has a colleague's new status; while a search goes on nobody of another one is asked."""
    work = phones_at_work
    anna = await work.agent("Anna Virtanen", ANNA_HZ, service_workers="block")
    await work.call(ANNA_NUMBER, Hz=CUSTOMER_HZ)
    await anna.page.get_by_role("button", name="Answer").click()
    carla = anna.page.get_by_role("listitem").filter(has_text="Carla")
    try:
        for status in ("Available", "Off work"):
            (await work.control.post(f"agents/{CARLA}", json={"Profile": status})).raise_for_status()
            async with asyncio.timeout(SOON_S):
                await unfold_transfer(anna.page)
                await expect(carla).to_be_visible()
                while status not in await carla.inner_text():
                    await asyncio.sleep(0.5)
                    await unfold_transfer(anna.page, unfolded=False)
                    await expect(carla).to_be_hidden()
                    await unfold_transfer(anna.page)
                    await expect(carla).to_be_visible()
            await unfold_transfer(anna.page, unfolded=False)
    finally:
        await work.control.post(f"agents/{CARLA}", json={"Profile": "Available"})
    await unfold_transfer(anna.page)
    await expect(carla).to_be_visible()
    await anna.page.route("**/api/phone/directory*", lambda _: None)
    await anna.page.get_by_label("Transfer to").fill("Björn")
    await expect(carla.get_by_role("button", name="Ask first: Carla")).to_have_count(0)
    assert anna.faults == []


async def test_an_agent_goes_back_and_forth_between_two_calls(phones_at_work: PhoneStack) -> None:
    """The one that waits is shown with the way to it; only the other is heard, and each has its notes (C2, K4)."""
    work = phones_at_work
    anna = await work.agent("Anna Virtanen", ANNA_HZ)
    first = await work.call(ANNA_NUMBER, Hz=CUSTOMER_HZ)
    await anna.page.get_by_role("button", name="Answer").click()
    await anna.page.get_by_label("Notes").fill("wants a refund")
    await expect(anna.page.get_by_text("Saved", exact=True)).to_be_visible()
    await anna.page.get_by_role("button", name="Hold").click()
    await expect(state(anna.page)).to_have_text("On hold")
    await anna.page.get_by_role("tab", name="Keypad").click()
    await anna.page.get_by_label("Number", exact=True).fill(PATIENT_NUMBER)
    await anna.page.keyboard.press("Enter")
    await expect(anna.page.locator(".call h2")).to_have_text(SHOWN_NUMBER)
    await expect(anna.page.get_by_label("Notes")).to_have_value("")
    await expect(state(anna.page)).to_have_text("Connected")
    second = next(
        call["CallId"] for call in (await work.control.get("state")).json()["calls"] if call["CallId"] != first
    )
    await work.customer_hears(second, ANNA_HZ)
    await anna.page.get_by_role("button", name="Switch to Matti Meikäläinen").click()
    await expect(anna.page.locator(".call h2")).to_have_text("Matti Meikäläinen")
    await expect(anna.page.get_by_label("Notes")).to_have_value("wants a refund")
    await expect(state(anna.page)).to_have_text("Connected")
    await work.customer_hears(first, ANNA_HZ)

    async def is_with_the_first() -> bool:
        return abs((await work.heard(second))["Hz"] - ANNA_HZ) > NEAR_HZ

    await eventually(is_with_the_first, SOON_S)
    await anna.page.get_by_role("button", name=f"Switch to {SHOWN_NUMBER}").click()
    await expect(anna.page.locator(".call h2")).to_have_text(SHOWN_NUMBER)
    await expect(state(anna.page)).to_have_text("Connected")
    await anna.page.get_by_role("button", name="End call").click()
    await expect(anna.page.locator(".call h2")).to_have_text("Matti Meikäläinen")
    await anna.page.get_by_role("button", name="Resume").click()
    await expect(state(anna.page)).to_have_text("Connected")
    await work.customer_hears(first, ANNA_HZ)
    assert anna.faults == []


async def test_what_is_said_while_recording_pauses_is_not_kept(phones_at_work: PhoneStack) -> None:
    """Both go on hearing each other; the recording is silent on both channels for that long, and only then (K9)."""
    work, began = phones_at_work, utc_now()
    carla = await work.agent("Carla Mäkinen", ANNA_HZ)
    call_id = await work.call(CARLA_NUMBER, Hz=CUSTOMER_HZ)
    await carla.page.get_by_role("button", name="Answer").click()
    for button, spoken_s in (("Pause rec.", 0), ("Resume rec.", PAUSED_S)):
        heard = work.customer_hears(call_id, ANNA_HZ), carla.hears_tone(CUSTOMER_HZ)
        await asyncio.gather(*heard, asyncio.sleep(spoken_s))
        await carla.page.get_by_role("button", name=button).click()
    await expect(carla.page.get_by_role("button", name="Pause rec.")).to_be_visible()
    await work.customer_hears(call_id, ANNA_HZ)
    await carla.page.get_by_role("button", name="End call").click()
    for channel in await recording_of(carla.page, LOUDNESS, began):
        sounds = "".join("v" if loudness > SILENT else " " for loudness in channel)
        pauses = [pause for pause in sounds.strip().split("v") if len(pause) >= PAUSED_TENTHS]
        assert len(pauses) == 1, sounds
    assert carla.faults == []


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
    await expect(bjorn.page.locator(".badge")).to_have_text("1")
    await bjorn.page.get_by_role("tab", name="History").click()
    await expect(bjorn.page.locator(".entry").first).to_have_attribute("data-result", "missed")
    await expect(bjorn.page.locator(".badge")).to_be_hidden()
    await bjorn.page.get_by_role("button", name="Call Matti Meikäläinen").first.click()
    await expect(state(bjorn.page)).to_have_text("Calling …")
    assert bjorn.faults == []


async def test_who_was_not_to_be_disturbed_sees_afterwards_who_has_called(phones_at_work: PhoneStack) -> None:
    """Nothing rang; with the next status the count of missed calls comes (B3, C6)."""
    work = phones_at_work
    carla = await work.agent("Carla Mäkinen", ANNA_HZ)
    await carla.page.get_by_role("tab", name="History").click()
    await expect(carla.page.locator(".badge")).to_be_hidden()
    await carla.page.get_by_role("tab", name="Keypad").click()
    await _set_status(carla.page, "Do not disturb")
    call_id = await work.call(CARLA_NUMBER, From="+358405556677")
    await expect(carla.page.get_by_role("alertdialog")).to_be_hidden()
    await _listed(work, carla.page, call_id)
    async with carla.page.expect_request("**/api/phone/history*"):
        await _set_status(carla.page, "Available")
    await expect(carla.page.locator(".badge")).to_have_text("1")
    await carla.page.get_by_role("tab", name="History").click()
    await expect(carla.page.locator(".entry").first).to_contain_text("+358 40 555 6677")
    await expect(carla.page.locator(".entry").first).to_have_attribute("data-result", "missed")
    assert carla.faults == []


async def _set_status(page: Page, name: str) -> None:
    await page.locator("button.status").click()
    await page.get_by_role("menuitemradio", name=name).click()
    await expect(page.locator("button.status")).to_contain_text(name)


async def _listed(work: PhoneStack, page: Page, call_id: str) -> None:
    """The voice cloud has the call's record."""
    async with page.expect_request("**/api/phone/availability*") as asked:
        pass
    headers = {"Authorization": (await (await asked.value).all_headers())["authorization"]}

    async def is_there() -> bool:
        return call_id in await (await page.request.get(f"{work.app}/api/phone/history", headers=headers)).text()

    await eventually(is_there)
