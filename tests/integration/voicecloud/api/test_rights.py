"""Who sees what: callbacks as the pool they belong to, private calls nobody but whose they are."""

import asyncio
from datetime import timedelta

import httpx
import pytest
import pytest_asyncio

from lab.people.customers import Behaviour
from shared.clock import from_iso
from tests.fixtures.voicecloud import CARLA, DAVID, SALES_LIST, SUPPORT_LIST, RunVoiceCloud, VoiceCloud
from voicecloud.organisation.model import Role, User
from voicecloud.records.model import Privacy
from voicecloud.users.rights import sees_row

SUPERVISOR, MEMBER = "anna.virtanen@aurorahome.example", "carla.makinen@aurorahome.example"
OWNER = "david.korhonen@aurorahome.example"
DAVIDS_NUMBER = "+35891001004"
PASSWORD = "local-password"


@pytest_asyncio.fixture
async def carla(voicecloud: VoiceCloud) -> httpx.AsyncClient:
    """A member of Support and Billing, not of Sales."""
    return await voicecloud.signed_in(MEMBER, PASSWORD)


async def test_callbacks_of_other_pools_are_closed_to_members(voicecloud: VoiceCloud, carla: httpx.AsyncClient) -> None:
    """Neither listed, read, changed, closed, made nor classified; nor do events of their list come."""
    sales = (await voicecloud.leave_callback(list_id=SALES_LIST))["Id"]
    support = (await voicecloud.leave_callback(list_id=SUPPORT_LIST))["Id"]
    row = f"/callbacks/{sales}"
    tag = {"TagSchemaId": "x", "TagSelections": [], "CallListItemId": sales}
    refused = [
        await carla.get("/callbacks", params={"ListId": SALES_LIST}),
        await carla.get(f"/callbacklists/{SALES_LIST}"),
        await carla.get(row),
        await carla.put(row, json={"Note": "x"}),
        await carla.post(f"{row}/close", json={"Note": "x"}),
        await carla.post("/callbacks", json={"ListId": SALES_LIST, "CallerNumber": "1"}),
        await carla.post("/classification/instance", json=tag),
        await carla.get("/classification/instance", params={"CallbackListItemId": sales}),
    ]
    assert [(one.status_code, one.json()["Code"]) for one in refused] == [(403, "foreign-callback-list")] * 8
    assert SALES_LIST not in {one["Id"] for one in (await carla.get("/callbacklists")).json()}
    own = f"/callbacks/{support}"
    assert (await carla.put(own, json={"Note": "called"})).status_code == 200
    assert (await carla.post(f"{own}/close", json={"Note": "done"})).json()["State"] == "Closed"


async def test_supervisors_do_not_see_private_calls(run_voicecloud: RunVoiceCloud) -> None:
    """Not as a row, by any window, nor their recording, transcript or tags; nor may they make them work."""
    async with run_voicecloud() as cloud:
        await cloud.store.telephony.staff.set_privacy_default(DAVID, Privacy.PRIVATE)
        call_id = await cloud.call(DAVIDS_NUMBER, Behaviour(1.0, 0.3))
        (row,) = await cloud.over(call_id)
        assert row["Privacy"] == "Private"
        anna, david = await cloud.signed_in(SUPERVISOR, PASSWORD), await cloud.signed_in(OWNER, PASSWORD)
        began = from_iso(row["TimeStamp"])
        times = (f"{began + timedelta(days=days):%Y-%m-%d %H:%M:%S}" for days in (-1, 1))
        day = {**dict(zip(("StartTime", "EndTime"), times, strict=True)), "UserIDs": DAVID}
        for query in ({"CallId": call_id}, day):
            assert (await anna.get("/calls", params=query)).json() == []
            assert [one["Id"] for one in (await david.get("/calls", params=query)).json()] == [row["Id"]]
        for kind in ("recordings", "transcripts"):
            path = f"/calls/{kind}/{row['RecordingIds'][0]}"
            assert (await anna.get(path)).status_code == 403
            assert (await david.get(path)).status_code == 200
        work = {"CallId": call_id, "Privacy": "Work"}
        assert (await anna.put(f"/calls/{row['Id']}/privacy", json=work)).status_code == 403
        assert (await david.put(f"/calls/{row['Id']}/privacy", json=work)).status_code == 200
        assert len((await anna.get("/calls", params={"CallId": call_id})).json()) == 1


async def test_nobody_uses_the_phone_of_another(voicecloud: VoiceCloud) -> None:
    """A supervisor arranges availability, but takes no calls, reads no live ones and sends nothing in their name."""
    anna = await voicecloud.signed_in(SUPERVISOR, PASSWORD)
    answers = await asyncio.gather(
        anna.get(f"/users/{DAVID}/phone"),
        anna.post(f"/users/{DAVID}/phone/session", json={"SessionId": "01a20640-3509-7000-9b84-2fd66a719f3f"}),
        anna.get(f"/token/{DAVID}/rte"),
        anna.post(f"/users/{DAVID}/features/cli/activate", json={"CallAsNumber": None}),
        anna.post(f"/users/{DAVID}/communication/sms", json={"TargetNumber": "+358401234567", "SmsText": "x"}),
    )
    assert [one.status_code for one in answers] == [403] * 5
    assert (await anna.post(f"/users/{DAVID}/availability", json={"EventTypeID": 1})).status_code == 201


@pytest.mark.parametrize(
    ("source", "status", "code"),
    [
        (None, 202, None),
        ("", 202, None),
        ("+35891001001", 202, None),
        ("09 1001 001", 202, None),
        ("+35891000100", 202, None),
        ("+35891001004", 400, "caller-number-not-allowed"),
        ("+35891000300", 400, "caller-number-not-allowed"),
        ("+358401234567", 400, "caller-number-not-allowed"),
        ("Mum", 400, "caller-number-not-allowed"),
        ("1" * 9_000, 400, "caller-number-not-allowed"),
        (112, 400, "field-type"),
    ],
)
async def test_a_message_comes_from_a_number_that_its_sender_may_show(
    voicecloud: VoiceCloud, source: object, status: int, code: str | None
) -> None:
    """Their own or one of their pools', in any spelling; never somebody else's (C4)."""
    anna = await voicecloud.signed_in(SUPERVISOR, PASSWORD)
    document = {"TargetNumber": "+358401234567", "SmsText": "x", "SourceNumber": source}
    answer = await anna.post("/users/me/communication/sms", json=document)
    assert (answer.status_code, answer.json().get("Code")) == (status, code)


def test_an_api_user_sees_what_its_users_may_see() -> None:
    """It acts for another system, whose rights count."""
    row = {"UserID": CARLA, "Privacy": "Private"}
    seen = {role: sees_row(User("x", "x", roles=(role,)), row) for role in Role}
    assert seen == {role: role is Role.API_USER for role in Role}
    assert sees_row(User(CARLA, "x"), row)
