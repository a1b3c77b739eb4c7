import json
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest

from shared.enreach.client import Enreach
from shared.enreach.transport import Transport
from shared.errors import InvalidInput, Misconfigured, Missing, Throttled, Unavailable

ROW = {
    "Id": "c1",
    "ListId": "L1",
    "State": "Open",
    "CallerNumber": "+358401234567",
    "CreatedTime": "2026-11-22T08:00:00Z",
}


def client(answer: Callable[[httpx.Request], httpx.Response], **options: str) -> Enreach:
    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return Enreach(Transport(http, username="api@x.example", **{"url": "http://cloud", "secret_key": "k", **options}))


async def test_open_callbacks_are_asked_for_as_the_api_wants_it() -> None:
    """Times in the query are UTC with a space, and only the documented parameters are sent."""
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json=[ROW])

    found = await client(answer).callbacks("L1", datetime(2026, 11, 22, 7, 0, tzinfo=UTC), 50)
    assert ([one.id for one in found.callbacks], found.unreadable, found.full) == (["c1"], 0, False)
    query = {"ListId": "L1", "State": "Open", "CreatedAfter": "2026-11-22 07:00:00", "MaxCount": "50"}
    assert dict(asked[0].url.params) == query
    assert asked[0].headers["X-Json-Serializer"] == "2"


async def test_the_client_finds_its_way_in_by_discovery_and_password() -> None:
    """With a discovery address and a password only, the client finds the API, gets a key and uses it."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "discover":
            return httpx.Response(200, json=[{"apiEndpoint": "http://cloud/"}])
        if request.url.path.startswith("/authuser/"):
            assert json.loads(request.content) == {"UserName": "api@x.example", "Password": "pw"}
            return httpx.Response(200, json={"UserID": "u1", "SecretKey": "fresh"})
        basic = httpx.BasicAuth("api@x.example", "fresh")
        expected = next(basic.auth_flow(httpx.Request("GET", "http://cloud")))
        allowed = request.headers.get("Authorization") == expected.headers["Authorization"]
        return httpx.Response(200, json={"Id": "u1"}) if allowed else httpx.Response(401)

    options = {"url": "", "discovery_url": "http://discover/api/user", "secret_key": "", "password": "pw"}
    assert await client(answer, **options).me() == "u1"


async def test_a_refused_key_is_renewed_once_by_password() -> None:
    """An expired key is replaced where a password allows it, and not again and again."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return (
            httpx.Response(200, json={"SecretKey": "also old"})
            if "authuser" in request.url.path
            else httpx.Response(401)
        )

    with pytest.raises(Misconfigured, match="voicecloud-unauthorised"):
        await client(answer, password="pw").me()
    assert asked == ["/users/me", "/authuser/api@x.example/", "/users/me"]


@pytest.mark.parametrize(
    ("response", "code"),
    [
        (httpx.Response(401), "voicecloud-unauthorised"),
        (httpx.Response(403), "voicecloud-forbidden"),
        (httpx.Response(404), "voicecloud-missing"),
        (httpx.Response(429, headers={"Retry-After": "9"}), "voicecloud-throttled"),
        (httpx.Response(503), "voicecloud-unavailable"),
        (httpx.Response(200, text="<html>"), "voicecloud-malformed"),
        (httpx.Response(200, json={"Id": "c1"}), "voicecloud-malformed"),
    ],
)
async def test_each_answer_has_one_meaning(response: httpx.Response, code: str) -> None:
    """Whatever the voice cloud answers becomes one of our errors, which says whether another try helps."""
    with pytest.raises((Misconfigured, Missing, Throttled, Unavailable)) as raised:
        await client(lambda _: response).callback("c1")
    assert raised.value.code == code


@pytest.mark.parametrize("answer", [None, [], "text", {}, [{}], {"Id": "c1", "ListId": "L1", "State": "Open"}])
async def test_an_answer_of_another_shape_is_malformed(answer: object) -> None:
    """Whatever JSON comes instead of what the API gives, each method says so in the same way."""
    anything = client(lambda _: httpx.Response(200, json=answer))
    with pytest.raises(Unavailable, match="voicecloud-malformed"):
        await anything.callback("c1")
    if not isinstance(answer, dict) or "Id" not in answer:
        with pytest.raises(Unavailable, match="voicecloud-malformed"):
            await anything.me()
    if answer != []:
        with pytest.raises(Unavailable, match="voicecloud-malformed"):
            await anything.callback_lists()
    if not isinstance(answer, list):
        with pytest.raises(Unavailable, match="voicecloud-malformed"):
            await anything.callbacks("L1", datetime(2026, 11, 22, tzinfo=UTC), 1)


