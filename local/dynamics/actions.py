"""Functions and actions: WhoAmI, what is done with queues, many rows at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from local.dynamics.data.model import Caller
from local.dynamics.data.schema import TableSchema
from local.dynamics.data.store import Row, Store, target_of
from local.dynamics.data.writing import Writer
from local.dynamics.errors import DataverseError, invalid, missing, not_found, refused
from local.dynamics.odata.messages import ApiAnswer, ApiRequest

CRM = "Microsoft.Dynamics.CRM."
OWNED = frozenset({"phonecall", "incident"})


@dataclass(eq=False, repr=False)
class Actions:
    """What is called by name rather than by table."""

    store: Store
    writer: Writer
    base: str

    def who_am_i(self, caller: Caller) -> ApiAnswer:
        body = {
            "@odata.context": f"{self.base}/$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse",
            "BusinessUnitId": str(uuid5(NAMESPACE_URL, f"{self.base}/unit")),
            "UserId": caller.user_id,
            "OrganizationId": organisation_id(self.base),
        }
        return ApiAnswer(200, body, {"OData-Version": "4.0"})

    def on_set(self, table: TableSchema, action: str, request: ApiRequest, caller: Caller) -> ApiAnswer:
        """An action bound to a table. Raises DataverseError for one that it does not have."""
        if request.method != "POST" or action != f"{CRM}CreateMultiple" or table.name == "activityparty":
            raise not_found(action)
        targets = request.json().get("Targets")
        if not isinstance(targets, list) or not targets:
            raise invalid(table.set_name, "CreateMultiple needs Targets, a list of rows.")
        for target in targets:
            if not isinstance(target, Mapping) or target.get("@odata.type") != f"{CRM}{table.name}":
                raise invalid(table.set_name, f"Each target needs the @odata.type '{CRM}{table.name}'.")
        ids = [self.writer.create(table, target, caller) for target in targets]
        context = f"{self.base}/$metadata#Microsoft.Dynamics.CRM.CreateMultipleResponse"
        return ApiAnswer(200, {"@odata.context": context, "Ids": ids})

    def on_row(self, table: TableSchema, key: str, action: str, request: ApiRequest, caller: Caller) -> ApiAnswer:
        """An action bound to a row. The namespace is part of its name."""
        actions = {
            ("queue", f"{CRM}AddToQueue"): self._add,
            ("queueitem", f"{CRM}PickFromQueue"): self._pick,
            ("queueitem", f"{CRM}ReleaseToQueue"): self._release,
        }
        if (table.name, action) not in actions:
            raise not_found(action)
        if self.store.get(table, key) is None:
            raise missing(table.name, key)
        body = request.json() if request.body else {}
        return actions[table.name, action](key, body, caller)

    def _add(self, queue_id: str, body: Mapping[str, Any], caller: Caller) -> ApiAnswer:
        """Puts an object into a queue; one that is in another queue moves."""
        _check_parameters(body, {"Target", "SourceQueue", "QueueItemProperties"})
        table, key = self._target(body.get("Target"))
        items = self.store.tables["queueitem"]
        properties = body.get("QueueItemProperties") or {}
        bind = {**properties, "queueid@odata.bind": f"/queues({queue_id})"}
        present = self.store.select(items, '"objectid" = ? AND "statecode" = 0', [key])
        if present:
            item_id = str(present[0][items.key])
            self._check_source(present[0], body.get("SourceQueue"))
            self.writer.update(items, item_id, bind, caller)
        else:
            item = {**bind, f"objectid_{table.name}@odata.bind": f"/{table.set_name}({key})"}
            item_id = self.writer.create(items, item, caller)
        context = f"{self.base}/$metadata#Microsoft.Dynamics.CRM.AddToQueueResponse"
        return ApiAnswer(200, {"@odata.context": context, "QueueItemId": item_id})

    def _pick(self, item_id: str, body: Mapping[str, Any], caller: Caller) -> ApiAnswer:
        """Gives an item and what it holds to a user; an item that somebody else works on is refused."""
        _check_parameters(body, {"SystemUser", "RemoveQueueItem"})
        user, remove = body.get("SystemUser"), body.get("RemoveQueueItem")
        if not isinstance(user, Mapping) or "systemuserid" not in user:
            raise invalid("queueitems", "The parameter 'SystemUser' is missing.")
        if not isinstance(remove, bool):
            raise invalid("queueitems", "The parameter 'RemoveQueueItem' is missing.")
        user_id = str(user["systemuserid"]).lower()
        item = self._item(item_id)
        if item["workerid"] not in {None, user_id}:
            raise refused("The queue item is being worked on by somebody else.")
        self._own(item, f"/systemusers({user_id})", caller)
        if remove:
            self.writer.delete(self.store.tables["queueitem"], item_id, caller)
        else:
            bind = {"workerid_systemuser@odata.bind": f"/systemusers({user_id})"}
            self.writer.update(self.store.tables["queueitem"], item_id, bind, caller)
        return ApiAnswer(204)

    def _release(self, item_id: str, body: Mapping[str, Any], caller: Caller) -> ApiAnswer:
        """Nobody works on the item any more; what it holds goes back to the queue's owner."""
        _check_parameters(body, set())
        item = self._item(item_id)
        queue = self.store.get(self.store.tables["queue"], str(item["queueid"])) or {}
        if queue.get("ownerid"):
            owners = self.store.tables[queue[target_of("ownerid")]].set_name
            self._own(item, f"/{owners}({queue['ownerid']})", caller)
        self.writer.update(self.store.tables["queueitem"], item_id, {"workerid_systemuser": None}, caller)
        return ApiAnswer(204)

    def _own(self, item: Row, owner: str, caller: Caller) -> None:
        table = self.store.tables[str(item[target_of("objectid")])]
        if table.name in OWNED:
            self.writer.update(table, str(item["objectid"]), {"ownerid@odata.bind": owner}, caller)

    def _item(self, item_id: str) -> Row:
        item = self.store.get(self.store.tables["queueitem"], item_id)
        if item is None:
            raise missing("queueitem", item_id)
        if item["statecode"] != 0:
            raise refused("The queue item is not active.")
        return item

    def _target(self, target: object) -> tuple[TableSchema, str]:
        """The declared type of Target is abstract: without @odata.type it cannot be read."""
        if not isinstance(target, Mapping):
            raise invalid("queues", "The parameter 'Target' is missing.")
        kind = str(target.get("@odata.type", "")).removeprefix("#")
        if not kind.startswith(CRM):
            raise invalid("queues", "A resource of the abstract type 'crmbaseentity' needs an @odata.type.")
        table = self.store.tables.get(kind.removeprefix(CRM))
        if table is None or table.name not in OWNED:
            raise refused(f"A row of {kind} cannot be added to a queue.")
        key = str(target.get(table.key, "")).lower()
        if self.store.get(table, key) is None:
            raise missing(table.name, key)
        return table, key

    def _check_source(self, item: Row, source: object) -> None:
        if isinstance(source, Mapping) and str(source.get("queueid", "")).lower() != item["queueid"]:
            raise refused("The object is not in the source queue.")


def organisation_id(base: str) -> str:
    return str(uuid5(NAMESPACE_URL, base))


def _check_parameters(body: Mapping[str, Any], known: set[str]) -> None:
    for name in body.keys() - known:
        if "@" not in name:
            raise DataverseError(400, "0x80048d19", f"The parameter '{name}' is not a parameter of the operation.")
