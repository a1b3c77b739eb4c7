"""A client written for the documented parts of EnreachAPI: only its base address is ours."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import av
import httpx

from lab.people.customers import Behaviour
from tests.fixtures.voicecloud import API_PASSWORD, API_USER, CUSTOMER, SALES, SALES_NUMBER, VoiceCloud


class Client:
    """Does what clients of the original are known to do: discovery, authuser, HTTP Basic, the newer serializer."""

    def __init__(self, base: str) -> None:
        self._http = httpx.AsyncClient(headers={"X-Json-Serializer": "2", "Accept": "application/json"})
        self._base = base
        self._api = ""

    async def sign_in(self, user_name: str, password: str) -> str:
        found = await self._http.get(f"{self._base}/api/user", params={"user": user_name})
        self._api = found.json()[0]["apiEndpoint"].rstrip("/")
        body = {"UserName": user_name, "Password": password}
        keys = (await self._http.post(f"{self._api}/authuser/{user_name}/", json=body)).json()
        self._http.auth = httpx.BasicAuth(user_name, keys["SecretKey"])
        return str(keys["UserID"])

    async def get(self, path: str, **query: str) -> Any:
        answer = await self._http.get(f"{self._api}{path}", params=query)
        answer.raise_for_status()
        return answer.json()

    async def post(self, path: str, body: object) -> Any:
        answer = await self._http.post(f"{self._api}{path}", json=body)
        answer.raise_for_status()
        return answer.json()

    async def download(self, relative: str) -> httpx.Response:
        """The token in the link authorises, not Basic."""
        async with httpx.AsyncClient() as anybody:
            return await anybody.get(f"{self._api}/{relative}")

    async def close(self) -> None:
        await self._http.aclose()


def query_time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


async def test_a_client_of_the_original_works(voicecloud: VoiceCloud) -> None:
    """Discovery, users, queues, calls by window and by id, service calls, recording, transcript, classification."""
    call_id = await voicecloud.call(SALES_NUMBER, Behaviour(talk_s=0.3))
    await voicecloud.over(call_id)
    client = Client(voicecloud.url)
    user_id = await client.sign_in(API_USER, API_PASSWORD)
    assert (await client.get("/users/me"))["Id"] == user_id
    assert {"Id", "UserName", "OrganizationID"} <= (await client.get("/users"))[1].keys()
    queues = await client.get("/queues/")
    sales = next(queue for queue in queues if queue["Id"] == SALES)
    assert {"OpenStatus", "MaxWaitTime", "QueueLength", "OngoingCalls"} <= sales["Status"].keys()
    assert {"AgentsOnWrapUp", "FreeAgents", "ServingAgents"} <= sales["Status"].keys()
    assert (sales["TypeId"], sales["Status"]["OpenStatus"]) == (4, 5)

    hour = timedelta(hours=1)
    window = {"StartTime": query_time(datetime.now(UTC) - hour), "EndTime": query_time(datetime.now(UTC) + hour)}
    [row] = [one for one in await client.get("/calls", **window) if one["CallID"] == call_id]
    assert [row] == await client.get("/calls", CallId=call_id)
    assert (row["ANum"], row["BNum"], row["CallTypeString"]) == (CUSTOMER, SALES_NUMBER, "ServiceCall")
    assert not any((row["Direction"], row["EndResult"]))
    changed = {"ModifiedAfter": window["StartTime"], "ModifiedBefore": window["EndTime"]}
    [service] = [one for one in await client.get("/servicecall", **changed) if one["CallID"] == call_id]
    assert service["QueueName"] == "Sales"
    assert service["RecordingIds"] == row["RecordingIds"]

    [recording_id] = row["RecordingIds"]
    recording = await client.get(f"/calls/recordings/{recording_id}")
    assert "?token=" in recording["URL"]
    audio = await client.download(recording["URL"])
    assert audio.headers["Content-Type"] == recording["ContentType"] == "audio/mpeg"
    with av.open(io.BytesIO(audio.content)) as sound:
        assert sound.streams.audio[0].channels == 2
    assert (await client.get(f"/calls/transcripts/{recording_id}"))["TranscriptStatus"] == "Completed"

    await classified(client, call_id)
    await client.close()


async def classified(client: Client, call_id: str) -> None:
    """Tags with whole numbers as ids; an instance names all it refers to."""
    [schema] = await client.get("/classification/schemas", IncludeChildren="true")
    tag = schema["Groups"][0]["Tags"][0]["Id"]
    chosen = {"TagSchemaId": schema["Id"], "TagSelections": [{"TagId": tag}], "ClassifiedType": "ServiceCall"}
    made = await client.post("/classification/instance", {**chosen, "CallId": call_id, "Note": "an order"})
    assert await client.get("/classification/instance/", CallId=call_id) == [made]
    name, group = schema["Groups"][0]["Tags"][0]["Name"], schema["Groups"][0]["Name"]
    assert isinstance(tag, int)
    assert made["TagSelections"] == [{"TagId": tag, "TagName": name, "TagGroupName": group}]
    assert (made["TagSchemaName"], made["CreatedBy"]) == (schema["Name"], API_USER)
    assert made["Modified"] == made["CreatedTime"]