async def test_a_row_that_cannot_be_read_does_not_hide_the_others() -> None:
    """What lacks its time or is no callback at all is counted, the rest of the list is there."""
    rows = [{**ROW, "CreatedTime": None}, ROW, "nonsense", {**ROW, "Id": "c2"}]
    page = await client(lambda _: httpx.Response(200, json=rows)).callbacks("L1", datetime(2026, 11, 22, tzinfo=UTC), 4)
    assert ([one.id for one in page.callbacks], page.unreadable, page.full) == (["c1", "c2"], 2, True)


async def test_texts_that_no_encoding_carries_are_made_whole() -> None:
    """Half a surrogate pair or a control character in a note stops nobody."""
    row = json.dumps({**ROW, "Note": "call \ud83d me\u0000"})
    headers = {"Content-Type": "application/json"}
    callback = await client(lambda _: httpx.Response(200, text=row, headers=headers)).callback("c1")
    assert callback.note == "call \N{REPLACEMENT CHARACTER} me"


async def test_a_callback_deleted_before_it_was_closed_is_closed() -> None:
    """What is gone from the voice cloud waits for nobody any more."""
    await client(lambda _: httpx.Response(404)).close_callback("c1", "Handled by D365")


@pytest.mark.parametrize("wrong", [{"CreatedTime": "soon"}, {"CreatedTime": None}, {"CreatedTime": 7}])
async def test_a_callback_without_its_time_is_malformed(wrong: dict[str, object]) -> None:
    """The age limit cannot be applied to a callback nobody knows the age of."""
    with pytest.raises(Unavailable, match="voicecloud-malformed"):
        await client(lambda _: httpx.Response(200, json={**ROW, **wrong})).callback("c1")


@pytest.mark.parametrize("status", [301, 302, 304, 408, 500])
async def test_only_success_counts_as_closed(status: int) -> None:
    """A redirect to a sign-in page closed nothing."""
    with pytest.raises(Unavailable, match="voicecloud-unavailable"):
        await client(lambda _: httpx.Response(status)).close_callback("c1", "Handled by D365")


@pytest.mark.parametrize("state", ["Open", "Closed"])
async def test_a_refused_close_is_fine_when_the_callback_is_closed(state: str) -> None:
    """An API that refuses to close twice has done what was wanted; any other refusal stands."""

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(409) if request.method == "POST" else httpx.Response(200, json={**ROW, "State": state})

    closing = client(answer).close_callback("c1", "Handled by D365")
    if state == "Closed":
        await closing
        return
    with pytest.raises(InvalidInput, match="voicecloud-refused"):
        await closing


@pytest.mark.parametrize("documents", [[], [{}], "text", 7])
async def test_a_discovery_that_finds_nothing_differs_from_nonsense(documents: object) -> None:
    """An empty list is an unknown user; anything else that is no endpoint is no answer."""
    lost = client(lambda _: httpx.Response(200, json=documents), url="", discovery_url="http://discover")
    unknown = not documents
    expected, code = (Misconfigured, "unauthorised") if unknown else (Unavailable, "malformed")
    with pytest.raises(expected, match=f"voicecloud-{code}"):
        await lost.me()


async def test_nothing_is_read_of_a_call_that_is_not_work() -> None:
    """Who called whom stays at the voice cloud, also where the row does not say what it is (H3)."""
    row = {"Id": "r", "CallID": "c", "TimeStamp": "2026-11-22T08:00:00Z", "ANum": "+358401234567", "BNum": "+35891"}
    rows = [{**row, "CallTypeString": "DirectCall", **privacy} for privacy in ({}, {"Privacy": "Private"})]
    rows.append({**row, "CallTypeString": "ServiceCall"})
    found = await client(lambda _: httpx.Response(200, json=rows)).calls_of("c")
    assert [(one.is_work, one.a_number) for one in found] == [(False, ""), (False, ""), (True, "+358401234567")]


async def test_a_member_of_a_pool_is_the_same_in_capitals() -> None:
    """Ids from Dynamics are in small letters, the voice cloud may write GUIDs in capitals."""

    def answer(request: httpx.Request) -> httpx.Response:
        agents = [{"UserId": "A0B1", "Active": True}, {"UserId": "A0B2", "Active": False}]
        return httpx.Response(200, json=agents if request.url.path.endswith("/agents") else [{"Id": "Q1"}])

    active = [[pool.is_active for pool in await client(answer).pools_of(user)] for user in ("a0b1", "a0b2")]
    assert active == [[True], [False]]
