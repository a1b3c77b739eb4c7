"""From the JSON of a write to the values of a row: plain columns, bound lookups, what is only for show."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.dynamics.data.schema import TableSchema, Type
from local.dynamics.data.store import Row, Store, target_of
from local.dynamics.data.tables import PARTIES
from local.dynamics.data.values import stored
from local.dynamics.errors import invalid, missing

BIND = "@odata.bind"
_REFERENCE = re.compile(r"(?:https?://[^/]+)?(?:/api/data/v9\.\d)?/?(?P<set>\w+)\((?P<key>[^()]+)\)")
_GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


@dataclass(eq=False, repr=False)
class Payload:
    """Reads what clients send; ``store`` tells whether the rows that are bound to are there."""

    store: Store

    def values(self, table: TableSchema, body: Mapping[str, Any], *, creating: bool) -> Row:
        """The values to write. What the client may not write is left out, as the service leaves it out.

        Raises DataverseError for an unknown property, a wrong type, a bad reference.
        """
        values: Row = {}
        for name, value in body.items():
            if name == table.key or (name == PARTIES and PARTIES in table.collections):
                continue
            if name.endswith(BIND):
                values.update(self._bound(table, name.removesuffix(BIND), value, creating=creating))
            elif "@" not in name:
                values.update(self._plain(table, name, value, creating=creating))
        return values

    def reference(self, text: object) -> tuple[TableSchema, str]:
        """The table and key that ``/contacts(guid)`` names. Raises DataverseError when there is no such row."""
        match = _REFERENCE.fullmatch(str(text))
        target = self._by_set(match["set"]) if match else None
        if match is None or target is None:
            raise invalid("", f"Invalid URI '{text}': it does not name a row.")
        key = match["key"].removeprefix(f"{target.key}=")
        if not _GUID.fullmatch(key):
            raise invalid("", f"Invalid URI '{text}': '{key}' is not a Guid.")
        if self.store.get(target, key.lower()) is None:
            raise missing(target.name, key.lower())
        return target, key.lower()

    def _plain(self, table: TableSchema, name: str, value: object, *, creating: bool) -> Row:
        column = table.by_json_name(name)
        if column is not None:
            if column.type is not Type.LOOKUP and not (column.creatable if creating else column.updatable):
                return {}
            return {column.name: stored(table, column, value)}
        if found := table.navigation(name):
            if value is None:
                return {found[0].name: None, target_of(found[0].name): None}
            raise invalid(table.set_name, f"The navigation property '{name}' is set by {name}{BIND}.")
        raise invalid(
            table.set_name,
            f"Invalid property '{name}' was found in entity 'Microsoft.Dynamics.CRM.{table.name}'. ---> "
            f"Microsoft.OData.ODataException: The property '{name}' does not exist on type "
            f"'Microsoft.Dynamics.CRM.{table.name}'. Make sure to only use property names that are defined by the "
            "type.",
        )

    def _bound(self, table: TableSchema, navigation: str, reference: object, *, creating: bool) -> Row:
        found = table.navigation(navigation)
        if found is None:
            raise invalid(
                table.set_name,
                f"An undeclared property '{navigation}' which only has property annotations in the payload but no "
                "property value was found in the payload. In OData, only declared navigation properties and declared "
                "named streams can be represented as properties without values.",
            )
        column, targets = found
        if reference is None:
            return {column.name: None, target_of(column.name): None}
        target, key = self.reference(reference)
        self._check_target(table, navigation, target, targets)
        if not (column.creatable if creating else column.updatable):
            return {}
        return {column.name: key, target_of(column.name): target.name}

    def _check_target(self, table: TableSchema, navigation: str, target: TableSchema, targets: Sequence[str]) -> None:
        if target.name not in targets:
            expected = " or ".join(targets)
            raise invalid(
                table.set_name,
                f"A resource of type '{target.name}' was found for '{navigation}', which expects {expected}.",
            )

    def _by_set(self, set_name: str) -> TableSchema | None:
        return next((table for table in self.store.tables.values() if table.set_name == set_name), None)
