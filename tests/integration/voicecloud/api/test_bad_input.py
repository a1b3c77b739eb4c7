"""What clients get wrong: each mistake has a clear answer and leaves nothing behind."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from lab.control.api import ROUTES as CONTROL
from tests.fixtures.voicecloud import CARLA, CUSTOMER, DAVID, SALES, SALES_LIST, RunVoiceCloud, VoiceCloud
from voicecloud.api.queues import READ_ONLY
from voicecloud.app import ROUTES
from voicecloud.organisation.codec import encode
from voicecloud.routing.model import Pool

NOBODY = "01a20640-3509-7000-9b84-2fd66a719f3f"
CALLBACK = {"ListId": SALES_LIST, "CallerNumber": CUSTOMER}
SCRIPT = {"PatienceS": 0.0, "TalkS": 0.0, "Answer": "usual", "AnswerAfterS": 0.0}
BODIES: dict[str, dict[str, Any]] = {
    "/callbacks": CALLBACK | {"Note": "", "Reason": "Manual", "QueueId": SALES, "QueueName": "Sales", "CallId": NOBODY},
    "/callbacks/{id}": {"Note": ""},
    "/callbacks/{id}/close": {"Note": ""},
    "/calls/{row}/privacy": {"CallId": NOBODY, "Privacy": "Work"},
    "/classification/instance": {
        "TagSchemaId": "76000000-0000-4000-8000-000000000001",
        "TagSelections": [{"TagId": 1}],
        "ClassifiedType": "DirectCall",
        "CallId": NOBODY,
        "CallListItemId": NOBODY,
        "Note": "",
    },
    "/users/{user}/availability": {
        "EventTypeID": 1,
        "Note": "",
        "EventSource": "",
        "StartTime": "2026-11-01T08:00:00Z",
        "EndTime": "2099-11-01T08:00:00Z",
    },
    "/users/{user}/status": {"ServiceCallsAccepted": True},
    "/users/{user}/features/cli/activate": {"CallAsNumber": "+35891001003"},
    "/users/{user}/communication/sms": {"TargetNumber": CUSTOMER, "SmsText": "hello", "SourceNumber": ""},
    "/queues/{queue}/agents/{user}": {"Active": True, "SkillLevel": 1},
    "/queues/{queue}/settings": {name: value for name, value in encode(Pool("", "")).items() if name not in READ_ONLY},
    "/prompts/{id}": {"Name": "a", "Text": "b"},
    "/authuser/{username}": {"UserName": "a", "Password": "b"},
    "/api/user": {"user": "a"},
    "/control/api/callbacks": CALLBACK,
    "/control/api/calls": {"Number": "+35891001004", "From": CUSTOMER, **SCRIPT},
    "/control/api/agents/{user}/calls": {"Number": CUSTOMER, "Terminal": "mobile", "CallerNumber": None, **SCRIPT},
    "/control/api/agents/{user}/terminal": {"Terminal": "desk", "AnswerFromS": 0.0, "AnswerToS": 0.1},
    "/control/api/calls/{call}/transfer": {"User": CARLA, "To": "+35891000100", "Consult": False},
    "/control/api/calls/{call}/keys": {"Key": "1"},
    "/control/api/agents/{user}": {"Profile": "Lunch", "CallPrivacyDefault": "Work"},
    "/control/api/traffic": {"CallsPerHour": 0},
}
"""A body that each route understands."""

ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 10**40, 1.5, "", "x" * 40_000, "\u202e/\\#?%", [], {}, [[]], {"a": []}),
    *("0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00", "+999999999999999999"),
)
PLACES = {"user": CARLA, "queue": SALES, "id": NOBODY, "row": NOBODY, "call": NOBODY, "username": "a"}
QUERIES = {
    "/calls": ("StartTime", "EndTime", "ModifiedAfter", "ModifiedBefore", "CallId", "UserIDs", "MaxCount"),
    "/servicecall": ("StartTime", "EndTime", "MaxCount"),
    "/callbacks": ("ListId", "State", "CreatedAfter", "CreatedBefore", "MaxCount"),
    "/queues": ("OnlyForUser",),
    "/directory/default": ("Number", "EntryTypes", "MaxCount", "Search"),
    "/classification/instance": ("CallId", "CallbackListItemId"),
    "/calls/recordings/x/audio": ("token",),
    "/api/user": ("user",),
}
READ_AGAIN = (
    *("/queues", f"/queues/{SALES}/settings", f"/queues/{SALES}/agents", "/users", "/prompts", "/control/api/state"),
    *(f"/callbacks?ListId={SALES_LIST}", f"/users/{CARLA}/status", f"/users/{CARLA}/availability/current"),
)
WRITING = [route for route in (*ROUTES, *CONTROL) if route.path in BODIES and route.method in {"POST", "PUT"}]


def changed(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The body with each field replaced by each odd value, and without it."""
    for name, odd in itertools.product(body, ODD):
        yield {**body, name: odd}
    for name in body:
        yield {other: value for other, value in body.items() if other != name}


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, str(answer.json()["Code"])


