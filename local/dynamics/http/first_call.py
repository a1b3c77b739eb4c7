"""What the page that opens first needs for a newcomer's first call: who signs in where, a customer who calls."""

import json
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any, Self

import aiohttp
from aiohttp import web

PATH = "/stand-in/first-call"
PATIENCE_S, TALK_S = 120.0, 300.0
"""So long the customer waits for an answer, and talks at most."""
NO_PHONE = "no phone"
WITHIN = aiohttp.ClientTimeout(total=10)
UNREACHED = (aiohttp.ClientError, TimeoutError)


@dataclass(frozen=True)
class FirstCall:
    """``demo``: the agent, the customer and the pool. ``sign_in_url`` takes ``{person, back}`` as a form.

    ``customers_url``: the control page of the voice cloud, whose customers can be played.
    """

    demo: dict[str, str]
    sign_in_url: str
    customers_url: str

    @classmethod
    def read(cls, path: Path, sign_in_url: str, customers_url: str) -> Self:
        return cls(json.loads(path.read_text(encoding="utf-8")), sign_in_url, customers_url)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(PATH, self._about),
            web.get(f"{PATH}/state", self._state),
            web.post(f"{PATH}/call", self._call),
        ]

    async def _about(self, _request: web.Request) -> web.Response:
        shown = {name: self.demo[name] for name in ("user", "name", "email", "customer", "pool")}
        return web.json_response({**shown, "signInUrl": self.sign_in_url, "customersUrl": self.customers_url})

    async def _state(self, _request: web.Request) -> web.Response:
        """``{phone, call}``: whether the agent has a phone open, and how the customer's newest call to the pool is.

        A call is ``{state, agent, loudnessDb}`` (what the customer hears); null when there is none, or it is over.
        """
        try:
            state = await self._ask("GET", "state")
        except UNREACHED:
            return _silent()
        agent = next(one for one in state["agents"] if one["Id"] == self.demo["agent"])
        calls = [one for one in state["calls"] if one["Yours"] and one["From"] == self.demo["caller"]]
        call = max((one for one in calls if one["Pool"] == self.demo["pool"]), key=itemgetter("CallId"), default=None)
        shown = call and {
            "state": call["State"],
            "agent": call["Agent"],
            "loudnessDb": await self._loudness_db(call["CallId"]) if call["State"] == "talking" else None,
        }
        return web.json_response({"phone": agent["State"] != NO_PHONE, "call": shown})

    async def _loudness_db(self, call_id: str) -> float | None:
        """None in the moment in which the call ends."""
        try:
            return float((await self._ask("GET", f"calls/{call_id}/heard"))["LoudnessDb"])
        except UNREACHED:
            return None

    async def _call(self, _request: web.Request) -> web.Response:
        """The customer calls the pool: 201 ``{}``; what becomes of it is in the state, also if this answer is lost."""
        call = {"Number": self.demo["number"], "From": self.demo["caller"], "PatienceS": PATIENCE_S, "TalkS": TALK_S}
        try:
            await self._ask("POST", "calls", call)
        except UNREACHED:
            return _silent()
        return web.json_response({}, status=201)

    async def _ask(self, method: str, path: str, body: object = None) -> Any:
        url = f"{self.customers_url}/api/{path}"
        async with (
            aiohttp.ClientSession(timeout=WITHIN, raise_for_status=True) as http,
            http.request(method, url, json=body) as answer,
        ):
            return await answer.json()


def _silent() -> web.Response:
    return web.json_response({"error": {"message": "The voice cloud does not answer."}}, status=503)
