"""A running stack seen from outside: the voice cloud, Dynamics and the Functions app, each by its public interface."""

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

TIMEOUT_S = 10.0
DATA = "/api/data/v9.2/"


@dataclass(frozen=True)
class Outside:
    """Clients that have signed in. ``voicecloud`` speaks EnreachAPI, ``dataverse`` the Web API."""

    voicecloud: httpx.AsyncClient
    dataverse: httpx.AsyncClient
    functions: httpx.AsyncClient

    async def leave_callback(self, list_id: str, number: str, note: str) -> str:
        """What the voice cloud does when a caller chooses to be called back; gives the callback's id."""
        body = {"ListId": list_id, "CallerNumber": number, "Reason": "CallerChoice", "Note": note}
        return str((await self.voicecloud.post("/callbacks", json=body)).raise_for_status().json()["Id"])

    async def closed_callback(self, callback_id: str) -> dict[str, Any] | None:
        """The callback, once it is closed at the voice cloud."""
        row: dict[str, Any] = (await self.voicecloud.get(f"/callbacks/{callback_id}")).raise_for_status().json()
        return row if row["State"] == "Closed" else None

    async def callback_activity(self, callback_id: str) -> dict[str, Any] | None:
        """The phone call activity made for a callback, with its parties."""
        query = {"$filter": f"voice_callbackid eq '{callback_id}'", "$expand": "phonecall_activity_parties"}
        rows = await self._rows("phonecalls", query)
        return rows[0] if rows else None

    async def call(self, number: str, caller: str, **how: object) -> str:
        """A customer calls; gives the call's id."""
        body = {"Number": number, "From": caller, **how}
        answer = await self.voicecloud.post("/control/api/calls", json=body)
        return str(answer.raise_for_status().json()["CallId"])

    async def talking(self, call_id: str) -> bool | None:
        """True once somebody has answered the call."""
        state = (await self.voicecloud.get("/control/api/state")).raise_for_status().json()
        states = [call["State"] for call in state["calls"] if call["CallId"] == call_id]
        return True if states == ["talking"] else None

    async def hang_up(self, call_id: str) -> None:
        (await self.voicecloud.post(f"/control/api/calls/{call_id}/hangup", json={})).raise_for_status()

    async def completed_call(self, call_id: str) -> dict[str, Any] | None:
        """The activity of a call with its parties, once it is completed."""
        query = {
            "$filter": f"voice_callid eq '{call_id}' and statecode eq 1",
            "$expand": "phonecall_activity_parties",
        }
        rows = await self._rows("phonecalls", query)
        return rows[0] if rows else None

    async def queues_of(self, activity_id: str) -> list[str]:
        """The ids of the Dynamics queues an activity lies in."""
        query = {"$filter": f"_objectid_value eq {activity_id}", "$select": "_queueid_value"}
        return [row["_queueid_value"] for row in await self._rows("queueitems", query)]

    async def _rows(self, entity_set: str, query: Mapping[str, str]) -> list[dict[str, Any]]:
        answer = await self.dataverse.get(entity_set, params=query)
        rows: list[dict[str, Any]] = answer.raise_for_status().json()["value"]
        return rows


@asynccontextmanager
async def outside(settings: Mapping[str, str], functions_url: str) -> AsyncIterator[Outside]:
    """``settings`` are those of the Functions app. Raises httpx.HTTPError when somebody cannot be reached."""
    trust = ssl.create_default_context(cafile=settings["SSL_CERT_FILE"])
    async with AsyncExitStack() as open_clients:
        plain = await open_clients.enter_async_context(httpx.AsyncClient(timeout=TIMEOUT_S, verify=trust))
        api, secret_key = await _sign_in_at_voicecloud(plain, settings)
        token = await _token_for_dataverse(plain, settings)
        user = settings["VOICECLOUD_USERNAME"]
        clients = (
            httpx.AsyncClient(base_url=api, auth=(user, secret_key), timeout=TIMEOUT_S, verify=trust),
            httpx.AsyncClient(
                base_url=settings["DATAVERSE_URL"] + DATA,
                headers={"Authorization": f"Bearer {token}"},
                timeout=TIMEOUT_S,
                verify=trust,
            ),
            httpx.AsyncClient(
                base_url=functions_url,
                headers={"x-functions-key": settings["FUNCTIONS_HOST_KEY"]},
                timeout=TIMEOUT_S,
                verify=trust,
            ),
        )
        for client in clients:
            await open_clients.enter_async_context(client)
        yield Outside(*clients)


async def _sign_in_at_voicecloud(http: httpx.AsyncClient, settings: Mapping[str, str]) -> tuple[str, str]:
    """Address and secret key, by discovery and authuser."""
    user = settings["VOICECLOUD_USERNAME"]
    silos = (await http.get(settings["VOICECLOUD_DISCOVERY_URL"], params={"user": user})).raise_for_status().json()
    api = str(silos[0]["apiEndpoint"]).rstrip("/")
    credentials = {"UserName": user, "Password": settings["VOICECLOUD_PASSWORD"]}
    answer = (await http.post(f"{api}/authuser/{user}/", json=credentials)).raise_for_status().json()
    return api, str(answer["SecretKey"])


async def _token_for_dataverse(http: httpx.AsyncClient, settings: Mapping[str, str]) -> str:
    form = {
        "grant_type": "client_credentials",
        "client_id": settings["ENTRA_CLIENT_ID"],
        "client_secret": settings["ENTRA_CLIENT_SECRET"],
        "scope": f"{settings['DATAVERSE_URL']}/.default",
    }
    answer = await http.post(f"{settings['ENTRA_AUTHORITY']}/oauth2/v2.0/token", data=form)
    return str(answer.raise_for_status().json()["access_token"])
