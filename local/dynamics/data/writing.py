"""Writing rows by Dataverse's rules: keys, preconditions, owners, stamps, states."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from local.dynamics.data.activities import Activities
from local.dynamics.data.cascades import Cascades
from local.dynamics.data.model import Caller, Written
from local.dynamics.data.payload import Payload
from local.dynamics.data.queueing import Queueing
from local.dynamics.data.schema import TableSchema
from local.dynamics.data.store import VERSION, Row, Store, target_of
from local.dynamics.errors import DataverseError, changed, exists, invalid, key_taken, missing


class Writer:
    """Creates, changes and deletes rows, each in a transaction."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._payload = Payload(store)
        self.activities = Activities(store, self._payload, self._now)
        self._queueing = Queueing(store, self._now)
        self._cascades = Cascades(store, self._noted)

    def create(self, table: TableSchema, body: Mapping[str, Any], caller: Caller, key: str | None = None) -> str:
        """Gives the key of the new row; a key in the body is taken unless one is given."""
        key = key or _given_key(table, body) or str(uuid4())
        with self._store.transaction():
            if self._store.get(table, key):
                raise exists()
            row = {column.name: column.default for column in table.columns.values() if column.default is not None}
            row.update(self._payload.values(table, body, creating=True))
            row[table.key] = key
            self._check_state(table, row, {"statuscode": row["statuscode"]} if "statuscode" in row else {})
            self._stamp_new(table, row, caller)
            _complete_names(table, row)
            self.activities.before_create(table, row)
            self._queueing.before_create(table, row)
            self._check_keys(table, row, None)
            self._store.insert(table, row)
            self.activities.write_parties(table, key, body)
            self._noted("Create", table, key, frozenset(row), caller)
        return key

    def update(self, table: TableSchema, key: str, body: Mapping[str, Any], caller: Caller) -> None:
        """Changes what the body names."""
        with self._store.transaction():
            row = self._store.get(table, key)
            if row is None:
                raise missing(table.name, key)
            changes = self._payload.values(table, body, creating=False)
            self.activities.before_update(table, row, changes)
            self._check_state(table, row, changes)
            self._queueing.before_update(table, row, changes)
            given = frozenset(changes)
            self._stamp(table, changes, caller)
            self._derive_owner(table, changes)
            merged = {**row, **changes}
            _complete_names(table, merged)
            self._check_keys(table, merged, key)
            changes.update({one: value for one, value in merged.items() if row.get(one) != value and one != VERSION})
            self._store.update(table, key, changes)
            self.activities.write_parties(table, key, body)
            self._queueing.after_update(table, key, changes)
            self._noted("Update", table, key, given | _really_changed(row, changes), caller)

    def upsert(
        self,
        table: TableSchema,
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
        _check_version(row, match)
        self.update(table, key, body, caller)
        return False

    def delete(self, table: TableSchema, key: str, caller: Caller, *, match: str | None = None) -> None:
        with self._store.transaction():
            row = self._store.get(table, key)
            if row is None:
                raise missing(table.name, key)
            _check_version(row, match)
            self._cascades.before_delete(table, key, caller)
            self._store.delete(table, key)
            self._store.note(Written("Delete", table, key, frozenset(), caller, row))

    def find(self, table: TableSchema, values: Mapping[str, object]) -> str | None:
        """The key of the row with these alternate key values."""
        where = " AND ".join(f'"{name}" = ?' for name in values)
        found = self._store.select(table, where, list(values.values()))
        return str(found[0][table.key]) if found else None

    def _noted(self, message: str, table: TableSchema, key: str, columns: frozenset[str], caller: Caller) -> None:
        shown = frozenset(name for name in columns if name in table.columns)
        self._store.note(Written(message, table, key, shown, caller, self._store.get(table, key) or {}))

    def _now(self) -> str:
        return self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _stamp_new(self, table: TableSchema, row: Row, caller: Caller) -> None:
        if "createdon" not in table.columns:
            return
        self._stamp(table, row, caller)
        now = row["modifiedon"]
        row["createdon"] = row.get("overriddencreatedon") or now
        if row.get("overriddencreatedon"):
            row["overriddencreatedon"] = now
        row.update(_user("createdby", caller.user_id))
        if caller.on_behalf_by:
            row.update(_user("createdonbehalfby", caller.on_behalf_by))
        if "ownerid" in table.columns and not row.get("ownerid"):
            row.update(_user("ownerid", caller.user_id))
        self._derive_owner(table, row)

    def _stamp(self, table: TableSchema, row: Row, caller: Caller) -> None:
        if "modifiedon" not in table.columns:
            return
        row["modifiedon"] = self._now()
        row.update(_user("modifiedby", caller.user_id))
        row.update(_user("modifiedonbehalfby", caller.on_behalf_by))

    def _derive_owner(self, table: TableSchema, row: Row) -> None:
        if "ownerid" not in row or "owninguser" not in table.columns:
            return
        if row["ownerid"] is None:
            raise invalid(table.set_name, "The owner of a row cannot be removed.")
        is_team = row[target_of("ownerid")] == "team"
        row.update(_user("owninguser", None if is_team else row["ownerid"]))
        row.update({"owningteam": row["ownerid"] if is_team else None, target_of("owningteam"): "team"})

    def _check_state(self, table: TableSchema, row: Row, changes: Row) -> None:
        """Completes a state with its default status, and refuses a pair that the table does not have."""
        if not table.states or not {"statecode", "statuscode"} & changes.keys():
            return
        given = changes.get("statecode")
        state = int(row["statecode"] if given is None else given)
        status = changes.get("statuscode")
        if status is None:
            status = table.default_status(state)
        if table.states.get(int(status or 0)) != state:
            name = table.columns["statecode"].labels.get(state, str(state))
            message = (
                f"{status} is not a valid status code for state code {table.name}State.{name} on {table.name} with "
                f"Id {row[table.key]}."
            )
            raise DataverseError(400, "0x80048408", message)
        changes.update({"statecode": state, "statuscode": status})

    def _check_keys(self, table: TableSchema, row: Row, own: str | None) -> None:
        for name, columns in table.keys.items():
            values = {column: row.get(column) for column in columns}
            if any(value is None for value in values.values()):
                continue
            if self.find(table, values) not in {None, own}:
                raise key_taken(name, ", ".join(columns))


def _user(column: str, user_id: str | None) -> Row:
    return {column: user_id, target_of(column): "systemuser" if user_id else None}


def _given_key(table: TableSchema, body: Mapping[str, Any]) -> str | None:
    given = body.get(table.key)
    if given is None:
        return None
    try:
        return str(UUID(str(given)))
    except ValueError:
        raise invalid(
            table.set_name, f"Cannot convert the literal '{given}' to the expected type 'Edm.Guid'."
        ) from None


def _check_version(row: Row, match: str | None) -> None:
    if match not in {None, "*", f'W/"{row[VERSION]}"'}:
        raise changed()


def _really_changed(row: Row, changes: Row) -> frozenset[str]:
    return frozenset(name for name, value in changes.items() if row.get(name) != value)


def _complete_names(table: TableSchema, row: Row) -> None:
    """The full name follows its parts."""
    if "fullname" in table.columns:
        parts = (row.get("firstname"), row.get("middlename"), row.get("lastname"))
        row["fullname"] = " ".join(filter(None, parts)) or None
