"""Functions and actions: WhoAmI and what is done with queues."""

from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from local.dynamics.data.store import Store, target_of
from local.dynamics.data.writing import Caller, Writer
from local.dynamics.errors import DataverseError, invalid, missing
from local.dynamics.odata.messages import ApiAnswer, ApiRequest

CRM = "Microsoft.Dynamics.CRM."


class Actions:
    """What is called by name rather than by table."""

    def __init__(self, store: Store, writer: Writer, base: str) -> None:
        self._store = store
        self._writer = writer
        self._base = base
        self.organisation_id = str(uuid5(NAMESPACE_URL, base))

    def who_am_i(self, caller: Caller) -> ApiAnswer:
        body = {
            "@odata.context": f"{self._base}/$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse",
            "BusinessUnitId": str(uuid5(NAMESPACE_URL, f"{self._base}/unit")),
            "UserId": caller.user_id,
            "OrganizationId": self.organisation_id,
        }
        return ApiAnswer(200, body)

    def call(self, set_name: str, key: str, action: str, request: ApiRequest, caller: Caller) -> ApiAnswer:
        """A bound action. Raises DataverseError for one that the table does not have."""
        name = action.removeprefix(CRM)
        if set_name == "queues" and name == "AddToQueue":
            return self._add(key, request.json(), caller)
        if set_name == "queueitems" and name == "PickFromQueue":
            return self._pick(key, request.json(), caller)
        if set_name == "queueitems" and name == "ReleaseToQueue":
            return self._release(key, caller)
        raise DataverseError(404, "0x80060888", f"Resource not found for the segment '{action}'.")

    def _add(self, queue_id: str, body: Mapping[str, Any], caller: Caller) -> ApiAnswer:
        """Puts an object into a queue; one that is in another queue moves."""
        target = body.get("Target")
        if not isinstance(target, Mapping) or not str(target.get("@odata.type", "")).startswith(CRM):
            raise invalid("Target needs an @odata.type, because its declared type is abstract")
        if self._store.get(self._store.tables["queue"], queue_id) is None:
            raise missing("queue", queue_id)
        table = self._store.tables.get(str(target["@odata.type"]).removeprefix(CRM))
        key = str(target.get(table.key, "")).lower() if table else ""
        if table is None or self._store.get(table, key) is None:
            raise missing(str(target["@odata.type"]), key)
        items = self._store.tables["queueitem"]
        present = self._store.select(items, '"objectid" = ? AND "statecode" = 0', [key])
        if present:
            item_id = str(present[0][items.key])
            self._writer.update(items, item_id, {"queueid@odata.bind": f"/queues({queue_id})"}, caller)
        else:
            binds = {
                "queueid@odata.bind": f"/queues({queue_id})",
                f"objectid_{table.name}@odata.bind": f"/{table.set_name}({key})",
            }
            item_id = self._writer.create(items, binds, caller)
        return ApiAnswer(200, {"@odata.context": f"{self._base}/$metadata#AddToQueueResponse", "QueueItemId": item_id})

    def _pick(self, item_id: str, body: Mapping[str, Any], caller: Caller) -> ApiAnswer:
        """Gives an item to a user; somebody else's item is refused."""
        item = self._store.get(self._store.tables["queueitem"], item_id)
        if item is None:
            raise missing("queueitem", item_id)
        user = body.get("SystemUser")
        if not isinstance(user, Mapping) or "systemuserid" not in user:
            raise invalid("SystemUser names the user who picks")
        user_id = str(user["systemuserid"]).lower()
        if item["workerid"] not in {None, user_id}:
            raise DataverseError(400, "0x80040203", "The queue item is being worked on by somebody else.")
        bind = {"workerid_systemuser@odata.bind": f"/systemusers({user_id})"}
        self._writer.update(self._store.tables["queueitem"], item_id, bind, caller)
        if item[target_of("objectid")] == "phonecall":
            owner = {"ownerid@odata.bind": f"/systemusers({user_id})"}
            self._writer.update(self._store.tables["phonecall"], str(item["objectid"]), owner, caller)
        return ApiAnswer(204)

    def _release(self, item_id: str, caller: Caller) -> ApiAnswer:
        self._writer.update(self._store.tables["queueitem"], item_id, {"workerid_systemuser": None}, caller)
        return ApiAnswer(204)
