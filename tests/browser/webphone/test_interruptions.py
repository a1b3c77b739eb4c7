"""A call goes on when the network, the sign-in or the machine changes under it (A1, A4, K1)."""

import asyncio
import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.async_api import Page, Route, expect

from tests.fixtures.phone_pages import ANNA_NUMBER, Person, PhoneStack
from tests.fixtures.stack import StackProcess
from tests.fixtures.waiting import eventually

ANNA_HZ, CUSTOMER_HZ = 600.0, 1700.0
CUT_S = 5.0
SOONER_THAN_SILENCE_MS = 12_000
"""A stream that brings nothing is given up later."""
ROUTED: dict[str, Any] = {"service_workers": "block"}
"""What a page asks for while a service worker takes it over may pass by its routes."""
SAVED_AFTER_S = 1.5
"""Typing is saved a little sooner than that."""
REFUSED = "This number cannot be called."
SILENT_UNTIL_CLICKED = """
  const Native = window.AudioContext;
  let isAllowed = false;
  addEventListener("pointerdown", () => (isAllowed = true), true);
  window.AudioContext = class extends Native {
    get state() { return isAllowed ? super.state : "suspended"; }
    resume() { return isAllowed ? super.resume() : new Promise(() => {}); }
  };
  Object.defineProperty(navigator, "userActivation", { value: { get hasBeenActive() { return isAllowed; } } });
"""
"""Browsers judge by what a person has done before; a driven one does not."""
LOSE_VOICE = """() => {
  const peer = window.peers.at(-1);
  peer.close();
  peer.dispatchEvent(new Event("connectionstatechange"));
}"""
MICROPHONES = """
  window.opened = [];
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await open(wanted);
    if (window.slowly) await new Promise((done) => setTimeout(done, 1_500));
    window.opened.push(...stream.getTracks());
    return stream;
  };
"""
SPOKEN_INTO = "() => window.peers.at(-1).getSenders()[0].track"


def state(page: Page) -> Any:
    return page.locator(".call .state")


async def talking(work: PhoneStack) -> tuple[Person, str]:
    """Anna in a call with a customer, and the call's id."""
    anna = await work.agent("Anna Virtanen", ANNA_HZ, **ROUTED)
    call_id = await work.call(ANNA_NUMBER, Hz=CUSTOMER_HZ)
    await anna.page.get_by_role("button", name="Answer").click()
    await expect(state(anna.page)).to_have_text("Connected")
    return anna, call_id


async def hear_each_other(work: PhoneStack, agent: Person, call_id: str) -> None:
    await asyncio.gather(work.customer_hears(call_id, ANNA_HZ), agent.hears_tone(CUSTOMER_HZ))


