"""Answers to GET requests: one row, a page of rows, a count, a property of a row."""

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from local.dynamics.data.schema import TableSchema
from local.dynamics.data.store import VERSION, Store
from local.dynamics.errors import bad_query, missing, not_found
from local.dynamics.odata.filters import Sql, compile_filter
from local.dynamics.odata.messages import ApiAnswer, ApiRequest
from local.dynamics.odata.options import MAX_PAGE, check_options, ordering, page_size, top
from local.dynamics.odata.showing import IN_SINGLE, Display

ODATA = {"OData-Version": "4.0"}
OF_SET = frozenset({"$select", "$expand", "$filter", "$orderby", "$top", "$count", "$skiptoken"})
FILTER_ONLY = frozenset({"$filter"})


class Reader:
    """``base`` is the address of the API."""

    def __init__(self, store: Store, base: str) -> None:
        self._store = store
        self._base = base
        self._display = Display(store)

    def one(self, table: TableSchema, key: str, request: ApiRequest) -> ApiAnswer:
        """A row, or 304 when the caller has this version of it and asks for nothing beside it."""
        check_options(request.query, IN_SINGLE)
        self._display.check(table, request.query)
        row = self._store.get(table, key)
        if row is None:
            raise missing(table.name, key)
        plain = "$expand" not in request.query and request.prefers("odata.include-annotations") is None
        if plain and request.headers.get("if-none-match") == f'W/"{row[VERSION]}"':
            return ApiAnswer(304)
        body = {"@odata.context": self._context(f"{table.set_name}/$entity"), **self._display.row(table, row, request)}
        return ApiAnswer(200, body, {**ODATA, "ETag": str(body["@odata.etag"])})

    def many(self, table: TableSchema, request: ApiRequest) -> ApiAnswer:
        """A page of rows. ``$top`` makes it the only one."""
        check_options(request.query, OF_SET)
        self._display.check(table, request.query)
        where, values = self._where(table, request)
        body: dict[str, Any] = {"@odata.context": self._context(table.set_name)}
        if request.query.get("$count") == "true":
            body["@odata.count"] = min(self._store.count(table, where, values), MAX_PAGE)
        start = read_token(request.query.get("$skiptoken")).get("start", 0)
        limit = top(request.query.get("$top"))
        size = page_size(request) if limit is None else limit
        tail = f"{ordering(table, request.query.get('$orderby'))} LIMIT {size + 1} OFFSET {start}"
        rows = self._store.select(table, where, values, tail)
        body["value"] = [self._display.row(table, row, request) for row in rows[:size]]
        if len(rows) > size and limit is None:
            body["@odata.nextLink"] = link(self._base, table, request, "$skiptoken", {"start": start + size})
        return ApiAnswer(200, body, {**ODATA, **_applied(request)})

    def count(self, table: TableSchema, request: ApiRequest) -> ApiAnswer:
        """``/contacts/$count``, which never tells more than 5000."""
        check_options(request.query, FILTER_ONLY)
        where, values = self._where(table, request)
        return ApiAnswer(200, str(min(self._store.count(table, where, values), MAX_PAGE)), ODATA)

    def part(self, table: TableSchema, key: str, name: str, request: ApiRequest) -> ApiAnswer:
        """One property of a row, the row a lookup points to, or the rows of a collection."""
        if name in table.collections or table.navigation(name):
            self._display.check(table, {"$expand": f"{name}({_joined(request.query)})" if request.query else name})
        row = self._store.get(table, key)
        if row is None:
            raise missing(table.name, key)
        if collection := table.collections.get(name):
            rows = self._display.collection(table, key, collection, request)
            inner = self._store.tables[collection.table]
            return ApiAnswer(200, {"@odata.context": self._context(inner.set_name), "value": rows}, ODATA)
        if table.navigation(name):
            found = self._display.single(table, row, name, request)
            if found is None:
                return ApiAnswer(204)
            context = self._context(f"{found[0].set_name}/$entity")
            return ApiAnswer(200, {"@odata.context": context, **found[1]}, ODATA)
        column = table.by_json_name(name)
        if column is None:
            raise not_found(name)
        if row[column.name] is None:
            return ApiAnswer(204)
        value = self._display.row(table, row, ApiRequest("GET", "", {"$select": name}, {}))[name]
        return ApiAnswer(
            200, {"@odata.context": self._context(f"{table.set_name}({key})/{name}"), "value": value}, ODATA
        )

    def _where(self, table: TableSchema, request: ApiRequest) -> Sql:
        if "$filter" not in request.query:
            return "1", []
        return compile_filter(self._store.tables, table, request.query["$filter"], request.query)

    def _context(self, what: str) -> str:
        return f"{self._base}/$metadata#{what}"


def link(base: str, table: TableSchema, request: ApiRequest, option: str, token: Mapping[str, Any]) -> str:
    """The address that goes on from here, with everything else that was asked."""
    kept = {name: value for name, value in request.query.items() if name not in {"$skiptoken", "$deltatoken"}}
    text = base64.urlsafe_b64encode(json.dumps(token).encode()).decode()
    query = "&".join(f"{name}={quote(value, safe='$,()')}" for name, value in {**kept, option: text}.items())
    return f"{base}/{table.set_name}?{query}"


def _fits(name: str, value: object) -> bool:
    """``after`` is a key, everything else a number."""
    return isinstance(value, str) if name == "after" else type(value) is int


def _joined(query: Mapping[str, str]) -> str:
    return ";".join(f"{name}={value}" for name, value in query.items())


def read_token(text: str | None) -> dict[str, Any]:
    """What a paging or delta token holds. Raises DataverseError for one that is not ours."""
    if not text:
        return {}
    try:
        content = json.loads(base64.urlsafe_b64decode(text))
    except ValueError:
        content = None
    if not isinstance(content, dict) or not all(_fits(name, value) for name, value in content.items()):
        raise bad_query("Malformed paging or delta token in the query.")
    return content


def _applied(request: ApiRequest) -> dict[str, str]:
    size = request.prefers("odata.maxpagesize")
    return {"Preference-Applied": f"odata.maxpagesize={size}"} if size else {}
