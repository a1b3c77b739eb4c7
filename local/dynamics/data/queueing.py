"""Queue items: what waits where, who works on it. An object is in one queue at most."""

from collections.abc import Callable
from dataclasses import dataclass

from local.dynamics.data.schema import TableSchema
from local.dynamics.data.store import Row, Store, target_of
from local.dynamics.data.tables import OPEN
from local.dynamics.errors import exists, refused

INACTIVE = {"statecode": 1, "statuscode": 2}


@dataclass(eq=False, repr=False)
class Queueing:
    """What follows for queue items from writes to them and to what they hold."""

    store: Store
    now: Callable[[], str]

    def before_create(self, table: TableSchema, row: Row) -> None:
        """Raises DataverseError without queue or object, for an object that is closed or in a queue already."""
        if table.name != "queueitem":
            return
        if not row.get("queueid") or not row.get("objectid"):
            raise refused("A queue item needs a queue and an object.")
        if self.store.select(table, '"objectid" = ? AND "statecode" = 0', [row["objectid"]]):
            raise exists()
        source = self.store.tables[row[target_of("objectid")]]
        item = self.store.get(source, row["objectid"]) or {}
        if item.get("statecode") != OPEN:
            raise refused("An object that is not open cannot be added to a queue.")
        row.update({"objecttypecode": source.code, "enteredon": self.now()})
        row["title"] = row.get("title") or item.get(source.primary_name)
        if row.get("workerid"):
            row["workeridmodifiedon"] = self.now()

    def before_update(self, table: TableSchema, row: Row, changes: Row) -> None:
        """An item that moves enters its new queue now, and nobody works on it."""
        if table.name != "queueitem":
            return
        if "queueid" in changes and changes["queueid"] != row["queueid"]:
            if changes["queueid"] is None:
                raise refused("A queue item needs a queue.")
            changes["enteredon"] = self.now()
            changes.setdefault("workerid", None)
        if "workerid" in changes:
            changes["workeridmodifiedon"] = self.now()

    def after_update(self, table: TableSchema, key: str, changes: Row) -> None:
        """A closed object leaves its queue: its item becomes inactive. The item's title follows the object's."""
        if table.name not in {"phonecall", "incident"}:
            return
        items = self.store.tables["queueitem"]
        for item in self.store.select(items, '"objectid" = ? AND "statecode" = 0', [key]):
            following: Row = dict(INACTIVE) if changes.get("statecode", OPEN) != OPEN else {}
            if table.primary_name in changes and changes[table.primary_name] != item["title"]:
                following["title"] = changes[table.primary_name]
            if following:
                self.store.update(items, item[items.key], {**following, "modifiedon": self.now()})
