"""Phone calls in the pages of the local Dynamics: their list, their form, the attempts of a callback request."""

from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Locator, Page, expect

from tests.fixtures.dynamics import ANNA, BJORN, MATTI, LocalDynamics

RECORDING = "https://voice.example/recordings/1"
RECORDED: dict[str, Any] = {
    "subject": "Incoming call from Matti",
    "directioncode": False,
    "phonenumber": "+358401234567",
    "actualstart": "2026-11-20T08:00:00Z",
    "actualend": "2026-11-20T08:03:05Z",
    "actualdurationminutes": 3,
    "voice_callid": "call-1",
    "voice_duration": 185,
    "voice_waittime": 41,
    "voice_arrivedon": "2026-11-20T07:59:19Z",
    "voice_firstansweredon": "2026-11-20T08:00:00Z",
    "voice_pool": "Sales Finland",
    "voice_terminal": "Web phone",
    "voice_result": "Answered",
    "voice_recording": RECORDING,
    "regardingobjectid_contact_phonecall@odata.bind": f"/contacts({MATTI})",
    "ownerid@odata.bind": f"/systemusers({ANNA})",
}


def party(role: int, navigation: str, address: str) -> dict[str, object]:
    return {"participationtypemask": role, f"partyid_{navigation}@odata.bind": address}


async def new_call(dynamics: LocalDynamics, **columns: object) -> str:
    call = str(uuid4())
    await dynamics.ok("PATCH", f"phonecalls({call})", columns, If_None_Match="*")
    return call


def section(page: Page, title: str) -> Locator:
    return page.locator("section").filter(has=page.get_by_role("heading", level=2, name=title, exact=True))


async def fields(part: Locator) -> dict[str, str]:
    titles, values = await part.locator("dt").all_inner_texts(), await part.locator("dd").all_inner_texts()
    return dict(zip(titles, values, strict=True))


async def test_calls_appear_by_themselves_newest_first(page: Page, dynamics: LocalDynamics) -> None:
    """With number, customer, length, owner and recording; callback requests are not among them."""
    await dynamics.ok("POST", "phonecalls", {"subject": "Callback Request", "voice_callbackid": "1"})
    await page.goto("/#calls")
    await expect(page.get_by_text("No phone calls yet")).to_be_visible()
    await new_call(dynamics, subject="Older", directioncode=True, actualdurationminutes=2)
    await new_call(dynamics, **{**RECORDED, "actualstart": "2026-11-23T08:00:01Z"})
    rows = page.get_by_role("row")
    await expect(rows).to_have_count(3)
    first, second = rows.nth(1), rows.nth(2)
    for text in ("Incoming call from Matti", "+358401234567", "Matti Meikäläinen", "3:05", "Anna Virtanen", "Open"):
        await expect(first).to_contain_text(text)
    for text in ("Older", "Withheld", "Not identified", "Outgoing", "2 min"):
        await expect(second).to_contain_text(text)
    link = first.get_by_role("link", name="Play recording of Incoming call from Matti")
    assert (await link.get_attribute("href"), await link.get_attribute("target")) == (RECORDING, "_blank")
    await expect(second.get_by_role("link", name="Play recording")).to_have_count(0)


async def test_the_form_of_a_call_says_what_is_known_of_it(page: Page, dynamics: LocalDynamics) -> None:
    """Every field that has a value, parties who are nobody in Dynamics too, and a recording that opens by itself."""
    unknown = {"participationtypemask": 1, "unresolvedpartyname": "Caller", "addressused": "+46701234567"}
    agents = [party(2, "systemuser", f"/systemusers({one})") for one in (ANNA, BJORN)]
    call = await new_call(dynamics, **RECORDED, phonecall_activity_parties=[unknown, *agents])
    await page.goto(f"/#activity/{call}")
    await expect(page.get_by_role("heading", level=1, name="Incoming call from Matti")).to_be_visible()
    shown = await fields(section(page, "Call"))
    assert shown["Call from"] == "Caller (+46701234567)"
    assert set(shown["Call to"].split("\n")) == {"Anna Virtanen", "Björn Lindqvist"}
    expected = {
        "Phone number": "+358401234567",
        "Regarding": "Matti Meikäläinen",
        "Direction": "Incoming",
        "Result": "Answered",
        "Duration": "3:05",
        "Pool": "Sales Finland",
        "Terminal": "Web phone",
        "Wait Time": "0:41",
        "Call Recording": "Play recording",
    }
    assert {name: shown[name] for name in expected} == expected
    assert {"Actual start", "Actual end", "Call Arrived At", "First Answered At"} <= shown.keys()
    await expect(section(page, "Callback")).to_have_count(0)
    await expect(section(page, "Callback attempts")).to_have_count(0)
    link = page.get_by_role("link", name="Play recording")
    assert (await link.get_attribute("href"), await link.get_attribute("target")) == (RECORDING, "_blank")
    await page.get_by_role("link", name="Phone calls").last.click()
    await expect(page.get_by_role("heading", level=1, name="Phone Calls")).to_be_visible()


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", ""])
async def test_a_call_that_little_is_known_of_shows_little(page: Page, dynamics: LocalDynamics, address: str) -> None:
    """Fields without a value are left out, and so is a recording whose address is not one of the web."""
    call = await new_call(dynamics, subject="By hand", directioncode=True, voice_recording=address)
    await page.goto(f"/#activity/{call}")
    await expect(section(page, "Call")).to_be_visible()
    assert (await fields(section(page, "Call"))).keys() == {"Call from", "Phone number", "Regarding", "Direction"}


async def test_a_callback_request_lists_its_attempts(page: Page, dynamics: LocalDynamics) -> None:
    """The latest first, with who called, the result and the agent's notes; each leads to its form and back."""
    request = await new_call(dynamics, subject="Callback Request", voice_callbackid="1", voice_requestcount=1)
    await page.goto(f"/#activity/{request}")
    await expect(page.get_by_text("Nobody has called back yet.")).to_be_visible()
    bind = {"voice_callbackrequest@odata.bind": f"/phonecalls({request})"}
    await dynamics.ok(
        "POST", "phonecalls", {**bind, "voice_result": "Busy", "description": "later"}, MSCRMCallerID=ANNA
    )
    dynamics.time.advance(60)
    await dynamics.ok("POST", "phonecalls", {**bind, "voice_result": "Answered"}, MSCRMCallerID=BJORN)
    attempts = section(page, "Callback attempts").get_by_role("row")
    await expect(attempts).to_have_count(3)
    for at, texts in ((1, ("Björn Lindqvist", "Answered")), (2, ("Anna Virtanen", "Busy", "later"))):
        for text in texts:
            await expect(attempts.nth(at)).to_contain_text(text)
    await attempts.nth(1).get_by_role("link").click()
    await expect(section(page, "Call")).to_contain_text("Answered")
    await page.get_by_role("link", name="Callback Request", exact=True).click()
    await expect(section(page, "Callback attempts")).to_be_visible()
