import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.dataverse.client import Dataverse
from shared.dataverse.model import Change
from shared.entra.tokens import TokenSource
from shared.errors import Conflict, InvalidInput, Misconfigured, Missing, Throttled, Unavailable, VoiceError

URL = "https://contoso.crm4.dynamics.com"
Answer = Callable[[httpx.Request], httpx.Response]


class Issued:
    """Hands out a new token each time it is asked."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, _resource: str) -> dict[str, Any]:
        self.count += 1
        return {"access_token": f"token-{self.count}", "expires_in": 3600}


class Environment:
    """A client, and what it asked."""

    def __init__(self, answer: Answer, url: str = URL) -> None:
        self.requests: list[httpx.Request] = []
        self._answer = answer
        issued = Issued()
        http = httpx.AsyncClient(transport=httpx.MockTransport(self._handle))
        self.client = Dataverse(url, TokenSource(lambda: issued), http)

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self._answer(request)


def always(status: int, document: object = None, **headers: str) -> Environment:
    return Environment(lambda _: httpx.Response(status, json=document, headers=headers))


def failed_batch(status: int, code: str, *, whole: int = 200) -> Environment:
    """A change set that failed, as one part of an answer whose own status is ``whole``."""
    error = json.dumps({"error": {"code": code, "message": "said so"}})
    lines = [
        "--b",
        "Content-Type: application/http",
        "Content-Transfer-Encoding: binary",
        "",
        f"HTTP/1.1 {status} Refused",
        "Content-Type: application/json",
        *(["Retry-After: 17"] if status == 429 else []),
        "",
        error,
        "--b--",
        "",
    ]
    headers = {"Content-Type": "multipart/mixed; boundary=b"}
    return Environment(lambda _: httpx.Response(whole, content="\r\n".join(lines).encode(), headers=headers))


CREATE = Change("PATCH", "phonecalls(1)", {"subject": "x"}, if_none_match="*")
CHANGE = Change("PATCH", "phonecalls(1)", {"subject": "x"}, if_match='W/"1"')


async def test_a_request_carries_what_the_web_api_asks_for() -> None:
    """Version, format and token go with every request; reading ones also say that nothing is cached."""
    environment = always(200, {"value": []})
    await environment.client.get("contacts", {"$filter": "telephone1 eq '+358401234567'"})
    (request,) = environment.requests
    assert request.headers["OData-Version"] == request.headers["OData-MaxVersion"] == "4.0"
    assert (request.headers["Authorization"], request.headers["If-None-Match"]) == ("Bearer token-1", "null")
    assert "%2B358401234567" in str(request.url)


@given(st.text())
async def test_any_text_in_a_query_arrives_as_it_was_given(text: str) -> None:
    """Plus, ampersand, hash and quotes in a filter are data and not syntax of the address."""
    environment = always(200, {})
    encodable = text.encode("utf-8", "replace").decode()
    await environment.client.get("contacts", {"$filter": encodable})
    assert dict(environment.requests[0].url.params) == {"$filter": encodable}


async def test_a_refused_token_is_renewed_once() -> None:
    """An expired token costs one more request; a second refusal is a misconfiguration."""
    refusals = [401]
    environment = Environment(lambda _: httpx.Response(refusals.pop() if refusals else 200, json={}))
    await environment.client.get("contacts")
    assert [one.headers["Authorization"] for one in environment.requests] == ["Bearer token-1", "Bearer token-2"]
    refused = always(401)
    with pytest.raises(Misconfigured, match="dataverse-unauthorised"):
        await refused.client.get("contacts")
    assert len(refused.requests) == 2


async def test_after_429_nothing_is_sent_until_the_pause_is_over() -> None:
    """The first to be throttled stops all of them."""
    environment = always(429, {"error": {"code": "0x80072322"}}, **{"Retry-After": "17"})
    for _ in range(3):
        with pytest.raises(Throttled) as throttled:
            await environment.client.get("contacts")
        assert 16 < throttled.value.retry_after_s <= 17
    assert len(environment.requests) == 1


async def test_a_throttled_part_of_a_batch_closes_the_gate_too() -> None:
    """Limits may be reached within a batch."""
    environment = failed_batch(429, "0x80072322")
    for _ in range(2):
        with pytest.raises(Throttled):
            await environment.client.transact([CREATE])
    assert len(environment.requests) == 1


@pytest.mark.parametrize("whole", [200, 400, 412])
@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (412, "0x80060892", "dataverse-exists"),
        (412, "", "dataverse-exists"),
        (400, "0x80040237", "dataverse-exists"),
        (404, "0x80040217", "dataverse-missing"),
        (400, "0x80060888", "dataverse-refused"),
    ],
)
async def test_a_failed_change_set_means_what_its_part_says(status: int, code: str, expected: str, whole: int) -> None:
    """Whether the answer as a whole is a success or bears the failure's status, the part that failed counts."""
    with pytest.raises(VoiceError) as refused:
        await failed_batch(status, code, whole=whole).client.transact([CREATE])
    assert refused.value.code == expected


