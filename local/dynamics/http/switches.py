"""``/stand-in``: what tests and demos need and no real environment has."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web

from local.dynamics.environment import Environment
from local.dynamics.errors import DataverseError
from local.dynamics.seed import seed


@dataclass(eq=False, repr=False)
class Switches:
    """Every POST takes a JSON object and answers 204, or 400 with the reason."""

    environment: Environment

    def routes(self, *, with_faults: bool) -> list[web.RouteDef]:
        """``with_faults``: also what breaks or empties the environment."""
        posts: dict[str, Callable[[Mapping[str, Any]], None]] = {"steps": self.environment.steps.add_json}
        if with_faults:
            posts |= {
                "faults": self.environment.faults.add_json,
                "limits": self._limits,
                "settings": self._settings,
                "privileges": self._privileges,
                "columns": self.environment.columns.switch,
                "capacity": self.environment.api.presence.switch_capacity,
                "seed": self._seed,
                "reset": lambda _: self.environment.reset(),
                "expire-delta-tokens": lambda _: self.environment.api.tracking.expire(),
            }
        return [
            web.get("/stand-in/health", self._health),
            web.get("/stand-in/requests", self._requests),
            web.get("/stand-in/steps", self._steps),
            web.delete("/stand-in/requests", self._forget),
            web.delete("/stand-in/faults", self._forget),
            *(web.post(f"/stand-in/{name}", _taking(action)) for name, action in posts.items()),
        ]

    async def _health(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "healthy"})

    async def _requests(self, _request: web.Request) -> web.Response:
        return web.json_response(self.environment.faults.requests)

    async def _forget(self, _request: web.Request) -> web.Response:
        self.environment.faults.clear()
        return web.Response(status=204)

    async def _steps(self, _request: web.Request) -> web.Response:
        """Registrations without their keys."""
        return web.json_response([{"url": one.url, "table": one.table} for one in self.environment.steps.all()])

    def _limits(self, document: Mapping[str, Any]) -> None:
        """``{requests?, execution_s?, concurrent?}``."""
        self.environment.protection.limits = replace(self.environment.protection.limits, **document)

    def _settings(self, document: Mapping[str, Any]) -> None:
        """``{closed_activities_read_only?, system_parties?}``."""
        activities = self.environment.api.writer.activities
        if unknown := document.keys() - {"closed_activities_read_only", "system_parties"}:
            raise ValueError(f"no such setting: {', '.join(unknown)}")
        activities.closed_read_only = bool(document.get("closed_activities_read_only", activities.closed_read_only))
        activities.system_parties = bool(document.get("system_parties", activities.system_parties))

    def _privileges(self, document: Mapping[str, Any]) -> None:
        """``{systemuserid, privilege, granted}``."""
        self.environment.api.privileges.decide(
            str(document["systemuserid"]), str(document["privilege"]), granted=bool(document["granted"])
        )

    def _seed(self, document: Mapping[str, Any]) -> None:
        """``{table: [row, …]}``; an empty object stands for the seed file."""
        if document:
            seed(self.environment.store, self.environment.api.writer, document)
        else:
            self.environment.seed()


def _taking(action: Callable[[Mapping[str, Any]], None]) -> Callable[[web.Request], Any]:
    async def handle(request: web.Request) -> web.Response:
        try:
            action(json.loads(await request.text() or "{}"))
        except DataverseError as error:
            return web.json_response(error.body(), status=error.status)
        except (ValueError, TypeError, KeyError) as error:
            return web.json_response({"error": {"code": "", "message": str(error)}}, status=400)
        return web.Response(status=204)

    return handle
