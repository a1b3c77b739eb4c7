"""What strangers and neighbours may send: every door takes the same documents and bounds the same figures (K2)."""

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.fixtures.functions_host import RunningHost
from tests.fixtures.live_phone import LivePhones
from tests.fixtures.world import World

HOSTILE = [b"[" * 50_000, b"\xff\xfe\x00", b'{"a": NaN}', b"1" * 5000, b"", b'{"a":' * 2000 + b"1" + b"}" * 2000]


def presence_context(moment: str) -> dict[str, Any]:
    """A change of an agent's status as Dynamics posts it."""
    attributes = [
        {"key": "msdyn_agentid", "value": {"Id": str(uuid4())}},
        {"key": "msdyn_presencemodifiedon", "value": moment},
    ]
    return {
        "OperationId": str(uuid4()),
        "InputParameters": [{"key": "Target", "value": {"Attributes": attributes}}],
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
async def test_both_webhooks_take_json_in_every_encoding(app: RunningHost, world: World, encoding: str) -> None:
    """JSON with a byte order mark is read too."""
    token = {"X-Benemen-Token": world.environ["VOICECLOUD_WEBHOOK_TOKEN"]}
    event = json.dumps({"EventType": "Nothing", "EntityId": "Ö"}).encode(encoding)
    context = json.dumps(presence_context("/Date(1764489600000)/")).encode(encoding)
    table = {"x-ms-dynamics-entity-name": "msdyn_agentstatus"}
    assert (await app.client.post("/api/webhooks/voicecloud", content=event, headers=token)).status_code == 202
    assert (await app.client.post("/api/webhooks/dataverse", content=context, headers=table)).status_code == 202


@pytest.mark.parametrize("body", HOSTILE, ids=lambda body: f"{body[:4]!r}")
async def test_what_is_no_document_is_400_at_every_door(phones: LivePhones, body: bytes) -> None:
    """The answer is a clear refusal, never a fault of ours."""
    token = {"X-Benemen-Token": phones.world.environ["VOICECLOUD_WEBHOOK_TOKEN"]}
    own = await phones.opened(phones.anna)
    answers = [
        await phones.anna.post("/webhooks/voicecloud", content=body, headers=token),
        await phones.anna.patch("/phone/calls/c1", content=body, headers=own),
        await phones.anna.put("/phone/availability", content=body, headers=own),
        await phones.anna.post("/phone/calls", content=body, headers=own),
    ]
    assert [answer.status_code for answer in answers] == [400] * 4


async def test_times_of_other_centuries_are_refused_or_no_times(phones: LivePhones, app: RunningHost) -> None:
    """This holds in lists, in webhooks and in what a phone says."""
    for before in ("9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
        answer = await phones.anna.get("/phone/history", params={"before": before})
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed-history")
        answer = await phones.anna.put("/phone/availability", json={"status": "Lunch", "endsAt": before})
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed-availability")
    table = {"x-ms-dynamics-entity-name": "msdyn_agentstatus"}
    for moment in ("/Date(99999999999999999)/", "/Date(-62135596800000)/", "/Date(" + "9" * 400 + ")/"):
        context = presence_context(moment)
        answer = await app.client.post("/api/webhooks/dataverse", json=context, headers=table)
        assert answer.status_code == 202


async def test_halves_of_characters_are_stored_readably(phones: LivePhones) -> None:
    """Notes with a broken character are kept, not refused."""
    path, content = f"/phone/calls/{uuid4()}", b'{"notes": "rings back \\ud83d"}'
    answer = await phones.anna.patch(path, content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["notes"]) == (200, "rings back \ufffd")


async def test_a_stranger_learns_nothing_from_a_malformed_token(anonymous: httpx.AsyncClient) -> None:
    """It is refused like any other."""
    for token in ("é.ü.ö", "[" * 5000 + ".e30.c2ln", "e30.e30.c2ln"):
        answer = await anonymous.get("/api/phone/pools", headers={"Authorization": f"Bearer {token}".encode()})
        assert (answer.status_code, answer.json()["code"]) == (401, "token-invalid")
