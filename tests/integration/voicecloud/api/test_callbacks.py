"""Callbacks over the API."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.fixtures.voicecloud import SALES_LIST, SUPPORT_LIST, RunVoiceCloud, VoiceCloud
from voicecloud.api.query import TIME_FORMAT

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


async def test_lists_are_named(voicecloud: VoiceCloud) -> None:
    """The configured lists are there, one by one too."""
    lists = (await voicecloud.client.get("/callbacklists")).json()
    assert {one["Name"] for one in lists} == {"Sales callbacks", "Support callbacks", "Billing callbacks"}
    assert (await voicecloud.client.get(f"/callbacklists/{SALES_LIST}")).json()["Name"] == "Sales callbacks"


@pytest.mark.parametrize(
    ("number", "kept"),
    [("+358401234567", "+358401234567"), ("", ""), ("040 12", "04012"), ("call me", ""), ("+358 40 123", "+35840123")],
)
async def test_numbers_are_kept_in_one_spelling(voicecloud: VoiceCloud, number: str, kept: str) -> None:
    """A short number stays short, and what is no number is none, as where it is withheld."""
    left = await voicecloud.leave_callback(number)
    assert (await voicecloud.client.get(f"/callbacks/{left['Id']}")).json()["CallerNumber"] == kept


async def test_listing_by_time_state_and_list(run_voicecloud: RunVoiceCloud) -> None:
    """Listing gives one list's callbacks of a state within a time window, oldest first, and no more than asked."""
    now = NOON
    async with run_voicecloud(clock=lambda: now) as cloud:
        ids = []
        for minute in range(4):
            now = NOON + timedelta(minutes=minute)
            ids.append((await cloud.leave_callback())["Id"])
        await cloud.leave_callback(list_id=SUPPORT_LIST)
        await cloud.client.post(f"/callbacks/{ids[3]}/close", json={"Note": "done"})

        async def listed(**query: str) -> list[str]:
            answer = await cloud.client.get("/callbacks", params={"ListId": SALES_LIST, **query})
            return [row["Id"] for row in answer.json()]

        after = (NOON + timedelta(minutes=1)).strftime(TIME_FORMAT)
        before = (NOON + timedelta(minutes=2)).strftime(TIME_FORMAT)
        assert await listed() == ids
        assert await listed(State="Open") == ids[:3]
        assert await listed(State="Closed") == ids[3:]
        assert await listed(State="Open", CreatedAfter=after) == ids[1:3]
        assert await listed(CreatedAfter=after, CreatedBefore=before) == ids[1:2]
        assert await listed(MaxCount="2") == ids[:2]


async def test_closing_is_idempotent(voicecloud: VoiceCloud) -> None:
    """The second close is answered with the row as the first one left it."""
    left = await voicecloud.leave_callback()
    first = await voicecloud.client.post(f"/callbacks/{left['Id']}/close", json={"Note": "Handled by D365"})
    again = await voicecloud.client.post(f"/callbacks/{left['Id']}/close", json={"Note": "Somebody else"})
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert first.json()["State"] == "Closed"
    assert first.json()["CloseNote"] == "Handled by D365"
    assert first.json()["ClosedBy"] == "voice-api@aurorahome.example"


async def test_ten_closes_at_once_close_once(voicecloud: VoiceCloud) -> None:
    """Concurrent closes agree on one of them."""
    left = await voicecloud.leave_callback()
    path = f"/callbacks/{left['Id']}/close"
    answers = await asyncio.gather(*(voicecloud.client.post(path, json={"Note": str(n)}) for n in range(10)))
    assert {one.status_code for one in answers} == {200}
    assert len({one.json()["CloseNote"] for one in answers}) == 1


async def test_a_note_is_changed_until_closing(voicecloud: VoiceCloud) -> None:
    """An open callback's note can be replaced, a closed one's not."""
    path = f"/callbacks/{(await voicecloud.leave_callback())['Id']}"
    assert (await voicecloud.client.put(path, json={"Note": "rather tomorrow"})).json()["Note"] == "rather tomorrow"
    await voicecloud.client.post(f"{path}/close")
    refused = await voicecloud.client.put(path, json={"Note": "too late"})
    assert (refused.status_code, refused.json()["Code"]) == (409, "callback-closed")


@pytest.mark.parametrize(
    ("method", "path", "content", "code"),
    [
        ("GET", "/callbacks", "", "field-missing"),
        ("GET", "/callbacks?ListId=none", "", "callback-list-unknown"),
        ("GET", f"/callbacks?ListId={SALES_LIST}&CreatedAfter=yesterday", "", "query-time"),
        ("GET", f"/callbacks?ListId={SALES_LIST}&MaxCount=-1", "", "query-number"),
        ("GET", f"/callbacks?ListId={SALES_LIST}&State=Maybe", "", "field-value"),
        ("GET", "/callbacks/none", "", "callback-unknown"),
        ("POST", "/callbacks", "{", "malformed-json"),
        ("POST", "/callbacks", "[1]", "malformed-json"),
        ("POST", "/callbacks", '{"CallerNumber": "+358401234567"}', "field-missing"),
        ("POST", "/callbacks", f'{{"ListId": "{SALES_LIST}", "CallerNumber": 1}}', "field-type"),
        ("POST", "/callbacks", f'{{"ListId": "{SALES_LIST}", "CallerNumber": "{"1" * 65}"}}', "callback-too-long"),
        ("POST", "/callbacks/none/close", '{"Note": "x"}', "callback-unknown"),
    ],
)
async def test_bad_input_is_named(voicecloud: VoiceCloud, method: str, path: str, content: str, code: str) -> None:
    """What cannot be understood is refused with a code that says what is wrong."""
    answer = await voicecloud.client.request(method, path, content=content or None)
    assert answer.json()["Code"] == code
    assert answer.status_code == answer.json()["Status"] in {400, 404}


async def test_callbacks_survive_a_restart(run_voicecloud: RunVoiceCloud) -> None:
    """What was answered with 201 is there in the next run, and so are the secret keys."""
    async with run_voicecloud() as first:
        left = await first.leave_callback()
        auth = first.client.auth
    async with run_voicecloud() as second:
        found = await second.client.get(f"/callbacks/{left['Id']}", auth=auth)
        assert found.json() == left