async def test_a_failed_condition_is_told_by_what_was_asked() -> None:
    """412 often has no code: who named a version lost to another change, who wanted to create finds the row there."""
    without_code = always(412, {"error": {"code": "", "message": ""}})
    with pytest.raises(Conflict, match="dataverse-changed"):
        await without_code.client.update("phonecalls(1)", {}, if_match='W/"1"')
    with pytest.raises(Conflict, match="dataverse-changed"):
        await failed_batch(412, "").client.transact([CHANGE])
    with pytest.raises(Conflict, match="dataverse-exists"):
        await failed_batch(412, "").client.transact([CREATE, CHANGE])


@pytest.mark.parametrize("status", [301, 302, 304, 408, 500, 502, 503])
async def test_only_success_counts_as_success(status: int) -> None:
    """A redirect to a sign-in page changed nothing, and neither did a time-out on the way."""
    with pytest.raises(Unavailable, match="dataverse-unavailable"):
        await always(status).client.update("phonecalls(1)", {"subject": "x"})


@pytest.mark.parametrize(
    "error", [httpx.ReadTimeout, httpx.ConnectError, httpx.RemoteProtocolError, httpx.DecodingError]
)
async def test_whatever_breaks_on_the_way_is_unavailable(error: type[httpx.RequestError]) -> None:
    """Time-outs, refused connections and broken answers are all worth another try."""

    def broken(_request: httpx.Request) -> httpx.Response:
        raise error("broken")

    with pytest.raises(Unavailable, match="dataverse-unavailable"):
        await Environment(broken).client.get("contacts")


@pytest.mark.parametrize("document", [None, [], "text", {}, {"UserId": "no guid", "OrganizationId": "x"}])
async def test_an_answer_without_what_it_should_hold_is_unavailable(document: object) -> None:
    """An answer of something else at the address is not mistaken for Dataverse's."""
    with pytest.raises(Unavailable, match="dataverse-unavailable"):
        await always(200, document).client.who_am_i()
    with pytest.raises(Unavailable, match="dataverse-unavailable"):
        await always(200, document).client.changes("contacts", ["contactid"], None, 5000)


async def test_a_batch_answered_in_part_is_unavailable() -> None:
    """Fewer answers than changes: nobody knows what was done, so it is tried again."""
    environment = Environment(
        lambda _: httpx.Response(200, content=b"--b--\r\n", headers={"Content-Type": "multipart/mixed; boundary=b"})
    )
    with pytest.raises(Unavailable, match="dataverse-unavailable"):
        await environment.client.transact([CREATE])


async def test_changes_are_rows_and_deletions() -> None:
    """Deleted rows come among the others, known by their context."""
    deleted = {
        "@odata.context": f"{URL}/api/data/v9.2/$metadata#contacts/$deletedEntity",
        "id": "b",
        "reason": "deleted",
    }
    page = {"value": [{"contactid": "a"}, deleted], "@odata.deltaLink": f"{URL}/delta"}
    environment = always(200, page)
    found = await environment.client.changes("contacts", ["contactid", "fullname"], None, 5000)
    assert (found.records, found.deleted_ids) == ([{"contactid": "a"}], ["b"])
    assert (found.next_link, found.delta_link) == (None, f"{URL}/delta")
    (request,) = environment.requests
    assert request.headers["Prefer"] == "odata.track-changes, odata.maxpagesize=5000"
    assert request.url.params["$select"] == "contactid,fullname"


@pytest.mark.parametrize(("status", "code"), [(410, ""), (400, "0x80044352"), (404, "")])
async def test_a_link_without_history_is_expired(status: int, code: str) -> None:
    """However Dataverse says that it cannot go on from a link, the answer is to begin again."""
    environment = always(status, {"error": {"code": code, "message": ""}})
    with pytest.raises(Missing, match="delta-expired"):
        await environment.client.changes("contacts", ["contactid"], f"{URL}/api/data/v9.2/contacts?$deltatoken=1", 5000)


async def test_the_link_of_another_environment_is_expired_and_never_followed() -> None:
    """After a move to another environment the old one gets no token of the new, and its customers are not kept."""
    environment = always(200, {"value": []})
    with pytest.raises(Missing, match="delta-expired"):
        await environment.client.changes("contacts", ["contactid"], "https://fabrikam.crm4.dynamics.com/delta", 5000)
    assert environment.requests == []


async def test_a_table_that_is_not_there_is_a_misconfiguration() -> None:
    """Beginning again would not help where there is nothing to read."""
    absent = {"error": {"code": "0x80060888", "message": "Resource not found for the segment 'leads'."}}
    with pytest.raises(Misconfigured, match=r"dataverse-table-missing: .*leads"):
        await always(404, absent).client.changes("leads", ["leadid"], None, 5000)


async def test_a_number_that_dataverse_quotes_is_not_passed_on() -> None:
    """Messages reach logs and dead letters; telephone numbers do not. Ids stay readable."""
    said = "Value '+358401234567' or 040 123 4567 of 5f0a2b40-1234-4567-8901-123456789012, code 0x80040203"
    with pytest.raises(InvalidInput) as refused:
        await always(400, {"error": {"code": "0x1", "message": said}}).client.get("contacts")
    assert refused.value.message.endswith("Value '…' or … of 5f0a2b40-1234-4567-8901-123456789012, code 0x80040203")
