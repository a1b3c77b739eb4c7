"""From a request to the table, row or action it is about."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from local.dynamics.actions import CRM, Actions
from local.dynamics.data.model import Caller
from local.dynamics.data.schema import TableSchema
from local.dynamics.data.store import Store
from local.dynamics.data.writing import Writer
from local.dynamics.errors import DataverseError, exists, lacks_privilege, missing_key, not_allowed, not_found
from local.dynamics.odata.keys import RowKey, parse_key
from local.dynamics.odata.messages import ROOT, ApiAnswer, ApiRequest
from local.dynamics.odata.reading import Reader
from local.dynamics.odata.tracking import Tracking
from local.dynamics.presence import AgentPresence
from local.dynamics.privileges import Privileges, privilege_name

_PATH = re.compile(r"(?P<set>\w+)(?:\((?P<key>(?:[^()']|'(?:[^']|'')*')*)\))?(?:/(?P<rest>\$?[\w.]+)(?:\(\))?)?")
NO_CREATE = frozenset({"activityparty"})
NO_DELETE = frozenset({"activityparty", "systemuser"})
PRIVILEGES = {"GET": "Read", "POST": "Create", "PATCH": "Write", "DELETE": "Delete"}


class Api:
    """The Web API of one environment, without HTTP."""

    def __init__(self, store: Store, origin: str, clock: Callable[[], datetime]) -> None:
        base = f"{origin}{ROOT}"
        self._base = base
        self._sets: Mapping[str, str] = {table.set_name: table.name for table in store.tables.values()}
        self.store = store
        self.writer = Writer(store, clock)
        self.tracking = Tracking(store, base, clock)
        self.privileges = Privileges(store)
        self.presence = AgentPresence(store, self.writer, self.privileges, base, clock)
        self._reader = Reader(store, base)
        self._actions = Actions(store, self.writer, base)

    def handle(self, request: ApiRequest, caller: Caller) -> ApiAnswer:
        """Never raises a refusal: it becomes the answer."""
        try:
            with self.store.transaction():
                return self._dispatch(request, caller)
        except DataverseError as error:
            return ApiAnswer.refused(error)

    def _dispatch(self, request: ApiRequest, caller: Caller) -> ApiAnswer:
        if not request.path and request.method == "GET":
            return self._service_document()
        if request.path in {"WhoAmI", "WhoAmI()"} and request.method == "GET":
            return self._actions.who_am_i(caller)
        if self.presence.serves(request.path):
            return self.presence.answer(request, caller)
        match = _PATH.fullmatch(request.path)
        if match is None or match["set"] not in self._sets:
            raise not_found(request.path)
        table = self.store.tables[self._sets[match["set"]]]
        self._check_privilege(table, request.method, caller)
        if match["key"] is None:
            return self._set(table, match["rest"], request, caller)
        key = parse_key(table, match["key"])
        if match["rest"]:
            return self._below(table, self._present(table, key), match["rest"], request, caller)
        return self._row(table, key, request, caller)

    def _set(self, table: TableSchema, rest: str | None, request: ApiRequest, caller: Caller) -> ApiAnswer:
        if rest == "$count" and request.method == "GET":
            return self._reader.count(table, request)
        if rest:
            return self._actions.on_set(table, rest, request, caller)
        if request.method == "GET":
            tracked = self.tracking.asked(request)
            return self.tracking.answer(table, request) if tracked else self._reader.many(table, request)
        if request.method != "POST" or table.name in NO_CREATE:
            raise not_allowed(request.method)
        key = self.writer.create(table, request.json(), caller)
        return self._written(table, key, request, created=True)

    def _below(self, table: TableSchema, key: str, rest: str, request: ApiRequest, caller: Caller) -> ApiAnswer:
        if request.method == "GET" and (table.name, rest) == ("systemuser", f"{CRM}RetrieveUserPrivileges"):
            context = f"{self._base}/$metadata#{CRM}RetrieveUserPrivilegesResponse"
            return ApiAnswer(200, {"@odata.context": context, "RolePrivileges": list(self.privileges.held_by(key))})
        if request.method == "GET":
            return self._reader.part(table, key, rest, request)
        if request.method == "POST":
            return self._actions.on_row(table, key, rest, request, caller)
        raise not_allowed(request.method)

    def _row(self, table: TableSchema, key: RowKey, request: ApiRequest, caller: Caller) -> ApiAnswer:
        match, none_match = request.headers.get("if-match"), request.headers.get("if-none-match")
        if request.method == "GET":
            return self._reader.one(table, self._present(table, key), request)
        if request.method == "PATCH" and table.name not in NO_CREATE:
            return self._patch(table, key, request, caller, match, none_match)
        if request.method == "DELETE" and table.name not in NO_DELETE:
            self.writer.delete(table, self._present(table, key), caller, match=match)
            return ApiAnswer(204)
        raise not_allowed(request.method)

    def _patch(
        self,
        table: TableSchema,
        key: RowKey,
        request: ApiRequest,
        caller: Caller,
        match: str | None,
        none_match: str | None,
    ) -> ApiAnswer:
        body = request.json()
        if key.id is not None:
            created = self.writer.upsert(table, key.id, body, caller, match=match, none_match=none_match)
            return self._written(table, key.id, request, created=created)
        found = self.writer.find(table, key.values)
        if found is None:
            if match is not None:
                raise missing_key(table.name)
            made = self.writer.create(table, {**_shown_values(table, key), **body}, caller)
            return self._written(table, made, request, created=True, shown=key.text)
        if none_match == "*":
            raise exists()
        self.writer.upsert(table, found, body, caller, match=match, none_match=none_match)
        return self._written(table, found, request, created=False, shown=key.text)

    def _present(self, table: TableSchema, key: RowKey) -> str:
        """The id of the row a key means. Raises DataverseError when no row has these alternate key values."""
        found = key.id or self.writer.find(table, key.values)
        if found is None:
            raise missing_key(table.name)
        return found

    def _check_privilege(self, table: TableSchema, method: str, caller: Caller) -> None:
        """Both have it, the caller and who acts for them. An upsert needs no other privilege than writing here."""
        privilege = privilege_name(PRIVILEGES.get(method, "Read"), table.name)
        for user_id in filter(None, (caller.user_id, caller.on_behalf_by)):
            if not self.privileges.has(user_id, privilege):
                raise lacks_privilege(user_id, privilege)

    def _written(
        self, table: TableSchema, key: str, request: ApiRequest, *, created: bool, shown: str | None = None
    ) -> ApiAnswer:
        headers = {"OData-EntityId": f"{self._base}/{table.set_name}({shown or key})", "OData-Version": "4.0"}
        if request.prefers("return") != "representation":
            return ApiAnswer(204, headers=headers)
        plain = {name: value for name, value in request.headers.items() if name != "if-none-match"}
        answer = self._reader.one(table, key, ApiRequest("GET", "", request.query, plain))
        applied = {"Preference-Applied": "return=representation"}
        return ApiAnswer(201 if created else 200, answer.body, {**headers, **answer.headers, **applied})

    def _service_document(self) -> ApiAnswer:
        sets = [{"name": name, "kind": "EntitySet", "url": name} for name in self._sets]
        return ApiAnswer(200, {"@odata.context": f"{self._base}/$metadata", "value": sets}, {"OData-Version": "4.0"})


def _shown_values(table: TableSchema, key: RowKey) -> dict[str, Any]:
    """Alternate key values as a body gives them."""
    return {table.columns[name].json_name: value for name, value in key.values.items()}
