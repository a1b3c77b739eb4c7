"""The real-time hub as a SignalR client sees it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from lab.people.customers import Behaviour
from tests.fixtures.voicecloud import DAVID, SALES, SALES_NUMBER, VoiceCloud
from voicecloud.rte.model import EVENT_NAMES
from voicecloud.rte.protocol import SEPARATOR, framed, messages


class HubClient:
    """Speaks the JSON hub protocol."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._received: list[dict[str, Any]] = []

    async def invoke(self, target: str, *arguments: object) -> dict[str, Any]:
        message = {"type": 1, "invocationId": target, "target": target, "arguments": list(arguments)}
        await self._socket.send_str(framed(message))
        return await self.wait_for(lambda one: one.get("invocationId") == target)

    async def told(self, name: str) -> dict[str, Any]:
        """The data of the next event of this name."""
        found = await self.wait_for(
            lambda one: one.get("target") == "MessageReceived" and one["arguments"][0]["data"]["eventName"] == name
        )
        data: dict[str, Any] = found["arguments"][0]["data"]
        return data

    async def wait_for(self, wanted: Any) -> dict[str, Any]:
        async with asyncio.timeout(30):
            while True:
                for message in self._received:
                    if wanted(message):
                        self._received.remove(message)
                        return message
                self._received += messages(await self._socket.receive_str())


@asynccontextmanager
async def connected(cloud: VoiceCloud) -> AsyncIterator[HubClient]:
    ticket = (await cloud.client.get("/token/me/rte/")).json()
    async with aiohttp.ClientSession() as http:
        url = f"http://{ticket['WSSEndpoint']}"
        negotiated = await http.post(f"{url}/negotiate?negotiateVersion=1&access_token={ticket['Token']}")
        assert (await negotiated.json())["availableTransports"][0]["transport"] == "WebSockets"
        async with http.ws_connect(f"{url}?access_token={ticket['Token']}") as socket:
            await socket.send_str(framed({"protocol": "json", "version": 1}))
            assert await socket.receive_str() == "{}" + SEPARATOR
            yield HubClient(socket)


async def test_a_pool_call_is_sent_to_who_subscribed(voicecloud: VoiceCloud) -> None:
    """Arrival, allocation, connection and end of a call reach a client with the published numbers and names."""
    async with connected(voicecloud) as client:
        names = ["QueueCallInArrived", "QueueCallInUserAllocated", "QueueCallInUserConnected", "QueueStatus"]
        wanted = [{"EntityId": SALES, "EventName": name} for name in [*names, "QueueCallInDisconnected"]]
        assert len((await client.invoke("Subscribe", wanted))["result"]) == 5
        call_id = await voicecloud.call(SALES_NUMBER, Behaviour(talk_s=0.05))
        arrived = await client.told("QueueCallInArrived")
        assert (arrived["callId"], arrived["callerNumber"]) == (call_id, "+358401234567")
        assert (await client.told("QueueCallInUserAllocated"))["eventType"] == 102
        assert (await client.told("QueueStatus"))["eventType"] == 140
        assert (await client.told("QueueCallInUserConnected"))["userId"]
        assert (await client.told("QueueCallInDisconnected"))["queueId"] == SALES


async def test_availability_is_sent(voicecloud: VoiceCloud) -> None:
    """A new availability comes with its name, note and open end."""
    async with connected(voicecloud) as client:
        await client.invoke("Subscribe", [{"EntityId": DAVID, "EventName": "UserAvailability"}])
        await voicecloud.client.post(f"/users/{DAVID}/availability", json={"EventTypeID": 3, "Note": "exam"})
        told = await client.told("UserAvailability")
    assert (told["eventType"], told["availability"], told["note"]) == (1, "Do not disturb", "exam")
    assert told["endTime"].startswith("9999")


async def test_unsubscribed_events_are_not_sent(voicecloud: VoiceCloud) -> None:
    """After unsubscribing from one event only the other one comes."""
    async with connected(voicecloud) as client:
        both = [{"EntityId": DAVID, "EventName": name} for name in ("UserAvailability", "UserStatus")]
        await client.invoke("Subscribe", both)
        await client.invoke("Unsubscribe", both[:1])
        await voicecloud.client.post(f"/users/{DAVID}/availability", json={"EventTypeID": 3})
        assert (await client.told("UserStatus"))["canBeAllocatedTo"] is False
        assert (await client.invoke("UnsubscribeAll"))["result"] == 1


async def test_available_subscriptions_are_listed(voicecloud: VoiceCloud) -> None:
    """The hub names all events that can be subscribed to."""
    async with connected(voicecloud) as client:
        assert (await client.invoke("AvailableSubscriptions"))["result"] == list(EVENT_NAMES)


@pytest.mark.parametrize(
    ("target", "arguments"),
    [("Explode", []), ("Subscribe", []), ("Subscribe", [[{"EntityId": SALES, "EventName": "Rain"}]])],
)
async def test_mistakes_are_answered(voicecloud: VoiceCloud, target: str, arguments: list[Any]) -> None:
    """An unknown method or event is refused in words, and the connection lives on."""
    async with connected(voicecloud) as client:
        assert (await client.invoke(target, *arguments))["error"]
        assert "result" in await client.invoke("AvailableSubscriptions")


async def test_a_bad_token_is_401(voicecloud: VoiceCloud) -> None:
    """Without a valid token there is no connection."""
    for token in ("", "a.b.c"):
        answer = await voicecloud.client.get("/rte/hub", params={"access_token": token}, auth=None)
        assert (answer.status_code, json.loads(answer.text)["Code"]) == (401, "rte-token")
