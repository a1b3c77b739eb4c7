"""Reading rows: ``$select``, ``$expand``, ``$orderby``, ``$top``, ``$count``, paging and change tracking."""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from local.dynamics.data.schema import Column, Table, Type
from local.dynamics.data.store import VERSION, Row, Store, target_of
from local.dynamics.data.tables import PARTIES
from local.dynamics.errors import DataverseError, bad_query, missing, unknown_property
from local.dynamics.odata.filters import compile_filter
from local.dynamics.odata.messages import ApiAnswer, ApiRequest

MAX_PAGE = 5000
OPTIONS = {"$select", "$expand", "$filter", "$orderby", "$top", "$count", "$skiptoken", "$deltatoken"}
NOT_WHEN_TRACKING = {"$filter", "$orderby", "$expand", "$top"}
_EXPAND = re.compile(r"(?P<name>\w+)(?:\((?P<options>[^()]*)\))?")


class Reader:
    """Answers GET requests. ``oldest_token``: delta tokens below it count as expired."""

    def __init__(self, store: Store, base: str) -> None:
        self._store = store
        self._base = base
        self.oldest_token = 0

    def one(self, table: Table, key: str, request: ApiRequest) -> ApiAnswer:
        row = self._store.get(table, key)
        if row is None:
            raise missing(table.name, key)
        _check_options(request, {"$select", "$expand"})
        context = {"@odata.context": f"{self._base}/$metadata#{table.set_name}/$entity"}
        return ApiAnswer(200, {**context, **self.to_json(table, row, request)}, {"OData-Version": "4.0"})

    def many(self, table: Table, request: ApiRequest) -> ApiAnswer:
        """A page of rows, or of changes where change tracking is asked for."""
        _check_options(request, OPTIONS)
        if request.prefers("odata.track-changes") or "$deltatoken" in request.query:
            return self._tracked(table, request)
        where, values = (
            compile_filter(table, request.query["$filter"], request.query) if "$filter" in request.query else ("", [])
        )
        answer: dict[str, Any] = {"@odata.context": f"{self._base}/$metadata#{table.set_name}"}
        if request.query.get("$count") == "true":
            answer["@odata.count"] = self._store.count(table, where, values)
        start, size = _page(request)
        rows = self._store.select(table, where, values, f"{_order(table, request)} LIMIT {size + 1} OFFSET {start}")
        answer["value"] = [self.to_json(table, row, request) for row in rows[:size]]
        if len(rows) > size and "$top" not in request.query:
            answer["@odata.nextLink"] = self._link(table, request, {"$skiptoken": _token({"start": start + size})})
        return ApiAnswer(200, answer, {"OData-Version": "4.0"})

    def to_json(self, table: Table, row: Row, request: ApiRequest) -> dict[str, Any]:
        """A row as the API shows it: its ETag, the selected columns, what is expanded."""
        selected = _selected(table, request.query.get("$select"))
        annotated = request.prefers("odata.include-annotations") is not None
        shown: dict[str, Any] = {"@odata.etag": f'W/"{row[VERSION]}"'}
        for column in selected:
            shown[column.json_name] = _value(column, row[column.name])
            if annotated and column.type is Type.LOOKUP and row[column.name]:
                target = str(row[target_of(column.name)])
                shown[f"{column.json_name}@Microsoft.Dynamics.CRM.lookuplogicalname"] = target
                shown[f"{column.json_name}@OData.Community.Display.V1.FormattedValue"] = self._name(
                    target, row[column.name]
                )
        shown[table.key] = row[table.key]
        return {**shown, **self._expanded(table, row, request)}

    def _expanded(self, table: Table, row: Row, request: ApiRequest) -> dict[str, Any]:
        expanded: dict[str, Any] = {}
        for match in _EXPAND.finditer(request.query.get("$expand", "")):
            name, options = (
                match["name"],
                dict(part.split("=", 1) for part in (match["options"] or "").split(";") if part),
            )
            inner = ApiRequest("GET", "", options, request.headers)
            if name == PARTIES and table.name == "phonecall":
                parties = self._store.tables["activityparty"]
                found = self._store.select(
                    parties, '"activityid" = ?', [row[table.key]], 'ORDER BY "participationtypemask"'
                )
                expanded[name] = [self.to_json(parties, party, inner) for party in found]
                continue
            bound = table.bindable().get(name)
            if bound is None:
                raise unknown_property(table.name, name)
            expanded[name] = self._single(row, bound[0], bound[1], inner)
        return expanded

    def _single(self, row: Row, column: Column, target: str, inner: ApiRequest) -> dict[str, Any] | None:
        actual = row[target_of(column.name)]
        if row[column.name] is None or actual not in target.split("|"):
            return None
        found = self._store.get(self._store.tables[actual], row[column.name])
        return self.to_json(self._store.tables[actual], found, inner) if found else None

    def _name(self, target: str, key: str) -> str:
        table = self._store.tables[target]
        found = self._store.get(table, key)
        return str(found[table.primary_name] or "") if found else ""

    def _tracked(self, table: Table, request: ApiRequest) -> ApiAnswer:
        """Everything first, page by page; then, with a delta token, what changed since."""
        if not table.change_tracking or NOT_WHEN_TRACKING & request.query.keys():
            raise bad_query("This query cannot be combined with change tracking.")
        token = _read_token(request.query.get("$deltatoken") or request.query.get("$skiptoken"))
        size = int(request.prefers("odata.maxpagesize") or MAX_PAGE)
        start, until = int(token.get("start", 0)), int(token.get("until", self._store.change_number()))
        if "since" in token:
            if int(token["since"]) < self.oldest_token:
                raise DataverseError(410, "0x80072504", "The delta token has expired.")
            entries = [
                self._entry(table, key, request, deleted=deleted)
                for key, deleted in self._store.changed_since(table, int(token["since"]))
            ]
            more, page = len(entries) > start + size, entries[start : start + size]
        else:
            rows = self._store.select(table, "", [], f'ORDER BY "{table.key}" LIMIT {size + 1} OFFSET {start}')
            more, page = len(rows) > size, [self.to_json(table, row, request) for row in rows[:size]]
        answer: dict[str, Any] = {
            "@odata.context": f"{self._base}/$metadata#{table.set_name}/$delta",
            "value": page,
        }
        if more:
            following = {**token, "start": start + size, "until": until}
            answer["@odata.nextLink"] = self._link(table, request, {"$skiptoken": _token(following)})
        else:
            answer["@odata.deltaLink"] = self._link(table, request, {"$deltatoken": _token({"since": until})})
        return ApiAnswer(200, answer, {"OData-Version": "4.0", "Preference-Applied": "odata.track-changes"})

    def _entry(self, table: Table, key: str, request: ApiRequest, *, deleted: bool) -> dict[str, Any]:
        row = None if deleted else self._store.get(table, key)
        if row is None:
            context = f"{self._base}/$metadata#{table.set_name}/$deletedEntity"
            return {"@odata.context": context, "id": key, "reason": "deleted"}
        return self.to_json(table, row, request)

    def _link(self, table: Table, request: ApiRequest, extra: Mapping[str, str]) -> str:
        kept = {name: value for name, value in request.query.items() if name not in {"$skiptoken", "$deltatoken"}}
        return f"{self._base}/{table.set_name}?{urlencode({**kept, **extra})}"


