"""A person's whole call in real browsers: every voice is proved by its pitch (C1-C6, K1, K4, issue's acceptance)."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Page, expect

from shared.clock import utc_now
from tests.fixtures.heard_recordings import PITCHES, recording_of
from tests.fixtures.phone_pages import (
    ANNA_NUMBER,
    NEAR_HZ,
    PATIENT_NUMBER,
    SILENT,
    SOON_S,
    Person,
    PhoneStack,
    unfold_transfer,
)
from tests.fixtures.waiting import eventually

ANNA_HZ, BJORN_HZ, CUSTOMER_HZ = 600.0, 1000.0, 1700.0


def near(pitch_hz: float) -> Any:
    return pytest.approx(pitch_hz, abs=NEAR_HZ)


def state(page: Page) -> Any:
    return page.locator(".call .state")


async def test_a_customer_is_answered_held_handed_over_and_found_in_the_history(phones_at_work: PhoneStack) -> None:
    """Call the pool, hear each other, hold, mute, reload in the middle, consult, complete, play the recording."""
    work, began = phones_at_work, utc_now()
    anna, bjorn = await asyncio.gather(work.agent("Anna Virtanen", ANNA_HZ), work.agent("Björn Lindqvist", BJORN_HZ))
    await bjorn.page.get_by_role("tab", name="Pools").click()
    await _leave_sales(bjorn.page)
    customer = await _customer_calls_sales(work)
    ring = anna.page.get_by_role("alertdialog")
    await expect(ring).to_contain_text("Matti Meikäläinen")
    await expect(ring).to_contain_text("via Sales")
    await anna.page.keyboard.press("Enter")
    await expect(state(anna.page)).to_have_text("Connected")
    await expect(anna.page.locator(".call")).to_be_focused()
    await expect(anna.page.locator("button.status")).to_have_text("Availability: Availablein a call")
    await _hear_each_other(anna, CUSTOMER_HZ, customer, ANNA_HZ)

    await _hold_and_mute(anna, customer)
    await anna.page.get_by_label("Notes").fill("Wants a quote")
    await anna.page.reload()
    await expect(state(anna.page)).to_have_text("Connected")
    await expect(anna.page.get_by_label("Notes")).to_have_value("Wants a quote")
    await _hear_each_other(anna, CUSTOMER_HZ, customer, ANNA_HZ)

    await _consult_bjorn(anna, bjorn)
    await _hear_each_other(anna, BJORN_HZ, bjorn, ANNA_HZ)
    await anna.page.get_by_role("button", name="Hand over").click()
    await expect(bjorn.page.locator(".call h2")).to_have_text("Matti Meikäläinen")
    await _hear_each_other(customer, BJORN_HZ, bjorn, CUSTOMER_HZ)
    await bjorn.page.get_by_role("button", name="End call").click()
    await expect(anna.page.locator("button.status")).to_have_text("Availability: Available")
    assert await recording_of(anna.page, PITCHES, began) == [near(CUSTOMER_HZ), near(ANNA_HZ)]
    assert anna.faults == bjorn.faults == customer.faults == []


async def _leave_sales(page: Page) -> None:
    """Returns when the voice cloud has it."""
    switch = page.get_by_role("switch", name="Sales")
    if await switch.is_checked():
        async with page.expect_response(lambda answer: answer.request.method == "PUT" and "/pools/" in answer.url):
            await switch.uncheck()


async def _customer_calls_sales(work: PhoneStack) -> Person:
    """A person is the customer, in a browser of their own."""
    customer = await work.person(CUSTOMER_HZ)
    await work.customer(customer, "+358401234567")
    to = customer.page.get_by_label("Pool or agent")
    await to.select_option(await to.locator("option", has_text="Sales").first.get_attribute("value"))
    await customer.page.locator("#call button").click()
    return customer


async def _hear_each_other(one: Person, hears_hz: float, other: Person, heard_hz: float) -> None:
    await asyncio.gather(one.hears_tone(hears_hz), other.hears_tone(heard_hz))


async def hears_music(customer: Person) -> bool:
    pitch_hz, loudness = await customer.hears()
    return 200 < pitch_hz < 560 and loudness > SILENT


async def _hold_and_mute(agent: Person, customer: Person) -> None:
    """Held, the customer hears music and the agent nothing; muted, the customer hears nothing."""
    await agent.page.get_by_role("button", name="Hold").click()
    await expect(state(agent.page)).to_have_text("On hold")
    await agent.hears_nothing()
    await eventually(lambda: hears_music(customer), SOON_S)
    await agent.page.get_by_role("button", name="Resume").click()
    await agent.page.get_by_role("button", name="Mute").click()
    await expect(agent.page.get_by_role("button", name="Unmute")).to_be_visible()
    await customer.hears_nothing()
    await agent.page.get_by_role("button", name="Unmute").click()


async def _consult_bjorn(anna: Person, bjorn: Person) -> None:
    await unfold_transfer(anna.page)
    await anna.page.get_by_label("Transfer to").fill("Björn")
    await anna.page.get_by_role("button", name="Ask first: Björn").click()
    await expect(state(anna.page)).to_contain_text("Asking Björn")
    await bjorn.page.get_by_role("button", name="Answer").click()
    await expect(state(bjorn.page)).to_have_text("Connected")


async def test_a_call_made_from_the_keypad_rings_outside_and_keys_are_heard(phones_at_work: PhoneStack) -> None:
    """Typed with the keyboard, formatted on the way; in the call digits are pressed for the other one (C1, C2)."""
    work = phones_at_work
    anna = await work.agent("Anna Virtanen", ANNA_HZ)
    await anna.page.get_by_label("Number", exact=True).press_sequentially(PATIENT_NUMBER)
    await expect(anna.page.get_by_label("Number", exact=True)).to_have_value("+358 50 111 2298")
    await anna.page.keyboard.press("Enter")
    await expect(state(anna.page)).to_have_text("Calling …")
    await expect(state(anna.page)).to_have_text("Connected")
    [call] = (await work.control.get("state")).json()["calls"]
    await work.customer_hears(call["CallId"], ANNA_HZ)
    await anna.page.locator(".call h2").click()
    await anna.page.keyboard.press("5")
    await anna.page.get_by_role("button", name="Keys").click()
    await anna.page.get_by_role("group", name="Keys to press").get_by_role("button", name="#").click()

    async def keys_are_heard() -> bool:
        return bool((await work.heard(call["CallId"]))["Keys"] == "5#")

    await eventually(keys_are_heard, SOON_S)
    await anna.page.get_by_role("button", name="End call").click()
    await expect(anna.page.get_by_role("tab", name="Call", exact=True)).to_be_hidden()
    assert anna.faults == []


async def test_of_two_numbers_typed_at_once_the_agent_chooses_one(phones_at_work: PhoneStack) -> None:
    """Nothing is dialled before; what is typed meanwhile withdraws the choice, and the one taken is called (C1)."""
    anna = await phones_at_work.agent("Anna Virtanen", ANNA_HZ)
    typed, both = anna.page.get_by_label("Number", exact=True), "040 1234567 / 050 7654321"
    offered = anna.page.get_by_role("alert").filter(has_text="several numbers").get_by_role("button")
    for _ in range(2):
        await typed.fill("")
        await expect(offered).to_have_count(0)
        await typed.press_sequentially(both)
        await expect(typed).to_have_value("040 123 4567 / 050 7654321")
        await anna.page.keyboard.press("Enter")
        await expect(offered).to_have_text(["+358 40 123 4567", "+358 50 765 4321"])
        await expect(offered.first).to_be_focused()
    await expect(anna.page.locator(".call")).to_be_hidden()
    await offered.last.click()
    await expect(anna.page.locator(".call h2")).to_have_text("+358 50 765 4321")
    await expect(offered).to_have_count(0)
    await anna.page.get_by_role("button", name="End call").click()
    assert anna.faults == []


async def test_a_declined_call_is_over_and_missed_ones_are_counted(phones_at_work: PhoneStack) -> None:
    """Escape declines; the history says so (C2, C6)."""
    work = phones_at_work
    anna = await work.agent("Anna Virtanen", ANNA_HZ)
    await work.call(ANNA_NUMBER)
    await expect(anna.page.get_by_role("alertdialog")).to_be_visible()
    await anna.page.keyboard.press("Escape")
    await expect(anna.page.get_by_role("alertdialog")).to_be_hidden()
    assert anna.faults == []


async def test_who_ends_a_call_twice_is_told_only_that_it_is_over(phones_at_work: PhoneStack) -> None:
    """A double click is no mistake (C2)."""
    anna = await phones_at_work.agent("Anna Virtanen", ANNA_HZ)
    await phones_at_work.call(ANNA_NUMBER, Hz=CUSTOMER_HZ)
    await anna.page.get_by_role("button", name="Answer").click()
    await expect(state(anna.page)).to_have_text("Connected")
    await anna.page.get_by_role("button", name="End call").dblclick()
    await expect(state(anna.page)).to_have_text("Call ended")
    await expect(anna.page.get_by_role("alert")).to_have_count(0)
    assert anna.faults == []


async def test_a_call_that_rings_is_still_there_after_a_reload(phones_at_work: PhoneStack) -> None:
    """It can be answered after the reload (K1)."""
    work = phones_at_work
    anna = await work.agent("Anna Virtanen", ANNA_HZ)
    call_id = await work.call(ANNA_NUMBER, Hz=CUSTOMER_HZ)
    await expect(anna.page.get_by_role("alertdialog")).to_be_visible()
    await anna.page.reload()
    await anna.page.get_by_role("button", name="Answer").click()
    await expect(state(anna.page)).to_have_text("Connected")
    await asyncio.gather(work.customer_hears(call_id, ANNA_HZ), anna.hears_tone(CUSTOMER_HZ))


async def test_a_second_tab_says_that_the_phone_is_open_and_takes_over_when_it_closes(
    phones_at_work: PhoneStack,
) -> None:
    """One primary phone in a browser; on another machine the agent is asked (A4)."""
    work = phones_at_work
    anna = await work.agent("Anna Virtanen", ANNA_HZ)
    second = await work.tab(anna.page.context)
    await second.page.goto(f"{work.app}/api/webphone/")
    await expect(second.page.get_by_role("heading")).to_have_text("Webphone is already active in another window")
    await anna.page.close()
    await second.page.get_by_role("tab", name="Keypad").wait_for()
    other = await work.person(ANNA_HZ)
    await other.page.goto(f"{work.app}/api/webphone/")
    await other.page.get_by_role("button", name="Anna Virtanen").click()
    await expect(other.page.get_by_role("heading")).to_have_text("Webphone is already active in another window")
    await other.page.get_by_role("button", name="Use the phone here").click()
    await other.page.get_by_role("tab", name="Keypad").wait_for()
    await expect(second.page.get_by_role("heading").first).to_have_text("The phone is now used in another window")


async def test_a_refused_microphone_is_explained(phones_at_work: PhoneStack) -> None:
    """In words, with what to do; the phone goes on (A1)."""
    work = phones_at_work
    person = await work.person(ANNA_HZ)
    await person.page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))"
    )
    await work.open(person, "Anna Virtanen")
    await expect(person.page.get_by_role("alert")).to_contain_text("The microphone is blocked")
    await expect(person.page.get_by_role("button", name="Try again")).to_be_visible()
