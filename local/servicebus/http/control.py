"""Faults and the clock over HTTP, for tests that run the broker as a process. Bodies and answers are JSON.

``POST /faults/drop-connections``                                        -> ``{"dropped": 2}``
``POST /faults/lose-acks``        ``{"sends": 1, "settlements": 0}``
``POST /faults/delay``            ``{"send_ms": 200, "receive_ms": 0}``
``POST /faults/expire-locks``     ``{"entity": "q", "token": "<uuid>"}``  -> ``{"expired": 1}`` (no token: all)
``POST /faults/drop-locks-on-disconnect``  ``{"on": true}``
``POST /faults/reset``
``GET /clock`` -> ``{"now_ms": ...}``; ``POST /clock`` ``{"advance_s": 61}`` moves it on (virtual and shifted clocks).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aiohttp import web

from local.servicebus.server.broker import Broker
from local.servicebus.server.faults import BrokerFaults

Body = dict[str, Any]


def control_routes(broker: Broker) -> list[web.RouteDef]:
    """The routes above; a body that does not fit is answered 400."""
    switches = _Switches(broker.faults)
    actions: dict[str, Callable[[Body], Body]] = {
        "drop-connections": switches.drop_connections,
        "lose-acks": switches.lose_acks,
        "delay": switches.delay,
        "expire-locks": switches.expire_locks,
        "drop-locks-on-disconnect": switches.drop_locks_on_disconnect,
        "reset": switches.reset,
    }

    async def act(request: web.Request) -> web.Response:
        action = actions.get(request.match_info["name"])
        if action is None:
            raise web.HTTPNotFound(text=f"the faults are {', '.join(actions)}")
        return web.json_response(action(await request.json() if request.can_read_body else {}))

    async def now(_: web.Request) -> web.Response:
        return web.json_response({"now_ms": broker.clock.now_ms()})

    async def advance(request: web.Request) -> web.Response:
        broker.advance((await request.json())["advance_s"])
        return web.json_response({"now_ms": broker.clock.now_ms()})

    return [web.post("/faults/{name}", act), web.get("/clock", now), web.post("/clock", advance)]


@dataclass(eq=False, repr=False)
class _Switches:
    """The faults, from and to JSON."""

    faults: BrokerFaults

    def drop_connections(self, _: Body) -> Body:
        return {"dropped": self.faults.drop_connections()}

    def lose_acks(self, body: Body) -> Body:
        self.faults.lose_acks(**body)
        return {}

    def delay(self, body: Body) -> Body:
        self.faults.delay(**body)
        return {}

    def expire_locks(self, body: Body) -> Body:
        token = UUID(body["token"]) if body.get("token") else None
        return {"expired": self.faults.expire_locks(body["entity"], token)}

    def drop_locks_on_disconnect(self, body: Body) -> Body:
        self.faults.drop_locks_on_disconnect(body["on"])
        return {}

    def reset(self, _: Body) -> Body:
        self.faults.reset()
        return {}
