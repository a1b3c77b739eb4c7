"""From a request to the table, row or action it is about."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from local.dynamics.actions import Actions
from local.dynamics.data.schema import Table
from local.dynamics.data.store import Store
from local.dynamics.data.writing import Caller, Writer
from local.dynamics.errors import DataverseError
from local.dynamics.odata.messages import ROOT, ApiAnswer, ApiRequest
from local.dynamics.odata.reading import Reader

_PATH = re.compile(r"(?P<set>\w+)(?:\((?P<key>[^()]*)\))?(?:/(?P<rest>[\w.]+))?")
NO_CREATE = {"activityparty"}


class Api:
    """The Web API of one environment, without HTTP."""

    def __init__(self, store: Store, origin: str, clock: Callable[[], datetime]) -> None:
        base = f"{origin}{ROOT}"
        self._base = base
        self._sets: Mapping[str, Table] = {table.set_name: table for table in store.tables.values()}
        self.store = store
        self.writer = Writer(store, clock)
        self.reader = Reader(store, base)
        self.actions = Actions(store, self.writer, base)

    def handle(self, request: ApiRequest, caller: Caller) -> ApiAnswer:
        """Never raises a refusal: it becomes the answer."""
        try:
            with self.store.transaction():
                return self._dispatch(request, caller)
        except DataverseError as error:
            return ApiAnswer.refused(error)

    def _dispatch(self, request: ApiRequest, caller: Caller) -> ApiAnswer:
        if request.path == "WhoAmI" or request.path == "WhoAmI()":
            return self.actions.who_am_i(caller)
        match = _PATH.fullmatch(request.path)
        table = self._sets.get(match["set"]) if match else None
        if match is None or table is None:
            raise DataverseError(404, "0x80060888", f"Resource not found for the segment '{request.path}'.")
        if match["key"] is None:
            return self._set(table, request, caller)
        key = _key(table, match["key"])
        if match["rest"]:
            return self.actions.call(table.set_name, key, match["rest"], request, caller)
        return self._row(table, key, request, caller)

    def _set(self, table: Table, request: ApiRequest, caller: Caller) -> ApiAnswer:
        if request.method == "GET":
            return self.reader.many(table, request)
        if request.method != "POST" or table.name in NO_CREATE:
            raise _not_allowed(request.method, table)
        key = self.writer.create(table, request.json(), caller)
        return self._written(table, key, request, created=True)

    def _row(self, table: Table, key: str, request: ApiRequest, caller: Caller) -> ApiAnswer:
        match, none_match = request.headers.get("if-match"), request.headers.get("if-none-match")
        if request.method == "GET":
            return self._unless_known(self.reader.one(table, key, request), none_match)
        if request.method == "PATCH" and table.name not in NO_CREATE:
            body = request.json()
            created = self.writer.upsert(table, key, body, caller, match=match, none_match=_condition(none_match))
            return self._written(table, key, request, created=created)
        if request.method == "DELETE":
            self.writer.delete(table, key, caller, match=match)
            return ApiAnswer(204)
        raise _not_allowed(request.method, table)

    def _unless_known(self, answer: ApiAnswer, none_match: str | None) -> ApiAnswer:
        known = answer.body is not None and none_match == answer.body.get("@odata.etag")
        return ApiAnswer(304) if known else answer

    def _written(self, table: Table, key: str, request: ApiRequest, *, created: bool) -> ApiAnswer:
        headers = {"OData-EntityId": f"{self._base}/{table.set_name}({key})", "OData-Version": "4.0"}
        if request.prefers("return") != "representation":
            return ApiAnswer(204, headers=headers)
        shown = self.reader.one(table, key, request)
        return ApiAnswer(201 if created else 200, shown.body, headers)


def _key(table: Table, text: str) -> str:
    try:
        return str(UUID(text.removeprefix(f"{table.key}=")))
    except ValueError:
        raise DataverseError(
            400, "0x80060888", f"The key '{text}' is neither a Guid nor an alternate key of {table.name}."
        ) from None


def _condition(none_match: str | None) -> str | None:
    """``If-None-Match: null`` is sent by many clients and means nothing."""
    return None if none_match == "null" else none_match


def _not_allowed(method: str, table: Table) -> DataverseError:
    return DataverseError(405, "0x80060888", f"The method {method} is not supported on {table.set_name}.")
