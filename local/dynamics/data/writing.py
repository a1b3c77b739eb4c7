"""Writing rows by Dataverse's rules: preconditions, binding, deep insert, states, owners, queues."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from local.dynamics.data.schema import Column, Table, Type
from local.dynamics.data.store import VERSION, Row, Store, target_of
from local.dynamics.data.tables import CANCELED, COMPLETED, OPEN, PARTIES
from local.dynamics.errors import DataverseError, changed, exists, invalid, missing, unknown_property

BIND = "@odata.bind"
_REFERENCE = re.compile(r"(?:https?://[^/]+/api/data/v9\.2)?/?(?P<set>\w+)\((?P<key>[0-9a-fA-F-]{36})\)")
SENDER, RECIPIENT = 1, 2


@dataclass(frozen=True)
class Caller:
    """Whose name stands in the row, and who did it for him if somebody else did."""

    user_id: str
    on_behalf_by: str | None = None


@dataclass(frozen=True)
class Written:
    """What a write did: to which row, and whether it was made."""

    table: Table
    key: str
    created: bool
    columns: frozenset[str]


class Writer:
    """Creates, changes and deletes rows; ``listeners`` hear of each write after it."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self.listeners: list[Callable[[Written, Caller], None]] = []
        self.completed_activities_read_only = True
        """Whether a completed or cancelled activity refuses changes, as many environments do."""

    def create(self, table: Table, body: Mapping[str, Any], caller: Caller, key: str | None = None) -> str:
        """Gives the key of the new row. A state in the body is ignored, as the service does."""
        given = body.get(table.key)
        key = key or (str(UUID(str(given))) if given else str(uuid4()))
        if self._store.get(table, key):
            raise DataverseError(412, "0x80040237", "A record with matching key values already exists.")
        row = self._defaults(table)
        row.update(self._values(table, {name: value for name, value in body.items() if name != table.key}))
        if "statecode" in table.columns:
            row["statecode"] = OPEN
            self._check_state(table, row, {"statuscode": row["statuscode"]})
        row[table.key] = key
        self._stamp(table, row, caller, new=True)
        _complete_names(table, row)
        with self._store.transaction():
            self._before_queueing(table, row)
            self._store.insert(table, row)
            self._parties(table, key, body)
            self._tell(Written(table, key, created=True, columns=frozenset(row)), caller)
        return key

    def update(self, table: Table, key: str, body: Mapping[str, Any], caller: Caller) -> None:
        """Changes what the body names. Raises DataverseError for a closed activity that takes no changes."""
        row = self._store.get(table, key)
        if row is None:
            raise missing(table.name, key)
        changes = self._values(table, {name: value for name, value in body.items() if name != table.key})
        if self._closed(table, row) and changes.get("statecode") != OPEN:
            raise DataverseError(400, "0x80040203", "Cannot update Closed or Cancelled Activity")
        self._check_state(table, row, changes)
        self._stamp(table, changes, caller, new=False)
        merged = {**row, **changes}
        _complete_names(table, merged)
        changes.update({name: value for name, value in merged.items() if row.get(name) != value and name != VERSION})
        with self._store.transaction():
            self._store.update(table, key, changes)
            if PARTIES in body:
                self._drop_parties(key)
                self._parties(table, key, body)
            self._follow_state(table, key, changes)
            self._tell(Written(table, key, created=False, columns=frozenset(changes)), caller)

    def upsert(
        self,
        table: Table,
        key: str,
        body: Mapping[str, Any],
        caller: Caller,
        *,
        match: str | None,
        none_match: str | None,
    ) -> bool:
        """PATCH by key: makes the row or changes it, as the conditions allow; True when it was made."""
        row = self._store.get(table, key)
        if row is None:
            if match is not None:
                raise missing(table.name, key)
            self.create(table, body, caller, key)
            return True
        if none_match == "*":
            raise exists()
        if match not in {None, "*", f'W/"{row[VERSION]}"'}:
            raise changed()
        self.update(table, key, body, caller)
        return False

    def delete(self, table: Table, key: str, caller: Caller, *, match: str | None) -> None:
        row = self._store.get(table, key)
        if row is None:
            raise missing(table.name, key)
        if match not in {None, "*", f'W/"{row[VERSION]}"'}:
            raise changed()
        with self._store.transaction():
            self._store.delete(table, key)
            if table.name == "phonecall":
                self._drop_parties(key)
                self._drop_queue_items(key)
            self._tell(Written(table, key, created=False, columns=frozenset()), caller)

    def _values(self, table: Table, body: Mapping[str, Any]) -> Row:
        values: Row = {}
        for name, value in body.items():
            if name.endswith(BIND):
                values.update(self._bound(table, name.removesuffix(BIND), value))
            elif "@" not in name and not (name == PARTIES and table.name == "phonecall"):
                values.update(self._plain(table, name, value))
        return values

    def _plain(self, table: Table, name: str, value: object) -> Row:
        column = table.columns.get(name)
        if column is None:
            if navigation := table.bindable().get(name):
                if value is None:
                    return {navigation[0].name: None, target_of(navigation[0].name): None}
                raise invalid(f"the navigation property '{name}' is set with {name}{BIND}")
            raise unknown_property(table.name, name)
        if not column.writable:
            return {}
        return {name: column.parse(value)}

    def _bound(self, table: Table, navigation: str, reference: object) -> Row:
        """The lookup that a ``…@odata.bind`` sets. The row bound to must be there and of the right table."""
        if navigation not in table.bindable():
            raise invalid(f"An undeclared property '{navigation}' which only has property annotations was found")
        column, targets = table.bindable()[navigation]
        match = _REFERENCE.fullmatch(str(reference))
        target = next((one for one in self._store.tables.values() if match and one.set_name == match["set"]), None)
        if match is None or target is None:
            raise invalid(f"'{reference}' is not a reference to a row")
        if target.name not in targets.split("|"):
            raise DataverseError(400, "0x80040203", f"'{navigation}' cannot reference a row of {target.set_name}.")
        if self._store.get(target, match["key"].lower()) is None:
            raise missing(target.name, match["key"].lower())
        return {column.name: match["key"].lower(), target_of(column.name): target.name}

    def _defaults(self, table: Table) -> Row:
        return {column.name: column.default for column in table.columns.values() if column.default is not None}

    def _stamp(self, table: Table, row: Row, caller: Caller, *, new: bool) -> None:
        now = self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        user = {target_of("createdby"): "systemuser"}
        if "modifiedon" not in table.columns:
            return
        row.update({"modifiedon": now, "modifiedby": caller.user_id, target_of("modifiedby"): "systemuser"})
        if new:
            row.update({"createdon": now, "createdby": caller.user_id, **user})
            if caller.on_behalf_by:
                row.update({"createdonbehalfby": caller.on_behalf_by, target_of("createdonbehalfby"): "systemuser"})
            if "ownerid" in table.columns and not row.get("ownerid"):
                row.update({"ownerid": caller.user_id, target_of("ownerid"): "systemuser"})
            if "enteredon" in table.columns:
                row["enteredon"] = now
        if "workerid" in row:
            row["workeridmodifiedon"] = now

    def _check_state(self, table: Table, row: Row, changes: Row) -> None:
        if not {"statecode", "statuscode"} & changes.keys():
            return
        state = changes.get("statecode", row["statecode"])
        status = changes.get("statuscode")
        if status is None:
            status = next((one for one, belongs in table.states.items() if belongs == state), None)
        if table.states.get(int(status or 0)) != state:
            raise DataverseError(
                400, "0x80048408", f"{status} is not a valid status code for state code {state} on {table.name}."
            )
        changes.update({"statecode": state, "statuscode": status})

    def _closed(self, table: Table, row: Row) -> bool:
        return (
            table.name == "phonecall"
            and self.completed_activities_read_only
            and row["statecode"] in {COMPLETED, CANCELED}
        )

    def _follow_state(self, table: Table, key: str, changes: Row) -> None:
        """A closed activity leaves its queue: its queue item becomes inactive."""
        if table.name == "phonecall" and changes.get("statecode") in {COMPLETED, CANCELED}:
            items = self._store.tables["queueitem"]
            for item in self._store.select(items, '"objectid" = ?', [key]):
                self._store.update(items, item[items.key], {"statecode": 1, "statuscode": 2})

    def _before_queueing(self, table: Table, row: Row) -> None:
        """A queue item needs queue and object; an object is in one queue at most."""
        if table.name != "queueitem":
            return
        if not row.get("queueid") or not row.get("objectid"):
            raise DataverseError(400, "0x80040203", "A queue item needs a queue and an object.")
        if self._store.select(table, '"objectid" = ? AND "statecode" = 0', [row["objectid"]]):
            raise DataverseError(400, "0x80040237", "The object is in a queue already.")
        source = self._store.tables[row[target_of("objectid")]]
        item = self._store.get(source, row["objectid"])
        row["title"] = row.get("title") or (item or {}).get(source.primary_name)
        row["objecttypecode"] = source.name

    def _parties(self, table: Table, key: str, body: Mapping[str, Any]) -> None:
        listed: Sequence[object] = body.get(PARTIES) or ()
        parties = self._store.tables["activityparty"]
        for one in listed:
            if not isinstance(one, Mapping):
                raise invalid(f"'{PARTIES}' is a list of objects")
            row = self._values(parties, one)
            if not row.get("participationtypemask"):
                raise DataverseError(400, "0x80040203", "An activity party needs a participationtypemask.")
            row.update({"activityid": key, target_of("activityid"): table.name, parties.key: str(uuid4())})
            self._store.insert(parties, row)

    def _drop_parties(self, key: str) -> None:
        parties = self._store.tables["activityparty"]
        for party in self._store.select(parties, '"activityid" = ?', [key]):
            self._store.delete(parties, party[parties.key])

    def _drop_queue_items(self, key: str) -> None:
        items = self._store.tables["queueitem"]
        for item in self._store.select(items, '"objectid" = ?', [key]):
            self._store.delete(items, item[items.key])

    def _tell(self, written: Written, caller: Caller) -> None:
        for listener in self.listeners:
            listener(written, caller)


def _complete_names(table: Table, row: Row) -> None:
    """The full name follows first and last name."""
    column: Column | None = table.columns.get("fullname")
    if column is not None and column.type is Type.STRING:
        row["fullname"] = " ".join(filter(None, (row.get("firstname"), row.get("lastname")))) or None