@pytest.mark.parametrize("route", WRITING, ids=lambda route: f"{route.method} {route.path}")
async def test_nothing_a_client_sends_is_our_failure(run_voicecloud: RunVoiceCloud, route: Any) -> None:
    """Any field may hold anything: it is taken or refused, and what was taken can be read again, also
    after a restart."""
    path = route.path.format(**PLACES)
    async with run_voicecloud(rate_limit_per_minute=0) as cloud:
        for body in changed(BODIES[route.path]):
            answer = await cloud.client.request(route.method, path, json=body)
            assert answer.status_code < 500, (body, answer.text)
        for read in READ_AGAIN:
            assert (await cloud.client.get(read)).status_code == 200
    async with run_voicecloud() as cloud:
        assert (await cloud.client.get("/health")).status_code == 200


@pytest.mark.parametrize("route", WRITING, ids=lambda route: f"{route.method} {route.path}")
@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ('{"Note": "\\ud83d"}', "text-characters"),
        ('{"\\udc00": 1}', "text-characters"),
        ('{"Note": {"a": ["b\\u0000"]}}', "text-characters"),
        ('{"Note": ', "malformed-json"),
        ('{"Note": NaN}', "malformed-json"),
        ("[]", "malformed-json"),
        ("[" * 5_000, "malformed-json"),
    ],
)
async def test_bodies_that_cannot_be_kept_are_refused(
    voicecloud_shared: VoiceCloud, route: Any, text: str, refusal: str
) -> None:
    """Half a surrogate pair, NUL and broken JSON are refused alike by every route, of the control page too."""
    path = route.path.format(**PLACES)
    answer = await voicecloud_shared.client.request(route.method, path, content=text)
    assert code(answer) == (400, refusal)


async def test_bytes_that_are_no_text_are_refused(voicecloud: VoiceCloud) -> None:
    """A body in no or in another encoding than it says."""
    for content, kind in ((b"\xff\xfe\xfd", "application/json"), (b'{"a":"\xe4"}', "application/json; charset=utf-8")):
        answer = await voicecloud.client.post("/callbacks", content=content, headers={"Content-Type": kind})
        assert code(answer) == (400, "malformed-json")


async def test_text_refused_is_not_stored(voicecloud: VoiceCloud) -> None:
    """A callback with half a character does not come to be, and the list can be read."""
    body = json.dumps(CALLBACK | {"Note": "\ud83d"})
    assert code(await voicecloud.client.post("/callbacks", content=body)) == (400, "text-characters")
    assert (await voicecloud.client.get("/callbacks", params={"ListId": SALES_LIST})).json() == []


async def test_what_is_stored_already_can_be_read(voicecloud: VoiceCloud) -> None:
    """A text from before, with half a character in it, does not hide the rest of the list."""
    user = voicecloud.store.directory.users[DAVID]
    voicecloud.store.directory.users[DAVID] = type(user)(**{**vars(user), "first_name": "Da\ud83dvid"})
    names = [one["FirstName"] for one in (await voicecloud.client.get("/users")).json()]
    assert "Da?vid" in names


@pytest.mark.parametrize("path", QUERIES)
async def test_queries_of_any_kind_are_answered(voicecloud_shared: VoiceCloud, path: str) -> None:
    """Parameters may hold anything too."""
    odd = (
        "",
        "\x00",
        "%",
        "9" * 5_000,
        "-1",
        "²",
        "٣",
        "0001-01-01 00:00:00",
        "9999-12-31T23:59:59-23:00",
        "\u202e",
        ",",
    )
    for name, value in itertools.product(QUERIES[path], odd):
        answer = await voicecloud_shared.client.get(path, params={"ListId": SALES_LIST} | {name: value})
        assert answer.status_code < 500, (name, value, answer.text)


@pytest.mark.parametrize(
    ("method", "path", "wanted"),
    [
        ("GET", f"/users/{NOBODY}", "user-unknown"),
        ("GET", f"/users/{NOBODY}/status", "user-unknown"),
        ("GET", f"/users/{NOBODY}/availability/current", "user-unknown"),
        ("GET", f"/queues/{NOBODY}", "queue-unknown"),
        ("GET", f"/queues/{NOBODY}/agents", "queue-unknown"),
        ("PUT", f"/queues/{SALES}/agents/{NOBODY}", "user-unknown"),
        ("GET", f"/callbacks/{NOBODY}", "callback-unknown"),
        ("POST", f"/callbacks/{NOBODY}/close", "callback-unknown"),
        ("GET", f"/callbacklists/{NOBODY}", "callback-list-unknown"),
        ("GET", f"/callbacks?ListId={NOBODY}", "callback-list-unknown"),
        ("GET", f"/calls/recordings/{NOBODY}", "recording-unknown"),
        ("GET", f"/calls/transcripts/{NOBODY}", "recording-unknown"),
        ("GET", f"/classification/schemas/{NOBODY}", "schema-unknown"),
        ("GET", f"/directory/{NOBODY}", "directory-unknown"),
        ("GET", f"/prompts/{NOBODY}/audio", "prompt-unknown"),
        ("POST", f"/control/api/calls/{NOBODY}/hangup", "call-unknown"),
        ("GET", "/no/such/path", "not-found"),
        ("GET", "/users/%00", "user-unknown"),
        ("GET", "/callbacks/%00", "row-key"),
        ("GET", "/calls/recordings/a%2Fb", "row-key"),
    ],
)
async def test_unknown_ids_are_named(voicecloud_shared: VoiceCloud, method: str, path: str, wanted: str) -> None:
    """Something that is not there is 404 with a code that says what."""
    answer = await voicecloud_shared.client.request(method, path, json={} if method != "GET" else None)
    assert code(answer) == ((400 if wanted == "row-key" else 404), wanted)
