"""What people read in the phone, from rows of EnreachAPI."""

from datetime import UTC, datetime

import httpx

from shared.enreach.overview import Overview
from shared.enreach.transport import Transport

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
ROWS = {
    "/directory/default": {"Entries": [{"Id": "A0B1", "FirstName": "Anna"}]},
    "/queues/Q1/agents": [{"UserId": "A0B1", "Active": True, "Name": "Anna"}],
    "/servicecall": [{"CallID": "c1", "TimeStamp": "2026-11-23T07:00:00Z", "QueueId": "Q1"}],
}


def overview() -> Overview:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=ROWS[request.url.path.rstrip("/")])

    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return Overview(Transport(http, username="api@x.example", url="http://cloud", secret_key="k"))


async def test_people_and_pools_are_the_same_in_capitals() -> None:
    """Wherever the voice cloud names a user, it is who Dynamics has in small letters; so with the pool of a call."""
    people = await overview().colleagues()
    members = await overview().members("Q1")
    calls = await overview().service_calls(NOW, NOW, 10)
    assert ([one.id for one in people], [one.user_id for one in members]) == (["a0b1"], ["a0b1"])
    assert [one.pool_id for one in calls] == ["q1"]