def _check_options(request: ApiRequest, allowed: set[str]) -> None:
    for name in request.query:
        if name.startswith("$") and name not in allowed:
            raise bad_query(f"The query parameter {name} is not supported.")


def _page(request: ApiRequest) -> tuple[int, int]:
    start = int(_read_token(request.query.get("$skiptoken")).get("start", 0))
    size = min(int(request.prefers("odata.maxpagesize") or MAX_PAGE), MAX_PAGE)
    if "$top" in request.query:
        if not request.query["$top"].isdigit():
            raise bad_query(f"Invalid value '{request.query['$top']}' for $top query option.")
        size = min(size, int(request.query["$top"]))
    return start, size


def _order(table: Table, request: ApiRequest) -> str:
    parts: list[str] = []
    for part in filter(None, request.query.get("$orderby", "").split(",")):
        name, _, direction = part.strip().partition(" ")
        column = table.by_json_name(name)
        if column is None or direction.strip() not in {"", "asc", "desc"}:
            raise unknown_property(table.name, name)
        parts.append(f'"{column.name}" {direction}')
    return "ORDER BY " + ", ".join([*parts, f'"{table.key}"'])


def _selected(table: Table, text: str | None) -> Sequence[Column]:
    if not text:
        return list(table.columns.values())
    columns: list[Column] = []
    for name in text.split(","):
        column = table.by_json_name(name.strip()) or table.columns.get(name.strip())
        if column is None:
            raise unknown_property(table.name, name.strip())
        columns.append(column)
    return columns


def _value(column: Column, stored: object) -> object:
    if stored is None:
        return None
    return bool(stored) if column.type is Type.BOOLEAN else stored


def _token(content: Mapping[str, int]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


def _read_token(text: str | None) -> dict[str, int]:
    if not text:
        return {}
    try:
        content: dict[str, int] = json.loads(base64.urlsafe_b64decode(text))
    except ValueError:
        raise bad_query("The paging or delta token cannot be read.") from None
    return content
