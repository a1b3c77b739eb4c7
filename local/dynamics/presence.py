"""Presence of representatives: read and set by the contact centre's functions, by the system at capacity."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from local.dynamics.data.model import Caller
from local.dynamics.data.store import Row, Store
from local.dynamics.data.tables.presence import BUILT_IN, BUSY_DND, OFFLINE
from local.dynamics.data.writing import Writer
from local.dynamics.errors import bad_query, invalid, lacks_privilege, missing, not_allowed
from local.dynamics.odata.messages import ApiAnswer, ApiRequest
from local.dynamics.privileges import Privileges
from local.dynamics.seed import ENGINE

GET, MODIFY = "CCaaS_GetPresence", "CCaaS_ModifyAgentPresence"
API_VERSION = "1.0"
CAPACITY = 100
AGENT, SYSTEM = "AGENT", "SYSTEM"
DOCUMENT = "presences-before"
"""Per representative at capacity, the presence before."""
_GET = re.compile(rf"{GET}(?:\((?:ApiVersion=(?P<version>'[^']*'|@\w+))?\))?")


@dataclass(eq=False, repr=False)
class AgentPresence:
    """All of it is written by the assignment engine, whoever asked; who asked is ``msdyn_presencemodifiedby``."""

    store: Store
    writer: Writer
    privileges: Privileges
    base: str
    clock: Callable[[], datetime]

    def serves(self, path: str) -> bool:
        return path.partition("(")[0] in {GET, MODIFY}

    def answer(self, request: ApiRequest, caller: Caller) -> ApiAnswer:
        """Raises DataverseError 400, 403, 404 or 405 as the functions document it."""
        if request.method != ("POST" if request.path == MODIFY else "GET"):
            raise not_allowed(request.method)
        if request.path == MODIFY:
            self._check_privilege("prvWritemsdyn_agentstatus", caller)
            return self._modify(request.json())
        self._check_privilege("prvReadmsdyn_agentstatus", caller)
        match = _GET.fullmatch(request.path)
        given = match["version"] if match else ""
        version = request.query.get(given, "") if given and given.startswith("@") else given
        if version is not None and version.strip("'") != API_VERSION:
            raise bad_query(f"The ApiVersion of {GET} must be '{API_VERSION}'.")
        return self._get(caller.user_id)

    def switch_capacity(self, document: Mapping[str, Any]) -> None:
        """``{systemuserid, exhausted}``: the system sets do not disturb, and takes back what it has set itself.

        Raises DataverseError for an unknown user, ValueError for a field that it does not have.
        """
        if document.keys() != {"systemuserid", "exhausted"}:
            raise ValueError("capacity is switched by systemuserid and exhausted")
        agent_id, exhausted = str(UUID(str(document["systemuserid"]))), bool(document["exhausted"])
        self._row("systemuser", agent_id)
        with self.store.transaction():
            status, before = self._status(agent_id), json.loads(self.store.document(DOCUMENT) or "{}")
            presence = wanted = _presence_of(status)
            if exhausted and agent_id not in before:
                before[agent_id], wanted = presence, BUILT_IN[BUSY_DND][0]
            elif not exhausted:
                was = before.pop(agent_id, presence)
                wanted = was if _is_taken_over(status) else presence
            self.store.put_document(DOCUMENT, json.dumps(before))
            self._write(agent_id, wanted, 0 if exhausted else CAPACITY, SYSTEM if wanted != presence else None)

    def forget(self) -> None:
        self.store.put_document(DOCUMENT, "{}")

    def _get(self, agent_id: str) -> ApiAnswer:
        user = self.store.get(self.store.tables["systemuser"], agent_id)
        if user is None or user["applicationid"]:
            raise missing("msdyn_agentstatus", agent_id)
        status = self._status(agent_id)
        presence = self._row("msdyn_presence", _presence_of(status))
        since = status["msdyn_presencemodifiedon"] if status else None
        body = {
            "@odata.context": f"{self.base}/$metadata#Microsoft.Dynamics.CRM.{GET}Response",
            "AgentId": agent_id,
            "AgentName": user["fullname"],
            "PresenceId": presence["msdyn_presenceid"],
            "CurrentPresenceStatusInfo": presence["msdyn_presencestatustext"],
            "ActiveBrowserSessions": int(bool(status and status["msdyn_isagentloggedin"])),
            "AllowedChannels": [],
            "DisabledChannels": [],
            "Timestamp": int(datetime.fromisoformat(since).timestamp()) if since else 0,
        }
        return ApiAnswer(200, body, {"OData-Version": "4.0"})

    def _modify(self, body: Mapping[str, Any]) -> ApiAnswer:
        if body.keys() != {"ApiVersion", "AgentId", "PresenceId"} or body["ApiVersion"] != API_VERSION:
            raise invalid(MODIFY, f"It takes the ApiVersion '{API_VERSION}', an AgentId and a PresenceId.")
        try:
            agent_id, presence_id = str(UUID(str(body["AgentId"]))), str(UUID(str(body["PresenceId"])))
        except ValueError:
            raise invalid(MODIFY, "AgentId and PresenceId must be Guids.") from None
        self._row("systemuser", agent_id)
        self._row("msdyn_presence", presence_id)
        status = self._status(agent_id)
        at_capacity = status is not None and status["msdyn_availableunitscapacity"] == 0
        self._write(agent_id, presence_id, 0 if at_capacity else CAPACITY, AGENT)
        return ApiAnswer(200, None, {"OData-Version": "4.0"})

    def _write(self, agent_id: str, presence_id: str, capacity: int, by: str | None) -> None:
        """Every write names presence and capacity, as the engine's do: steps that filter by one hear of both.

        ``by``: who set the presence, None when it is left as it is.
        """
        table, status = self.store.tables["msdyn_agentstatus"], self._status(agent_id)
        now = self.clock().astimezone(UTC).isoformat()
        body: dict[str, Any] = {
            "msdyn_agentid@odata.bind": f"/systemusers({agent_id})",
            "msdyn_currentpresenceid@odata.bind": f"/msdyn_presences({presence_id})",
            "msdyn_availableunitscapacity": capacity,
            "msdyn_isagentloggedin": presence_id != BUILT_IN[OFFLINE][0],
        }
        if status is None or status["msdyn_availableunitscapacity"] != capacity:
            body["msdyn_capacitymodifiedon"] = now
        if status is None or by:
            body |= {"msdyn_presencemodifiedon": now, "msdyn_presencemodifiedby": by or SYSTEM}
        with self.store.transaction():
            if status is None:
                self.writer.create(table, body, ENGINE)
            else:
                self.writer.update(table, str(status[table.key]), body, ENGINE)
            if by or "msdyn_capacitymodifiedon" in body:
                self._note(agent_id, presence_id, capacity, now)

    def _note(self, agent_id: str, presence_id: str, capacity: int, now: str) -> None:
        """The history: what was until now has an end."""
        table = self.store.tables["msdyn_agentstatushistory"]
        for row in self.store.select(table, '"msdyn_agentid" = ? AND "msdyn_endtime" IS NULL', [agent_id]):
            self.writer.update(table, str(row[table.key]), {"msdyn_endtime": now}, ENGINE)
        body = {
            "msdyn_agentid@odata.bind": f"/systemusers({agent_id})",
            "msdyn_presenceid@odata.bind": f"/msdyn_presences({presence_id})",
            "msdyn_starttime": now,
            "msdyn_availablecapacity": capacity,
        }
        self.writer.create(table, body, ENGINE)

    def _status(self, agent_id: str) -> Row | None:
        found = self.store.select(self.store.tables["msdyn_agentstatus"], '"msdyn_agentid" = ?', [agent_id])
        return found[0] if found else None

    def _row(self, name: str, key: str) -> Row:
        row = self.store.get(self.store.tables[name], key)
        if row is None:
            raise missing(name, key)
        return row

    def _check_privilege(self, privilege: str, caller: Caller) -> None:
        for user_id in filter(None, (caller.user_id, caller.on_behalf_by)):
            if not self.privileges.has(user_id, privilege):
                raise lacks_privilege(user_id, privilege)


def _presence_of(status: Row | None) -> str:
    """Who was never set to anything is offline."""
    return str((status or {}).get("msdyn_currentpresenceid") or BUILT_IN[OFFLINE][0])


def _is_taken_over(status: Row | None) -> bool:
    by_system = status is not None and status["msdyn_presencemodifiedby"] == SYSTEM
    return by_system and _presence_of(status) == BUILT_IN[BUSY_DND][0]
