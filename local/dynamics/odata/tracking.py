"""Change tracking: everything first, page by page; then, with a delta token, what changed since."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from local.dynamics.data.schema import TableSchema
from local.dynamics.data.store import Store
from local.dynamics.errors import DataverseError, bad_query
from local.dynamics.odata.messages import ApiAnswer, ApiRequest
from local.dynamics.odata.options import check_options, page_size
from local.dynamics.odata.reading import ODATA, link, read_token
from local.dynamics.odata.showing import Display

KEPT = timedelta(days=7)
"""How long a delta token is good for, as organisations are set up."""
ALLOWED = frozenset({"$select", "$skiptoken", "$deltatoken"})


class Tracking:
    """``expire`` makes all tokens that were given so far too old."""

    def __init__(self, store: Store, base: str, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._base = base
        self._clock = clock
        self._display = Display(store)
        self._oldest = 0

    def expire(self) -> None:
        self._oldest = self._store.change_number() + 1

    def asked(self, request: ApiRequest) -> bool:
        return request.prefers("odata.track-changes") is not None or "$deltatoken" in request.query

    def answer(self, table: TableSchema, request: ApiRequest) -> ApiAnswer:
        """Raises DataverseError with options that tracking does not take, and for a token that is too old."""
        if not table.change_tracking:
            raise bad_query(f"The entity {table.name} doesn't have change tracking enabled.")
        check_options(request.query, ALLOWED)
        self._display.check(table, request.query)
        token = read_token(request.query.get("$deltatoken") or request.query.get("$skiptoken"))
        self._check_age(token)
        size, start = page_size(request), token.get("start", 0)
        until = token.get("until", self._store.change_number())
        if "since" in token:
            changes = self._store.changed_between(table, token["since"], until)[start : start + size + 1]
            page = [self._entry(table, key, request, deleted=deleted) for key, deleted in changes]
        else:
            where = f'"{table.key}" > ?'
            rows = self._store.select(
                table, where, [token.get("after", "")], f'ORDER BY "{table.key}" LIMIT {size + 1}'
            )
            page = [self._display.row(table, row, request) for row in rows]
        body: dict[str, Any] = {"@odata.context": f"{self._base}/$metadata#{table.set_name}/$delta"}
        body["value"] = page[:size]
        if len(page) > size:
            place = {"start": start + size} if "since" in token else {"after": page[size - 1][table.key]}
            following = {**token, **place, "until": until}
            body["@odata.nextLink"] = link(self._base, table, request, "$skiptoken", following)
        else:
            following = {"since": until, "at": int(self._clock().timestamp())}
            body["@odata.deltaLink"] = link(self._base, table, request, "$deltatoken", following)
        return ApiAnswer(200, body, {**ODATA, "Preference-Applied": "odata.track-changes"})

    def _entry(self, table: TableSchema, key: str, request: ApiRequest, *, deleted: bool) -> dict[str, Any]:
        row = None if deleted else self._store.get(table, key)
        if row is None:
            context = f"{self._base}/$metadata#{table.set_name}/$deletedEntity"
            return {"@odata.context": context, "id": key, "reason": "deleted"}
        return self._display.row(table, row, request)

    def _check_age(self, token: Mapping[str, Any]) -> None:
        if "since" not in token:
            return
        age_s = self._clock().timestamp() - token.get("at", 0)
        if token["since"] < self._oldest or age_s > KEPT.total_seconds():
            message = "Version stamp associated with the client has expired. Please perform a full sync."
            raise DataverseError(410, "0x80044352", message)
