"""A row as the API shows it: its ETag, the selected columns, annotations, what is expanded."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from local.dynamics.data.schema import Collection, Column, TableSchema, Type
from local.dynamics.data.store import VERSION, Row, Store, target_of
from local.dynamics.errors import bad_query, unknown_property
from local.dynamics.odata.filters import Sql, compile_filter
from local.dynamics.odata.messages import ApiRequest
from local.dynamics.odata.options import check_options, expansions, ordering, selected, top

FORMATTED = "OData.Community.Display.V1.FormattedValue"
LOGICAL_NAME = "Microsoft.Dynamics.CRM.lookuplogicalname"
NAVIGATION = "Microsoft.Dynamics.CRM.associatednavigationproperty"
IN_SINGLE = frozenset({"$select", "$expand"})
IN_COLLECTION = frozenset({"$select", "$expand", "$filter", "$orderby", "$top"})


@dataclass(eq=False, repr=False)
class Display:
    """Shows rows of one store."""

    store: Store

    def check(self, table: TableSchema, query: Mapping[str, str]) -> None:
        """Raises DataverseError for what cannot be selected or expanded, whether or not there are rows."""
        selected(table, query.get("$select"))
        for name, options in expansions(query.get("$expand")):
            if collection := table.collections.get(name):
                inner = self.store.tables[collection.table]
                check_options(options, IN_COLLECTION)
                self._condition(inner, options)
                ordering(inner, options.get("$orderby"))
                self.check(inner, options)
            else:
                self._check_single(table, name, options)

    def row(self, table: TableSchema, row: Row, request: ApiRequest) -> dict[str, Any]:
        """``$select``, ``$expand`` and the annotations that the request prefers. Raises DataverseError."""
        shown: dict[str, Any] = {"@odata.etag": f'W/"{row[VERSION]}"'}
        wanted = request.prefers("odata.include-annotations")
        for column in selected(table, request.query.get("$select")):
            shown[column.json_name] = _value(column, row[column.name])
            if wanted and row[column.name] is not None:
                shown.update(self._annotations(column, row, wanted))
        shown[table.key] = row[table.key]
        for name, options in expansions(request.query.get("$expand")):
            shown[name] = self._expanded(table, row, name, ApiRequest("GET", "", options, request.headers))
        return shown

    def name(self, target: str, key: str) -> str | None:
        """What a row is called."""
        table = self.store.tables[target]
        found = self.store.get(table, key)
        return found[table.primary_name] if found else None

    def collection(
        self, table: TableSchema, key: str, collection: Collection, request: ApiRequest
    ) -> list[dict[str, Any]]:
        """The rows that point to one, filtered and ordered as asked."""
        inner = self.store.tables[collection.table]
        where, values = self._condition(inner, request.query)
        limit = top(request.query.get("$top"))
        tail = ordering(inner, request.query.get("$orderby")) + (f" LIMIT {limit}" if limit is not None else "")
        where = f'"{collection.column}" = ? AND "{target_of(collection.column)}" = ? AND ({where})'
        found = self.store.select(inner, where, [key, table.name, *values], tail)
        return [self.row(inner, one, request) for one in found]

    def single(
        self, table: TableSchema, row: Row, name: str, request: ApiRequest
    ) -> tuple[TableSchema, dict[str, Any]] | None:
        """The row a lookup points to, if it points into a table of this navigation property."""
        found = table.navigation(name)
        if found is None:
            raise unknown_property(table.name, name)
        column, targets = found
        actual = row[target_of(column.name)]
        if row[column.name] is None or actual not in targets:
            return None
        target = self.store.tables[actual]
        if len(targets) > 1:
            return target, _principal(target, row[column.name])
        pointed = self.store.get(target, row[column.name])
        return (target, self.row(target, pointed, request)) if pointed else None

    def _condition(self, table: TableSchema, query: Mapping[str, str]) -> Sql:
        if "$filter" not in query:
            return "1", []
        return compile_filter(self.store.tables, table, query["$filter"], query)

    def _check_single(self, table: TableSchema, name: str, options: Mapping[str, str]) -> None:
        found = table.navigation(name)
        if found is None:
            raise unknown_property(table.name, name)
        check_options(options, IN_SINGLE)
        if len(found[1]) > 1:
            _check_principal(options)
        else:
            self.check(self.store.tables[found[1][0]], options)

    def _expanded(self, table: TableSchema, row: Row, name: str, inner: ApiRequest) -> object:
        if collection := table.collections.get(name):
            return self.collection(table, row[table.key], collection, inner)
        found = self.single(table, row, name, inner)
        return found[1] if found else None

    def _annotations(self, column: Column, row: Row, wanted: str) -> Mapping[str, object]:
        found: dict[str, object] = {FORMATTED: self._formatted(column, row)}
        if column.type is Type.LOOKUP:
            target = row[target_of(column.name)]
            found[LOGICAL_NAME] = target
            found[NAVIGATION] = next((name for name, targets in column.targets.items() if target in targets), None)
        return {
            f"{column.json_name}@{name}": value
            for name, value in found.items()
            if value is not None and _is_wanted(name, wanted)
        }

    def _formatted(self, column: Column, row: Row) -> str | None:
        value = row[column.name]
        if column.type is Type.LOOKUP:
            target = row[target_of(column.name)]
            return self.name(target, value) if target else None
        if column.labels:
            return column.labels.get(value)
        if column.type is Type.DATETIME:
            moment = datetime.fromisoformat(value)
            return f"{moment.month}/{moment.day}/{moment.year} {moment.strftime('%I').lstrip('0')}:{moment:%M %p}"
        return f"{value:,}" if column.type in {Type.INTEGER, Type.PICKLIST} else None


def _check_principal(query: Mapping[str, str]) -> None:
    """Owners are of an abstract type that has nothing but an id."""
    for name in filter(None, query.get("$select", "").split(",")):
        if name.strip() != "ownerid":
            raise unknown_property("principal", name.strip())
    if "$expand" in query:
        raise bad_query("An owner cannot be expanded any further.")


def _principal(target: TableSchema, key: str) -> dict[str, Any]:
    return {"@odata.type": f"#Microsoft.Dynamics.CRM.{target.name}", "ownerid": key}


def _is_wanted(name: str, wanted: str) -> bool:
    return any(fnmatchcase(name, pattern.strip()) for pattern in wanted.split(","))


def _value(column: Column, stored: object) -> object:
    if stored is None:
        return None
    return bool(stored) if column.type is Type.BOOLEAN else stored