@contextmanager
def stopped(*pids: int) -> Iterator[None]:
    """Processes that stand still meanwhile, whatever happens."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


async def test_a_call_goes_on_after_the_network_was_away(phones_at_work: PhoneStack, phone_run: StackProcess) -> None:
    """Five seconds without a packet or an answer: the voice is connected again, commands work, nobody clicks (K1)."""
    work = phones_at_work
    anna, call_id = await talking(work)
    lost = anna.page.get_by_text("Connection lost")
    with stopped(*phone_run.family("lab")):
        await anna.page.context.set_offline(True)
        await expect(lost).to_be_visible(timeout=SOONER_THAN_SILENCE_MS)
        await asyncio.sleep(CUT_S)
        await anna.hears_nothing()
    await anna.page.context.set_offline(False)
    await anna.page.wait_for_function(
        "() => window.peers.at(-1).connectionState === 'connected' && window.peers.length > 1"
    )
    await expect(lost).to_be_hidden()
    await hear_each_other(work, anna, call_id)
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
    await anna.page.wait_for_function("() => window.peers.every((peer) => peer.connectionState === 'closed')")
    assert anna.faults == other.faults == []


async def test_a_browser_that_keeps_silent_says_so_before_anybody_rings(phones_at_work: PhoneStack) -> None:
    """Any click allows sound, and the banner goes (A1)."""
    work = phones_at_work
    person = await work.person(ANNA_HZ, **ROUTED)
    await person.page.add_init_script(f"{{{SILENT_UNTIL_CLICKED}}}")
    await work.nobody_has_phone_of("Carla Mäkinen")  # to take it over would be a click
    await work.open(person, "Carla Mäkinen")
    banner = person.page.get_by_role("alert").filter(has_text="keeps this page silent")
    await expect(banner).to_be_visible()
    await banner.get_by_role("button", name="Allow sound").click()
    await expect(banner).to_be_hidden()
    assert person.faults == []


async def test_notes_that_were_there_are_kept_when_nobody_could_ask_for_them(phones_at_work: PhoneStack) -> None:
    """After a reload whose look-up fails, what is typed comes behind what the server has (K4)."""
    work = phones_at_work
    anna, call_id = await talking(work)
    notes, saved = anna.page.get_by_label("Notes"), anna.page.get_by_text("Saved", exact=True)
    await notes.fill("wants a refund")
    await expect(saved).to_be_visible()
    path = f"**/api/phone/calls/{call_id}"

    async def away(route: Route) -> None:
        await (route.abort() if route.request.method == "GET" else route.continue_())

    await anna.page.route(path, away)
    await anna.page.reload()
    await expect(state(anna.page)).to_have_text("Connected")
    await expect(notes).to_have_value("")
    await notes.fill("of 30 euros")
    await asyncio.sleep(1.5)
    await anna.page.unroute(path)
    await expect(notes).to_have_value("wants a refund\nof 30 euros")
    await expect(saved).to_be_visible()
    await anna.page.reload()
    await expect(notes).to_have_value("wants a refund\nof 30 euros")
    assert anna.faults == []


async def test_the_newest_of_two_saves_of_notes_comes_last(phones_at_work: PhoneStack) -> None:
    """The first one takes long; what was typed meanwhile waits for it (K4)."""
    work = phones_at_work
    anna, call_id = await talking(work)
    asked: list[str] = []
    saved: list[str] = []
    typed = asyncio.Event()

    async def slow_at_first(route: Route) -> None:
        if route.request.method != "PATCH":
            return await route.continue_()
        asked.append(json.loads(route.request.post_data or "")["notes"])
        notes = asked[-1]
        if len(asked) == 1:
            await typed.wait()
            await asyncio.sleep(SAVED_AFTER_S)
        await route.fulfill(response=await route.fetch())
        return saved.append(notes)

    await anna.page.route(f"**/api/phone/calls/{call_id}", slow_at_first)
    notes = anna.page.get_by_label("Notes")
    await notes.fill("one")
    await eventually(lambda: asked == ["one"])
    await notes.fill("one two")
    typed.set()
    await eventually(lambda: len(saved) == 2)
    await expect(anna.page.get_by_text("Saved", exact=True)).to_be_visible()
    await anna.page.reload()
    await expect(notes).to_have_value("one two")
    assert saved == ["one", "one two"]
    assert anna.faults == []


async def test_a_phone_whose_opening_was_not_answered_is_not_in_its_own_way(phones_at_work: PhoneStack) -> None:
    """The server has noted the claim, the answer is lost: the next try has the phone at once (A4)."""
    work = phones_at_work
    bjorn = await work.person(ANNA_HZ, **ROUTED)
    answers: list[int] = []

    async def lose_first(route: Route) -> None:
        answer = await route.fetch()
        answers.append(answer.status)
        await (route.abort() if len(answers) == 1 else route.fulfill(response=answer))

    await work.nobody_has_phone_of("Björn Lindqvist")
    await bjorn.page.route("**/api/phone/session", lose_first)
    await bjorn.page.goto(f"{work.app}/api/webphone/")
    await bjorn.page.get_by_role("button", name="Björn Lindqvist").click()
    await expect(bjorn.page.get_by_role("tab", name="Keypad")).to_be_visible()
    assert set(answers) == {201}


async def test_the_way_to_take_over_is_shown_again_after_a_fault(phones_at_work: PhoneStack) -> None:
    """A server that restarts while the phone waits for another one takes no button away (A4)."""
    work = phones_at_work
    carla = await work.person(ANNA_HZ, **ROUTED)
    is_away = False

    async def answer(route: Route) -> None:
        if json.loads(route.request.post_data or "")["takeOver"]:
            await route.continue_()
        elif is_away:
            await route.fulfill(status=503, json={"code": "unavailable"})
        else:
            await route.fulfill(status=409, json={"code": "phone-active-elsewhere", "takeOver": True})

    await carla.page.route("**/api/phone/session", answer)
    await carla.page.goto(f"{work.app}/api/webphone/")
    await carla.page.get_by_role("button", name="Carla Mäkinen").click()
    take_over = carla.page.get_by_role("button", name="Use the phone here")
    await expect(take_over).to_be_visible()
    is_away = True
    await expect(take_over).to_be_hidden()
    is_away = False
    await expect(take_over).to_be_visible()
    await take_over.click()
    await expect(carla.page.get_by_role("tab", name="Keypad")).to_be_visible()


async def test_the_microphone_is_closed_after_a_call_that_was_refused(phones_at_work: PhoneStack) -> None:
    """Its light goes out; nobody listens (A1)."""
    work = phones_at_work
    anna = await work.person(ANNA_HZ, **ROUTED)
    await anna.page.add_init_script(f"{{{MICROPHONES}}}")
    await work.open(anna, "Anna Virtanen")

    async def refuse(route: Route) -> None:
        await route.fulfill(status=403, json={"code": "call-refused"})

    await anna.page.route("**/api/phone/calls", refuse)
    await anna.page.get_by_label("Number", exact=True).fill("+358501112233")
    await anna.page.keyboard.press("Enter")
    await expect(anna.page.get_by_role("alert").filter(has_text=REFUSED)).to_be_visible()
    await anna.page.wait_for_function(
        "() => window.opened.length > 0 && window.opened.every((track) => track.readyState === 'ended')"
    )
    assert anna.faults == []


async def test_of_two_microphones_chosen_quickly_the_last_one_is_spoken_into(phones_at_work: PhoneStack) -> None:
    """Also while the first one is still being opened; muting in between counts, and no other one stays open (C8)."""
    work = phones_at_work
    anna = await work.person(ANNA_HZ, **ROUTED)
    await anna.page.add_init_script(f"{{{MICROPHONES}}}")
    await work.open(anna, "Anna Virtanen")
    call_id = await work.call(ANNA_NUMBER, Hz=CUSTOMER_HZ)
    await anna.page.get_by_role("button", name="Answer").click()
    await hear_each_other(work, anna, call_id)
    await anna.page.get_by_role("tab", name="Settings").click()
    choice = anna.page.get_by_label("Microphone", exact=True)
    await expect(choice.locator("option").nth(2)).to_be_attached()
    names = await choice.locator("option").all_inner_texts()
    spoken = await anna.page.evaluate_handle(SPOKEN_INTO)
    await anna.page.evaluate("() => (window.slowly = true)")
    for name in names[-2:]:
        await choice.select_option(label=name)
    await anna.page.wait_for_function(f"(name) => ({SPOKEN_INTO})().label === name", arg=names[-1])
    assert await spoken.evaluate("(track) => track.readyState") == "ended"
    live = "() => window.opened.filter((track) => track.readyState === 'live').map((track) => track.label)"
    assert await anna.page.evaluate(live) == [names[-1]]
    await work.customer_hears(call_id, ANNA_HZ)
    assert anna.faults == []


async def test_who_unmutes_while_the_voice_is_renewed_is_heard(phones_at_work: PhoneStack) -> None:
    """The new connection was begun muted (C2, K1)."""
    work = phones_at_work
    anna, call_id = await talking(work)
    await anna.page.get_by_role("button", name="Mute").click()
    await expect(state(anna.page)).to_have_text("Connected · muted")

    unmuted = asyncio.Event()

    async def slow(route: Route) -> None:
        await unmuted.wait()
        await route.continue_()

    await anna.page.route("**/media", slow)
    await anna.page.evaluate("() => dispatchEvent(new Event('online'))")
    await anna.page.wait_for_function("() => window.peers.length > 1")
    await anna.page.get_by_role("button", name="Unmute").click()
    await expect(state(anna.page)).to_have_text("Connected")
    unmuted.set()
    await anna.page.wait_for_function("() => window.peers.at(-1).connectionState === 'connected'")
    await hear_each_other(work, anna, call_id)
    assert anna.faults == []
